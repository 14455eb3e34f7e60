"""What a log was turned into: `name.1`, `name.2.gz`, `name-20260131.gz`, known again by their first bytes.

In: the path of a log. Out: its archives, newest first, and any of these files opened for reading at an offset, packed
or not. A file that is just being packed stands there twice: the plain one is the whole one.
"""

from __future__ import annotations

import errno
import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from doorward.watch.cursor import FINGERPRINT_BYTES, Cursor, Seen, fingerprint

# logrotate keeps a month of days by default; a follower that was away for longer begins with the oldest of these.
MOST = 30
# After `-` only a date: `worker-2` is another worker's log.
_TURN = re.compile(r"(?:\.(?=\d)|-(?=\d{6}))(?P<turn>[\d.T_-]+?)(?P<packed>\.gz)?")
_PIECE = 64 * 1024
_MOST_AT_ONCE = 8 * 1024 * 1024
# What begins alike for so long is the same file, grown; shorter ones may begin alike by chance.
_ALIKE_BYTES = 64
# A turn renames a month of files within milliseconds.
_MOST_LOOKS = 100

Found = TypeVar("Found")


class Opened(Protocol):
    """A file of a log, open; `is_packed` says that it does not change any more."""

    inode: int
    is_packed: bool

    def pread(self, size: int, offset: int) -> bytes:
        """That much from there on; less at the end only."""

    def changed_at(self) -> float:
        """When it was written last, in seconds since 1970."""

    def close(self) -> None:
        """Close it."""


class Plain:
    """A file as it stands. Raises FileNotFoundError, OSError."""

    is_packed = False

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.inode = os.fstat(self._file).st_ino

    def pread(self, size: int, offset: int) -> bytes:
        """As Opened."""
        return os.pread(self._file, size, offset)

    def changed_at(self) -> float:
        """As Opened."""
        return os.fstat(self._file).st_mtime

    def close(self) -> None:
        """As Opened."""
        os.close(self._file)


class Packed:
    """A gzip'ed file. Offsets are those of its content; read forward, since going back unpacks it anew.

    What is broken ends the file: nothing after it can be read. Raises FileNotFoundError, OSError.
    """

    is_packed = True

    def __init__(self, path: Path) -> None:
        self._raw: BinaryIO = path.open("rb")
        self.inode = os.fstat(self._raw.fileno()).st_ino
        self._file = gzip.GzipFile(fileobj=self._raw, mode="rb")
        self._held = b""
        self._held_at = 0

    def pread(self, size: int, offset: int) -> bytes:
        """As Opened."""
        if offset < self._held_at:
            self._file.rewind()
            self._held, self._held_at = b"", 0
        while (missing := offset + size - self._held_at - len(self._held)) > 0:
            self._drop(offset)
            piece = self._piece(min(max(missing, _PIECE), _MOST_AT_ONCE))
            if not piece:
                break
            self._held += piece
        self._drop(offset)
        return self._held[:size] if self._held_at == offset else b""

    def _drop(self, offset: int) -> None:
        """What stands before the offset is not needed any more."""
        dropped = min(max(offset - self._held_at, 0), len(self._held))
        self._held, self._held_at = self._held[dropped:], self._held_at + dropped

    def _piece(self, size: int) -> bytes:
        try:
            return self._file.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""

    def changed_at(self) -> float:
        """As Opened."""
        return os.fstat(self._raw.fileno()).st_mtime

    def close(self) -> None:
        """As Opened."""
        self._file.close()
        self._raw.close()


def opened(path: Path) -> Opened | None:
    """The file open for reading; None if there is none."""
    try:
        return Packed(path) if path.suffix == ".gz" else Plain(path)
    except FileNotFoundError:
        return None


def size(path: Path) -> int:
    """How many bytes it holds, unpacked as its last four bytes say (RFC 1952 §2.3.1); 0 if there is none."""
    try:
        with path.open("rb") as file:
            if path.suffix != ".gz":
                return os.fstat(file.fileno()).st_size
            file.seek(-4, os.SEEK_END)
            return int.from_bytes(file.read(4), "little")
    except OSError:
        return 0


def holds(file: Opened, cursor: Cursor) -> bool:
    """Whether the file still begins as it did and reaches as far as it was read."""
    if cursor.fingerprint and fingerprint(file.pread(cursor.fingerprint_bytes, 0)) != cursor.fingerprint:
        return False
    return cursor.offset == 0 or len(file.pread(1, cursor.offset - 1)) == 1


@dataclass(frozen=True, slots=True)
class Archive:
    """A turned log with content: where it is and how it begins."""

    path: Path
    inode: int
    head: bytes

    @property
    def seen(self) -> Seen:
        """By what it is known again."""
        return fingerprint(self.head), len(self.head)

    def begins_as(self, seen: Seen) -> bool:
        """Whether its first bytes are those."""
        digest, size = seen
        return 0 < size <= len(self.head) and fingerprint(self.head[:size]) == digest

    def is_one_of(self, seen: Iterable[Seen]) -> bool:
        """Whether it was seen; it may have grown since."""
        return any(self.begins_as(one) and (one[1] >= _ALIKE_BYTES or one[1] == len(self.head)) for one in seen)


def paths(log: Path) -> tuple[Path, ...]:
    """The archives of a log, newest first, at most `MOST`."""
    found: dict[str, Path] = {}
    with os.scandir(log.parent) as entries:
        for entry in entries:
            turn = _TURN.fullmatch(entry.name.removeprefix(log.name)) if entry.name.startswith(log.name) else None
            if turn and (turn["turn"] not in found or not turn["packed"]):
                found[turn["turn"]] = log.with_name(entry.name)
    return tuple(found[turn] for turn in sorted(found, key=_age))[:MOST]


def _age(turn: str) -> tuple[int, int, str]:
    """Small numbers are ages; a date, or a time of day after it, is later the greater it is."""
    if turn.isdigit() and len(turn) < 6:
        return 0, int(turn), ""
    return 1, 0, "".join(chr(255 - ord(letter)) for letter in turn) + "\xff"


def archives(log: Path) -> tuple[Archive, ...]:
    """The archives that hold anything, newest first; one that we may not read is left out. Raises OSError if they are
    renamed for so long that they cannot be told."""
    return steadily(log, lambda: tuple(_archives(log)))


def _archives(log: Path) -> Iterator[Archive]:
    for path in paths(log):
        try:
            file = opened(path)
        except PermissionError:
            continue
        if file is None:
            continue
        try:
            head = file.pread(FINGERPRINT_BYTES, 0)
        finally:
            file.close()
        if head:
            yield Archive(path, file.inode, head)


def steadily(log: Path, look: Callable[[], Found]) -> Found:
    """What `look` finds while no archive of the log is made, renamed or packed: whoever looks through names that move
    misses the file that moved. Raises OSError if they do not stand still."""
    before = _names(log)
    for _ in range(_MOST_LOOKS):
        found = look()
        after = _names(log)
        if after == before:
            return found
        before = after
    raise OSError(errno.EAGAIN, "its archives are being renamed")


def _names(log: Path) -> tuple[tuple[str, int], ...]:
    with os.scandir(log.parent) as entries:
        own = (entry for entry in entries if entry.name.startswith(log.name))
        return tuple(sorted((entry.name, entry.inode()) for entry in own))
