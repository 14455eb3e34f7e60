"""Follow a log as it is written: every line once and in order, through rotation, truncation and restarts.

In: a path, a parser, and the cursor of the last stored batch. Out: batches of events, each with the cursor to store
beside whatever was made of them. Rotations are followed as far as `name.1` shows; a compressed or removed file is lost.

Rotation by rename: the old file is read to its end first (an unfinished last line included), then the new one.
Copy and truncate: the copy `name.1` is known by its first bytes and read on from the same offset.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from doorward.model.sign_in import SignInEvent
from doorward.watch.cursor import FINGERPRINT_BYTES, Cursor, fingerprint
from doorward.watch.shape import shape

Parse = Callable[[bytes, str], SignInEvent | None]

# A line of the school is about 300 bytes; one that does not end within this is not a log line.
LONGEST_LINE = 64 * 1024
MOST_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll told: `lines` were read, `unparsed` of them did not parse (`unparsed_samples`: their shapes).

    `more` says that the poll stopped at its limit.
    """

    events: tuple[SignInEvent, ...]
    cursor: Cursor
    lines: int
    unparsed: int
    unparsed_samples: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """What lines told; `unparsed` of them did not parse, and `samples` are the shapes of a few."""

    events: tuple[SignInEvent, ...]
    unparsed: int
    samples: tuple[str, ...]


def parsed(lines: Iterable[bytes | None], parse: Parse, component: str) -> Parsed:
    """The events of lines in their order; None is a line that was too long to be told."""
    events: list[SignInEvent] = []
    samples: list[str] = []
    unparsed = 0
    for line in lines:
        if line is not None and not line.strip():
            continue
        try:
            if line is None:
                raise ValueError("too long")
            event = parse(line, component)
        except ValueError:
            unparsed += 1
            if len(samples) < MOST_SAMPLES:
                samples.append(f"over {LONGEST_LINE} bytes without an end" if line is None else shape(line))
            continue
        if event is not None:
            events.append(event)
    return Parsed(tuple(events), unparsed, tuple(samples))


class Follower:
    """Reads one log. Not thread-safe; `close` frees the open file."""

    def __init__(self, path: Path, component: str, parse: Parse, cursor: Cursor | None = None) -> None:
        self.path = path
        self.component = component
        self._parse = parse
        self._cursor = cursor
        self._file: int | None = None

    @property
    def cursor(self) -> Cursor | None:
        """Where the next poll begins."""
        return self._cursor

    def close(self) -> None:
        """Close the file; a later poll opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def poll(self, limit_bytes: int = 4 * 1024 * 1024) -> Batch:
        """The lines written since the last poll, about `limit_bytes` of them at most. Raises OSError if a file that
        exists cannot be read."""
        lines, more = self.take(limit_bytes)
        found = parsed(lines, self._parse, self.component)
        assert self._cursor is not None
        return Batch(found.events, self._cursor, len(lines), found.unparsed, found.samples, more)

    def take(self, limit_bytes: int) -> tuple[list[bytes | None], bool]:
        """The same lines as they stand, None for one that is too long, and whether the limit cut them short."""
        lines: list[bytes | None] = []
        left = max(limit_bytes, 1)
        while left > 0 and self._ready():
            taken, ended = self._read(left, lines)
            left -= taken
            if ended and not self._turn_over(lines):
                break
        return lines, left <= 0

    def _ready(self) -> bool:
        """Open the file that the cursor stands in, or the one that follows it; False if there is none yet."""
        if self._file is None:
            self._open()
        if self._file is None or self._cursor is None:
            return False
        if not _holds(self._file, self._cursor):
            self._truncated(self._cursor)
        elif self._cursor.offset == 0 and self._was_copied(self._cursor):
            self._begin(self._rotated)
        return self._file is not None

    def _was_copied(self, cursor: Cursor) -> bool:
        """Whether the log was copied to `name.1` and emptied before anything of it was told."""
        return _inode(self.path) == cursor.inode and self._is_news(cursor)

    def _open(self) -> None:
        if self._cursor is None:
            # Remembered, so that a log which appears and is rotated before the next poll is not missed.
            self._cursor = self._preceded(Cursor(str(self.path), 0, 0))
        for path in (self.path, self._rotated):
            if self._open_known(path, self._cursor, same_inode=True):
                return
        if self._open_known(self._rotated, self._cursor, same_inode=False):
            return
        self._restart(self._cursor)

    def _open_known(self, path: Path, cursor: Cursor, same_inode: bool) -> bool:
        """Open `path` if it is the cursor's file, or (copied before truncation) one that begins as it did."""
        file = _open(path)
        if file is None:
            return False
        inode = os.fstat(file).st_ino
        known = inode == cursor.inode if same_inode else cursor.fingerprint_bytes > 0
        if not (known and _holds(file, cursor)):
            os.close(file)
            return False
        self.close()
        self._file = file
        self._cursor = replace(cursor, inode=inode)
        return True

    def _truncated(self, cursor: Cursor) -> None:
        """The open file lost what the cursor had read: read the rest from its copy if there is one, else go on."""
        if not self._open_known(self._rotated, cursor, same_inode=False):
            self._restart(cursor)

    def _restart(self, cursor: Cursor) -> None:
        """What was read is gone: begin with the emptied file, even if it was renamed since, or with what follows it."""
        emptied_and_renamed = cursor.inode != 0 and _inode(self._rotated) == cursor.inode
        self._begin(self._rotated if emptied_and_renamed else self._following(cursor))

    def _following(self, cursor: Cursor) -> Path:
        """The file that follows the cursor's: `name.1` unless that is the cursor's own, or older than it."""
        return self._rotated if self._is_news(cursor) else self.path

    def _is_news(self, cursor: Cursor) -> bool:
        """Whether there is a `name.1` that is neither the cursor's file nor the one before it."""
        inode = _inode(self._rotated)
        if inode in (0, cursor.inode):
            return False
        if inode != cursor.previous:
            return True
        # The log before may be gone, and its inode the next one's: its first bytes tell.
        head = _head(self._rotated, cursor.previous_bytes)
        return cursor.previous_bytes > 0 and fingerprint(head) != cursor.previous_fingerprint

    def _preceded(self, cursor: Cursor) -> Cursor:
        """The cursor of a log before which `name.1` was read."""
        head = _head(self._rotated, FINGERPRINT_BYTES)
        return replace(
            cursor,
            previous=_inode(self._rotated),
            previous_fingerprint=fingerprint(head) if head else "",
            previous_bytes=len(head),
        )

    def _begin(self, path: Path) -> None:
        self.close()
        self._file = _open(path)
        if self._file is None:
            return
        before = self._cursor
        begun = Cursor(str(self.path), os.fstat(self._file).st_ino, 0)
        if path == self._rotated and before:
            self._cursor = replace(
                begun,
                previous=before.inode,
                previous_fingerprint=before.fingerprint,
                previous_bytes=before.fingerprint_bytes,
            )
        else:
            self._cursor = self._preceded(begun)

    def _read(self, limit: int, lines: list[bytes | None]) -> tuple[int, bool]:
        """Take complete lines from the open file: how many bytes were told, and whether its end was reached."""
        cursor = self._cursor
        assert self._file is not None
        assert cursor is not None
        size = max(limit, LONGEST_LINE + 1)
        data = os.pread(self._file, size, cursor.offset)
        ended = len(data) < size
        end = data.rfind(b"\n") + 1
        skipping = cursor.skipping
        if end == 0 and len(data) > LONGEST_LINE:
            if not skipping:
                lines.append(None)
            end, skipping, ended = len(data), True, False
        elif end:
            found = data[:end].split(b"\n")[:-1]
            lines.extend(_bounded(line) for line in found[1 if skipping else 0 :])
            skipping = False
        self._advance(end, skipping)
        return end, ended

    def _advance(self, told: int, skipping: bool) -> None:
        cursor = self._cursor
        assert self._file is not None
        assert cursor is not None
        if told == 0:
            return
        cursor = replace(cursor, offset=cursor.offset + told, skipping=skipping)
        if cursor.fingerprint_bytes < FINGERPRINT_BYTES:
            head = os.pread(self._file, min(FINGERPRINT_BYTES, cursor.offset), 0)
            cursor = replace(cursor, fingerprint=fingerprint(head), fingerprint_bytes=len(head))
        self._cursor = cursor

    def _turn_over(self, lines: list[bytes | None]) -> bool:
        """At a file's end: go on to the file that followed it; False if this is still the log's last file."""
        cursor = self._cursor
        assert cursor is not None
        assert self._file is not None
        current, following = _inode(self.path), self._following(cursor)
        if current == cursor.inode or (current == 0 and following == self.path):
            return False
        # Whoever held the old file open may have written once more after it was renamed.
        while not self._read(LONGEST_LINE, lines)[1]:
            pass
        self._take_unfinished(lines)
        self._begin(self._following(cursor))
        return self._file is not None

    def _take_unfinished(self, lines: list[bytes | None]) -> None:
        """A last line without its end will not be finished any more: it is told as it stands."""
        cursor = self._cursor
        assert self._file is not None
        assert cursor is not None
        rest = os.pread(self._file, LONGEST_LINE, cursor.offset)
        if rest and not cursor.skipping:
            lines.append(rest)

    @property
    def _rotated(self) -> Path:
        return self.path.with_name(f"{self.path.name}.1")


def _bounded(line: bytes) -> bytes | None:
    return line if len(line) <= LONGEST_LINE else None


def _open(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _head(path: Path, size: int) -> bytes:
    file = _open(path)
    if file is None:
        return b""
    try:
        return os.pread(file, size, 0)
    finally:
        os.close(file)


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _holds(file: int, cursor: Cursor) -> bool:
    """Whether the file still begins as it did and reaches as far as it was read."""
    if os.fstat(file).st_size < cursor.offset:
        return False
    return fingerprint(os.pread(file, cursor.fingerprint_bytes, 0)) == cursor.fingerprint or not cursor.fingerprint
