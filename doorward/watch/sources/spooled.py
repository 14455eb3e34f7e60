"""Read a spool: the durable source of whatever comes by itself.

In: a spool and the cursor of the last stored batch. Out: its lines, each once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources import frames
from doorward.watch.sources.source import Taken
from doorward.watch.sources.spool import Spool


class SpoolCursor(msgspec.Struct, frozen=True):
    """The first frame not yet told."""

    part: int
    offset: int


class SpoolSource:
    """The lines of a component's spool."""

    def __init__(self, component: str, spool: Spool, cursor: str | None = None) -> None:
        self.key = f"spool:{component}"
        self._spool = spool
        self._begun = msgspec.json.decode(cursor, type=SpoolCursor) if cursor else None
        self._cursor = self._begun or SpoolCursor(min(spool.parts(), default=1), 0)
        if self._begun is not None:
            spool.counted(self._begun.part)

    def take(self, limit_bytes: int) -> Taken:
        """Whole frames only, one at least if there is one. Raises OSError."""
        lines: list[bytes | None] = []
        end = self._spool.end()
        taken, cursor = 0, self._cursor
        for part in self._spool.parts():
            if part < cursor.part:
                continue
            cursor = cursor if part == cursor.part else SpoolCursor(part, 0)
            for frame in self._frames(cursor, end):
                lines.extend(line if len(line) <= LONGEST_LINE else None for line in frame.lines)
                taken += frame.end - cursor.offset
                cursor = SpoolCursor(part, frame.end)
                if taken >= limit_bytes:
                    self._cursor = cursor
                    return Taken(tuple(lines), self._encoded(), more=True)
        self._cursor = cursor
        return Taken(tuple(lines), self._encoded())

    def _encoded(self) -> str:
        return msgspec.json.encode(self._cursor).decode()

    def _frames(self, since: SpoolCursor, end: tuple[int, int] | None) -> Iterator[frames.Frame]:
        """The whole frames of a part from there on, as far as they are on the disk for good."""
        try:
            file = os.open(self._spool.path(since.part), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            offset = since.offset
            while end is None or (since.part, offset) < end:
                frame = frames.read(file, offset)
                if frame is None:
                    return
                yield frame
                offset = frame.end
        finally:
            os.close(file)

    def committed(self, cursor: str) -> None:
        """What stands before the cursor may go when it is old."""
        self._spool.counted(msgspec.json.decode(cursor, type=SpoolCursor).part)

    def past(self, most_bytes: int) -> Iterator[bytes]:
        """The lines that were counted before this start."""
        if self._begun is not None:
            yield from self._lines((self._begun.part, self._begun.offset))

    def history(self, most_bytes: int) -> Iterator[bytes]:
        """All lines kept: the spool itself keeps no more than its bounds."""
        yield from self._lines(self._spool.end())

    def _lines(self, end: tuple[int, int] | None) -> Iterator[bytes]:
        for part in self._spool.parts():
            if end is not None and part > end[0]:
                return
            for frame in self._frames(SpoolCursor(part, 0), end):
                yield from frame.lines
