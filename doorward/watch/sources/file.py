"""A log file and its rotations as a Source: the follower's cursor, and the past read again from the files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from doorward.model.sign_in import SignInEvent
from doorward.watch.cursor import Cursor, decode
from doorward.watch.follow import Follower
from doorward.watch.sources.source import Taken


class FileSource:
    """The lines of one log."""

    def __init__(self, path: Path, cursor: str | None = None) -> None:
        self.path = path
        self.key = str(path)
        self._begun = decode(cursor) if cursor else None
        self._follower = Follower(path, "", _unread, self._begun)

    def take(self, limit_bytes: int) -> Taken:
        """The lines since the last time. Raises OSError if a file that exists cannot be read."""
        before = self._follower.cursor
        try:
            lines, more = self._follower.take(limit_bytes)
        except OSError:
            # Part of it may have been read before it failed: it is read again.
            self._follower.close()
            self._follower = Follower(self.path, "", _unread, before)
            raise
        cursor = self._follower.cursor
        assert cursor is not None
        return Taken(tuple(lines), cursor.encode(), more)

    def committed(self, cursor: str) -> None:
        """The file is the service's own: nothing of it is ours to remove."""

    def past(self, most_bytes: int) -> Iterator[bytes]:
        """The lines before the cursor that was stored, of the log and the one rotated before it."""
        limit = self._follower.cursor if self._begun is not None else None
        if limit is not None:
            yield from self._lines(limit, most_bytes)

    def history(self, most_bytes: int) -> Iterator[bytes]:
        """The last lines of the log and of the one rotated before it."""
        yield from self._lines(None, most_bytes)

    def _lines(self, limit: Cursor | None, most_bytes: int) -> Iterator[bytes]:
        for name in (self.path.with_name(self.path.name + ".1"), self.path):
            yield from _lines(name, limit, most_bytes)
            if limit is not None and _inode(name) == limit.inode:
                return


def _unread(line: bytes, component: str) -> SignInEvent | None:
    """Lines are taken as they stand: whoever takes them parses them."""
    return None


def _lines(path: Path, limit: Cursor | None, most_bytes: int) -> Iterator[bytes]:
    """The file's last lines; up to the cursor if it stands in this file, and none that began after it."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            end = limit.offset if limit is not None and os.fstat(file.fileno()).st_ino == limit.inode else size
            file.seek(max(0, min(end, size) - most_bytes))
            at = file.tell()
            for line in file:
                at += len(line)
                if at > end:
                    return
                yield line
    except OSError:
        return


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
