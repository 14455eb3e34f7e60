"""A log file and its rotations as a Source: the follower's cursor, and the past read again from the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from doorward.model.sign_in import SignInEvent
from doorward.watch import rotations
from doorward.watch.cursor import Cursor, decode
from doorward.watch.follow import SETTLED_AFTER_S, Follower
from doorward.watch.rotations import Opened
from doorward.watch.sources.source import Taken

_T = TypeVar("_T")
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TakenWhole:
    """As `Taken`: `data` is whole lines, each with its newline; `too_long` lines more were too long to be told."""

    data: bytes
    too_long: int
    cursor: str
    more: bool = False


class FileSource:
    """The lines of one log."""

    def __init__(self, path: Path, cursor: str | None = None) -> None:
        self.path = path
        self.key = str(path)
        self._begun = decode(cursor) if cursor else None
        self._follower = self._following(self._begun)

    def _following(self, cursor: Cursor | None) -> Follower:
        return Follower(self.path, "", _unread, cursor, SETTLED_AFTER_S)

    def place(self) -> str:
        """Where the log begins that was never read, to be stored before it is. Raises OSError."""
        try:
            return self._follower.place().encode()
        except OSError:
            self._again(None)
            raise

    def take(self, limit_bytes: int) -> Taken:
        """The lines since the last time. Raises OSError if a file that exists cannot be read."""
        lines, cursor, more = self._taken(lambda follower: follower.take(limit_bytes))
        return Taken(tuple(lines), cursor, more)

    def take_whole(self, limit_bytes: int) -> TakenWhole:
        """The same lines in one piece, for whoever counts and does not look at each. Raises OSError as `take`."""
        whole, cursor, more = self._taken(lambda follower: follower.take_whole(limit_bytes))
        return TakenWhole(whole.data, whole.too_long, cursor, more)

    def _taken(self, take: Callable[[Follower], tuple[_T, bool]]) -> tuple[_T, str, bool]:
        before = self._follower.cursor
        try:
            found, more = take(self._follower)
        except OSError:
            # Part of it may have been read before it failed: it is read again.
            self._again(before)
            raise
        cursor = self._follower.cursor
        assert cursor is not None
        return found, cursor.encode(), more

    def _again(self, cursor: Cursor | None) -> None:
        self._follower.close()
        self._follower = self._following(cursor)

    def committed(self, cursor: str) -> None:
        """The file is the service's own: nothing of it is ours to remove."""

    def past(self, most_bytes: int) -> Iterator[bytes]:
        """The lines before the cursor that was stored, of its file and the one before that."""
        if self._begun is None or self._begun.inode == 0:
            return
        files = (self.path, *rotations.paths(self.path))
        for number, path in enumerate(files):
            if _is_own(path, self._begun):
                for older in files[number + 1 : number + 2]:
                    yield from _lines(older, None, most_bytes)
                yield from _lines(path, self._begun.offset, most_bytes)
                return

    def history(self, most_bytes: int) -> Iterator[bytes]:
        """The last lines of the log and of the one rotated before it."""
        for path in (*rotations.paths(self.path)[:1], self.path):
            yield from _lines(path, None, most_bytes)


def _unread(line: bytes, component: str) -> SignInEvent | None:
    """Lines are taken as they stand: whoever takes them parses them."""
    return None


def _opened(path: Path) -> Opened | None:
    try:
        return rotations.opened(path)
    except OSError:
        return None


def _is_own(path: Path, cursor: Cursor) -> bool:
    """Whether the cursor stands in this file."""
    file = _opened(path)
    if file is None:
        return False
    try:
        return (file.inode == cursor.inode or bool(cursor.fingerprint)) and rotations.holds(file, cursor)
    finally:
        file.close()


def _lines(path: Path, end: int | None, most_bytes: int) -> Iterator[bytes]:
    """The file's last lines up to an offset. What it says is not counted: if it cannot be read it says nothing."""
    file = _opened(path)
    if file is None:
        return
    try:
        end = rotations.size(path) if end is None else end
        at, rest = max(0, end - most_bytes), b""
        while at < end and (piece := file.pread(min(_PIECE, end - at), at)):
            at += len(piece)
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            yield rest
    except OSError:
        return
    finally:
        file.close()
