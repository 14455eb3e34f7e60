"""systemd's journal: `journalctl` follows it, its cursor is stored with the lines.

In: units, or a journal file or directory of its own. Out: JSON lines in the spool, each once. What was vacuumed while
nobody read is lost. A first start begins half an hour ago. Source: journalctl(1), systemd.journal-fields(7).
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from doorward.watch.sources.asked import FIRST_S
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Delivery, Spool, SpoolFull

# What the parsers of syslog's dresses read; a journal has some forty fields an entry. Cursor and time come always.
FIELDS = ("MESSAGE", "SYSLOG_IDENTIFIER", "_COMM", "_SOURCE_REALTIME_TIMESTAMP")
STEP_BYTES = 8 * 1024 * 1024
_READ_BYTES = 1024 * 1024
# An entry can be hundreds of megabytes; no log line of a sign-in is.
LONGEST_ENTRY = 1024 * 1024


class _Entry(msgspec.Struct):
    cursor: str = msgspec.field(name="__CURSOR")


_decode = msgspec.json.Decoder(_Entry).decode


class Journald:
    """One journal. `place`: a journal file or directory, None for the machine's own. Not thread-safe."""

    def __init__(
        self,
        spool: Spool,
        units: tuple[str, ...],
        place: Path | None = None,
        program: str = "journalctl",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spool = spool
        self._clock = clock
        where = [] if place is None else [f"--{'directory' if place.is_dir() else 'file'}={place}"]
        # Not --all: a field over 4,096 bytes that is not text is told as null, and no parser needs it.
        self._command = [program, "--output=json", "--follow", "--no-tail", "--quiet", "--no-pager"]
        self._command += [f"--output-fields={','.join(FIELDS)}", *where, *(f"--unit={unit}" for unit in units)]
        self._process: subprocess.Popen[bytes] | None = None
        self._data = b""
        self._skipping = False

    def step(self) -> str:
        """Store what was written, if there is anything. Raises Away, SpoolFull, OSError."""
        process = self._process or self._start()
        self._process = process
        taken, ended = 0, False
        try:
            while taken < STEP_BYTES and not ended and self._is_ready(process):
                assert process.stdout is not None
                data = os.read(process.stdout.fileno(), _READ_BYTES)
                taken, ended = taken + len(data), not data
                self._store(data)
        except (Away, SpoolFull, OSError, ValueError):
            # What was read and not stored is asked for again.
            self.close()
            raise
        if ended:
            raise Away(f"journalctl ended: {self._last_words(process)}")
        return ""

    def _start(self) -> subprocess.Popen[bytes]:
        if self._spool.position is None:
            self._spool.append(Delivery((), position=f"@{self._clock() - FIRST_S:.0f}"))
        position = self._spool.position or ""
        since = f"--since={position}" if position.startswith("@") else f"--after-cursor={position}"
        self._data, self._skipping = b"", False
        try:
            return subprocess.Popen(
                [*self._command, since], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except FileNotFoundError as error:
            raise Away("journalctl is not installed") from error

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.stdout is not None
        return bool(select.select([process.stdout], [], [], 0)[0])

    def _store(self, data: bytes) -> None:
        *lines, self._data = (self._data + data).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        if len(self._data) > LONGEST_ENTRY:
            self._data, self._skipping = b"", True
        if lines:
            self._spool.append(Delivery(tuple(lines), position=self._cursor(lines[-1])))

    def _cursor(self, line: bytes) -> str:
        try:
            return _decode(line).cursor
        except msgspec.DecodeError as error:
            raise Away("journalctl does not answer in JSON with a cursor") from error

    def _last_words(self, process: subprocess.Popen[bytes]) -> str:
        """Its first line of stderr, or how it ended."""
        assert process.stderr is not None
        words = process.stderr.read(2000).decode("utf-8", "replace").strip().partition("\n")[0]
        self.close()
        return words or f"exit {process.returncode}"

    def close(self) -> None:
        """Follow no more; a later step starts again from what was stored."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()
            self._process = None
