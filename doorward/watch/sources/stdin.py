"""Standard input: lines as they come through a pipe.

In: a file descriptor. Out: whole lines; with a spool, lines in it. A pipe acknowledges nothing: what was read from it
and not stored is gone with the process that read it.
"""

from __future__ import annotations

import os
import select

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources.spool import Delivery, Spool

_READ_BYTES = 1024 * 1024


class Stdin:
    """A pipe, a socket, a terminal or a file. Not thread-safe."""

    def __init__(self, file: int = 0) -> None:
        self._file = file
        self._data = b""
        self._skipping = False
        self.is_ended = False

    def take(self, limit_bytes: int) -> tuple[list[bytes | None], bool]:
        """The whole lines there are, None for one that is too long, and whether there may be more. It never waits.
        Raises OSError."""
        lines: list[bytes | None] = []
        taken = 0
        while taken < limit_bytes and not self.is_ended and select.select([self._file], [], [], 0)[0]:
            data = os.read(self._file, _READ_BYTES)
            taken += len(data)
            self.is_ended = not data
            self._split(data, lines)
        if self.is_ended and self._data:
            lines.append(self._data)
            self._data = b""
        return lines, taken >= limit_bytes

    def _split(self, data: bytes, lines: list[bytes | None]) -> None:
        *whole, self._data = (self._data + data).split(b"\n")
        if whole and self._skipping:
            whole, self._skipping = whole[1:], False
        lines.extend(line if len(line) <= LONGEST_LINE else None for line in whole)
        if len(self._data) > LONGEST_LINE:
            if not self._skipping:
                lines.append(None)
            self._data, self._skipping = b"", True


# Longer than a line may be: the spool's reader tells it as such.
_TOO_LONG = b"x" * (LONGEST_LINE + 1)


class StdinSpooled:
    """The same into a spool."""

    def __init__(self, spool: Spool, stdin: Stdin) -> None:
        self._spool = spool
        self._stdin = stdin
        self._waiting: list[bytes] = []

    def step(self, limit_bytes: int = 4 * 1024 * 1024) -> str:
        """Store what came; the writer waits while the spool is full. Raises SpoolFull, OSError."""
        if not self._waiting:
            lines, _ = self._stdin.take(limit_bytes)
            self._waiting = [_TOO_LONG if line is None else line for line in lines if line is None or line.strip()]
        if self._waiting:
            self._spool.append(Delivery(tuple(self._waiting)))
            self._waiting = []
        return "standard input ended: whoever wrote to it is gone" if self._stdin.is_ended else ""
