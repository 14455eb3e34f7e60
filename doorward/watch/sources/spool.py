"""The spool: lines that come by themselves are written here, for good, before whoever sent them is told so.

In: deliveries. Out: a receipt, once they are on the disk. It holds log lines as they came, so it is readable by its
owner only, and a part of it is removed when it was counted and is older than the past that a start reads again.

Files `NNNNNNNN.frames`, in order; each begins with all marks, so that the older ones can go. One process writes.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from doorward.watch.sources import frames
from doorward.watch.sources.marks import Mark, Marks

PART_BYTES = 8 * 1024 * 1024
# A part is at most about so old when the next one begins, so that it can be removed in time.
PART_AGE_S = 600.0
KEPT_FOR_S = 1800.0
# With the database away for a night this many bytes wait; then senders are asked to wait themselves.
MOST_WAITING_BYTES = 256 * 1024 * 1024
MOST_KEPT_BYTES = 64 * 1024 * 1024
# For how long lines are known by their identity.
WINDOW_S = 600.0


class SpoolFull(Exception):
    """Nothing more is taken until what waits is counted; the sender has to keep it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Lines received together. `sequence` rises with each delivery of a `sender`; `ids` has one identity a line, or is
    empty; `position` is where to ask from next."""

    lines: tuple[bytes, ...]
    sender: str = ""
    sequence: int | None = None
    position: str | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many lines were stored, and how many were known already."""

    stored: int
    repeated: int = 0


class Spool:
    """One component's spool; safe to use from several threads."""

    def __init__(self, directory: Path, window_s: float = WINDOW_S) -> None:
        self.directory = directory
        self._window_s = window_s
        self._lock = threading.RLock()
        self._file: int | None = None
        self._marks = Marks(window_s)
        self._part = 0
        self._end = 0
        self._counted_part = 0
        self._begun_at = 0.0

    def append(self, delivery: Delivery, now: float | None = None, asked_since: float | None = None) -> Receipt:
        """Store what is new of it; it is on the disk when this returns. Raises SpoolFull, OSError, ValueError (too
        long); then nothing of it is stored. Who asks by the lines' own times gives these instead of the clock's:
        `now` up to which it asked, `asked_since` from where, so that identities last however long it was away."""
        with self._lock:
            self.open()
            at = time.time() if now is None else now
            lines, ids = self._new(delivery, at if asked_since is None else asked_since)
            moves = delivery.position is not None and delivery.position != self._marks.position
            if lines or moves:
                mark = Mark(at, delivery.sender, delivery.sequence, delivery.position, ids)
                self._write((mark,), lines)
            return Receipt(len(lines), len(delivery.lines) - len(lines))

    def _new(self, delivery: Delivery, now: float) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
        if delivery.sequence is not None and self._marks.is_repeated(delivery.sender, delivery.sequence):
            return (), ()
        if not delivery.ids:
            return delivery.lines, ()
        pairs = zip(delivery.ids, delivery.lines, strict=True)
        fresh = {name: line for name, line in pairs if not self._marks.is_known(name, now)}
        return tuple(fresh.values()), tuple(fresh)

    @property
    def position(self) -> str | None:
        """Where the last delivery said to ask from; None at the very first."""
        with self._lock:
            self.open()
            return self._marks.position

    @property
    def forgotten_at(self) -> float:
        """Up to which `now` identities may be forgotten for their number: whoever asks again before that may be told
        lines twice. 0 if none is."""
        with self._lock:
            self.open()
            return self._marks.forgotten_at

    def end(self) -> tuple[int, int] | None:
        """(part, offset) up to which all is on the disk; None if this process does not write."""
        with self._lock:
            return None if self._file is None else (self._part, self._end)

    def parts(self) -> tuple[int, ...]:
        """The numbers of the parts there are."""
        return tuple(sorted(int(path.stem) for path in self.directory.glob("*.frames") if path.stem.isdigit()))

    def path(self, part: int) -> Path:
        """The file of a part."""
        return self.directory / f"{part:08d}.frames"

    def open(self) -> None:
        """Begin to write: cut off what a kill left unfinished, and know again what was received."""
        with self._lock:
            if self._file is not None:
                return
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._marks = Marks(self._window_s)
            self._part = max(self.parts(), default=1)
            file = os.open(self.path(self._part), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            end = 0
            begun_at = 0.0
            while (frame := frames.read(file, end)) is not None:
                for mark in frame.marks:
                    self._marks.add(mark)
                begun_at = begun_at or max((mark.at for mark in frame.marks), default=0.0)
                end = frame.end
            os.ftruncate(file, end)
            os.fsync(file)
            self._sync_directory()
            self._file, self._end, self._begun_at = file, end, begun_at or time.time()

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _write(self, marks: tuple[Mark, ...], lines: tuple[bytes, ...]) -> None:
        data = frames.encode(marks, lines)
        self._make_room(len(data))
        assert self._file is not None
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self._file, data[written:], self._end + written)
            os.fsync(self._file)
        except OSError:
            # What was begun is cut off when it is opened again.
            self.close()
            raise
        self._end += len(data)
        for mark in marks:
            self._marks.add(mark)

    def _make_room(self, data_bytes: int) -> None:
        waiting = sum(self._size(part) for part in self.parts() if part >= self._counted_part)
        if waiting + data_bytes > MOST_WAITING_BYTES:
            raise SpoolFull(f"{waiting} bytes wait to be counted")
        if self._end and (self._end > PART_BYTES or self._is_old()):
            self._turn()

    def _is_old(self) -> bool:
        """Whether the part was begun long ago."""
        return time.time() - self._begun_at > PART_AGE_S

    def _turn(self) -> None:
        """Begin the next part with all marks: whole or not at all, since it is renamed into its place."""
        fresh = self.directory / "next"
        data = frames.encode((*self._marks.all(), Mark(at=time.time())), ())
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part = self._part + 1
        os.replace(fresh, self.path(part))
        self._sync_directory()
        self.close()
        self._file = os.open(self.path(part), os.O_RDWR | os.O_CLOEXEC)
        self._part, self._end, self._begun_at = part, len(data), time.time()

    def _sync_directory(self) -> None:
        handle = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def counted(self, part: int) -> None:
        """All parts before this one are counted: remove those that no start needs any more."""
        with self._lock:
            self._counted_part = max(self._counted_part, part)
            if self._file is not None and part == self._part and self._end and self._is_old():
                self._turn()
            done = [number for number in self.parts() if number < self._counted_part]
            kept_bytes = sum(self._size(number) for number in done)
            for number in done:
                if kept_bytes <= MOST_KEPT_BYTES and not self._is_outdated(number):
                    break
                kept_bytes -= self._size(number)
                self.path(number).unlink(missing_ok=True)

    def _is_outdated(self, part: int) -> bool:
        try:
            return time.time() - self.path(part).stat().st_mtime > KEPT_FOR_S
        except FileNotFoundError:
            return True

    def _size(self, part: int) -> int:
        try:
            return self.path(part).stat().st_size
        except FileNotFoundError:
            return 0
