"""Follow a log as it is written: every line once and in order, through rotation, truncation and restarts.

In: a path, a parser, and the cursor of the last stored batch. Out: batches of events, each with the cursor to store
beside whatever was made of them. Rotations are followed through all archives that `rotations` shows, packed or not.

Rotation by rename: the old file is read to its end first (an unfinished last line included), then what followed it.
Copy and truncate: the copy is known by its first bytes and read on from the same offset.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from doorward.model.sign_in import SignInEvent
from doorward.uncollected import uncollected
from doorward.watch import rotations
from doorward.watch.cursor import FINGERPRINT_BYTES, Cursor, fingerprint
from doorward.watch.rotations import Archive, Opened
from doorward.watch.shape import shape

Parse = Callable[[bytes, str], SignInEvent | None]

# A line of the school is about 300 bytes; one that does not end within this is not a log line.
LONGEST_LINE = 64 * 1024
MOST_SAMPLES = 5
# A follower that runs while a service writes: so long nothing was written to the file that was renamed.
SETTLED_AFTER_S = 1.0

# Whole lines, each with its newline; None for a line that is too long to be told.
_Block = bytes | None


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
class Whole:
    """`data` is whole lines, each with its newline; `too_long` lines more were too long to be told."""

    data: bytes
    too_long: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What lines told; `unparsed` of them did not parse, and `samples` are the shapes of a few."""

    events: tuple[SignInEvent, ...]
    unparsed: int
    samples: tuple[str, ...]


def has_long_line(chunk: bytes) -> bool:
    """Whether a line may be longer than is told: one that is holds an aligned block without a newline."""
    block = LONGEST_LINE // 2
    return any(chunk.find(b"\n", start, start + block) < 0 for start in range(0, len(chunk) - block, block))


@uncollected()
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
    """Reads one log. Not thread-safe; `close` frees the open file.

    `settled_after_s`: so long nothing must have come to a renamed file before what followed it is read, since a worker
    may still write to it while another has begun the next one.
    """

    def __init__(
        self, path: Path, component: str, parse: Parse, cursor: Cursor | None = None, settled_after_s: float = 0.0
    ) -> None:
        self.path = path
        self.component = component
        self._parse = parse
        self._cursor = cursor
        self._settled_after_s = settled_after_s
        self._file: Opened | None = None

    @property
    def cursor(self) -> Cursor | None:
        """Where the next poll begins."""
        return self._cursor

    def place(self) -> Cursor:
        """The same, also before the first poll: whoever stores it now finds each line again, whatever turns. Raises
        OSError."""
        if self._file is None:
            self._open()
        assert self._cursor is not None
        return self._cursor

    def close(self) -> None:
        """Close the file; a later poll opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def poll(self, limit_bytes: int = 4 * 1024 * 1024) -> Batch:
        """The lines since the last poll, some `limit_bytes` at most. Raises OSError if a file cannot be read."""
        lines, more = self.take(limit_bytes)
        found = parsed(lines, self._parse, self.component)
        assert self._cursor is not None
        return Batch(found.events, self._cursor, len(lines), found.unparsed, found.samples, more)

    def take(self, limit_bytes: int) -> tuple[list[bytes | None], bool]:
        """The same lines as they stand, None for one that is too long, and whether the limit cut them short."""
        blocks, more = self._blocks(limit_bytes)
        lines: list[bytes | None] = []
        for block in blocks:
            lines.extend([None] if block is None else block[:-1].split(b"\n"))
        return lines, more

    def take_whole(self, limit_bytes: int) -> tuple[Whole, bool]:
        """The same lines in one piece."""
        blocks, more = self._blocks(limit_bytes)
        return Whole(b"".join(filter(None, blocks)), blocks.count(None)), more

    def _blocks(self, limit_bytes: int) -> tuple[list[_Block], bool]:
        blocks: list[_Block] = []
        left = max(limit_bytes, 1)
        while left > 0 and self._ready():
            taken, ended = self._read(left, blocks)
            left -= taken
            if ended and not self._turn_over(blocks):
                break
        return blocks, left <= 0

    def _ready(self) -> bool:
        """Open the file that the cursor stands in, or the one that follows it; False if there is none yet."""
        if self._file is None or self._cursor is None:
            self._open()
        elif not (self._file.is_packed or rotations.holds(self._file, self._cursor)):
            self.close()
            self._open()
        elif self._is_late(self._cursor):
            self._begin_next(self._cursor, is_told=False)
        return self._file is not None

    def _is_late(self, cursor: Cursor) -> bool:
        """Whether the file was copied and emptied before anything of it was told."""
        if not _is_untold(cursor):
            return False
        unread = self._unread(cursor, is_told=False)
        return bool(unread) and unread[-1].inode != cursor.inode

    def _open(self) -> None:
        if self._cursor is None:
            # Remembered, so that a log which appears and is rotated before the next poll is not missed.
            self._cursor = Cursor(str(self.path), 0, 0, seen=self._archived())
        known = self._cursor
        if not rotations.steadily(self.path, lambda: self._open_known(known)):
            # What was read is gone: begin with what is there in its place, even if it was turned since.
            self._begin_next(self._cursor, is_told=not _is_untold(self._cursor))

    def _open_known(self, cursor: Cursor) -> bool:
        """Open the cursor's own file, by its inode, else (copied or packed) one that begins as it did."""
        if cursor.inode == 0:
            return False
        archived = rotations.paths(self.path)
        for path in (self.path, *archived):
            if self._open_if(path, cursor, same_inode=True):
                return not self._is_late(cursor)
        return bool(cursor.fingerprint) and any(self._open_if(path, cursor, same_inode=False) for path in archived)

    def _open_if(self, path: Path, cursor: Cursor, same_inode: bool) -> bool:
        if same_inode and _inode(path) != cursor.inode:
            return False
        file = rotations.opened(path)
        if file is None:
            return False
        if (same_inode and file.inode != cursor.inode) or not rotations.holds(file, cursor):
            file.close()
            return False
        self.close()
        self._file, self._cursor = file, replace(cursor, inode=file.inode)
        return True

    def _archived(self) -> tuple[tuple[str, int], ...]:
        return tuple(archive.seen for archive in rotations.archives(self.path))

    def _unread(self, cursor: Cursor, is_told: bool = True) -> tuple[Archive, ...]:
        """The archives written since the cursor's own file, newest first; that file too unless it `is_told`."""
        return _newer_than(cursor, rotations.archives(self.path), is_told)

    def _begin_next(self, cursor: Cursor, is_told: bool = True) -> bool:
        """Go on with the oldest archive that was not read, else with the log; False if there is neither. The log is
        opened, and its beginning read, before the archives are looked at, once: whatever turns it meanwhile, it is
        known by that beginning or it is one of them."""
        self.close()
        file = rotations.opened(self.path)
        head = b"" if file is None else file.pread(FINGERPRINT_BYTES, 0)
        archives = rotations.archives(self.path)
        unread = _newer_than(cursor, archives, is_told)
        if unread:
            if file is not None:
                file.close()
            file, head = rotations.opened(unread[-1].path), unread[-1].head
            # Taken away, packed or renamed meanwhile: the next poll finds it.
            if file is None or file.inode != unread[-1].inode:
                return False
        if file is None:
            return False
        older = tuple(archive.seen for archive in archives[len(unread) :])
        self._file = file
        self._cursor = _known_by(head, Cursor(str(self.path), file.inode, 0, seen=older))
        return True

    def _read(self, limit: int, blocks: list[_Block]) -> tuple[int, bool]:
        """Take complete lines from the open file: how many bytes were told, and whether its end was reached."""
        cursor = self._cursor
        assert self._file is not None
        assert cursor is not None
        size = max(limit, LONGEST_LINE + 1)
        data = self._file.pread(size, cursor.offset)
        head = self._head(cursor, data)
        if head is None:
            return 0, True
        ended = len(data) < size
        end = data.rfind(b"\n") + 1
        skipping = cursor.skipping
        if end == 0 and len(data) > LONGEST_LINE:
            if not skipping:
                blocks.append(None)
            end, skipping, ended = len(data), True, False
        elif end:
            blocks.extend(_bounded(data[data.index(b"\n") + 1 if skipping else 0 : end]))
            skipping = False
        if end:
            self._cursor = _known_by(head, replace(cursor, offset=cursor.offset + end, skipping=skipping))
        return end, ended

    def _head(self, cursor: Cursor, data: bytes) -> bytes | None:
        """How the file begins that `data` was just read from; None if it was copied and emptied before that, so that
        these are the bytes of another one."""
        assert self._file is not None
        if self._file.is_packed and cursor.fingerprint_bytes == FINGERPRINT_BYTES:
            return b""
        if cursor.offset == 0 and not cursor.fingerprint:
            return None if data and self._is_late(cursor) else data[:FINGERPRINT_BYTES]
        head = self._file.pread(FINGERPRINT_BYTES, 0)
        is_same = not cursor.fingerprint or fingerprint(head[: cursor.fingerprint_bytes]) == cursor.fingerprint
        return head if is_same else None

    def _turn_over(self, blocks: list[_Block]) -> bool:
        """At a file's end: go on to the file that followed it; False if this is still the log's last file, or may
        still be written to."""
        assert self._cursor is not None
        assert self._file is not None
        if _inode(self.path) == self._file.inode or not self._is_followed(self._file, self._cursor):
            return False
        # Whoever held the old file open may have written once more after it was renamed.
        while not self._read(LONGEST_LINE, blocks)[1]:
            pass
        cursor = self._cursor
        rest = self._file.pread(LONGEST_LINE, cursor.offset)
        if b"\n" in rest or self._head(cursor, rest) is None or not self._begin_next(cursor):
            return False
        # A last line without its end will not be finished any more: it is told as it stands.
        if rest and not cursor.skipping:
            blocks.append(rest + b"\n")
        return True

    def _is_followed(self, file: Opened, cursor: Cursor) -> bool:
        if self._unread(cursor):
            return True
        is_settled = file.is_packed or time.time() - file.changed_at() >= self._settled_after_s
        return is_settled and _size(self.path) > 0


def _is_untold(cursor: Cursor) -> bool:
    """Whether nothing was told of its file, nor known of how it begins."""
    return cursor.offset == 0 and not cursor.fingerprint


def _newer_than(cursor: Cursor, archives: tuple[Archive, ...], is_told: bool) -> tuple[Archive, ...]:
    for number, archive in enumerate(archives):
        if (is_told and _is_own(archive, cursor)) or archive.is_one_of(cursor.seen or ()):
            return archives[:number]
    # A cursor that knows of no archives was stored by an older Doorward: what is not its own is the past.
    return () if cursor.seen is None else archives


def _is_own(archive: Archive, cursor: Cursor) -> bool:
    if not cursor.fingerprint:
        return archive.inode == cursor.inode
    return archive.begins_as((cursor.fingerprint, cursor.fingerprint_bytes))


def _known_by(head: bytes, cursor: Cursor) -> Cursor:
    if cursor.fingerprint_bytes == FINGERPRINT_BYTES:
        return cursor
    # The beginning of a line may be that of any log.
    whole = head if len(head) == FINGERPRINT_BYTES else head[: head.rfind(b"\n") + 1]
    return replace(cursor, fingerprint=fingerprint(whole) if whole else "", fingerprint_bytes=len(whole))


def _bounded(whole: bytes) -> list[_Block]:
    """Whole lines in one block, unless some are too long to be told."""
    if not whole or not has_long_line(whole):
        return [whole] if whole else []
    return [line + b"\n" if len(line) <= LONGEST_LINE else None for line in whole[:-1].split(b"\n")]


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
