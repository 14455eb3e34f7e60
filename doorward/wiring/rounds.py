"""Rounds: what each differential of an incident was made from, kept beside the incident log, bounded.

In: an incident's id and observations. Out: the kept rounds, oldest first. A round that cannot be kept delays nobody: a
diagnosis must not wait for a disk that is full.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from doorward.diagnose import record
from doorward.diagnose.observations import Observations

FOLDER = "observations"
# A differential is made anew every few seconds while it cannot tell: the first two minutes of it, 10 to 60 kB each.
MOST_ROUNDS = 40
MOST_BYTES = 4 * 1024 * 1024
MOST_INCIDENTS = 50


class Rounds:
    """The files of one state directory, one an incident."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def keep(self, incident: str, now: datetime, observations: Observations) -> None:
        """Append one round, unless enough are kept or the disk does not take it."""
        with contextlib.suppress(OSError):
            path = self._path(incident)
            if not path.exists():
                self._folder.mkdir(mode=0o700, exist_ok=True)
                self._drop_oldest()
            line = now.isoformat().encode() + b" " + record.encode(observations) + b"\n"
            with path.open("ab+") as file:
                file.seek(0)
                if file.read().count(b"\n") < MOST_ROUNDS and file.tell() + len(line) <= MOST_BYTES:
                    file.write(line)

    def kept(self, incident: str) -> Iterator[tuple[datetime, Observations]]:
        """Each round that is kept of it and that reads, oldest first; none where nothing was kept."""
        try:
            lines = self._path(incident).read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            at, _, text = line.partition(b" ")
            # A kill may have cut the last line short.
            with contextlib.suppress(ValueError):
                yield datetime.fromisoformat(at.decode()), record.decode(text)

    def _path(self, incident: str) -> Path:
        return self._folder / f"{incident}.jsonl"

    def _drop_oldest(self) -> None:
        kept = sorted(self._folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
        for path in kept[: max(0, len(kept) - MOST_INCIDENTS + 1)]:
            path.unlink()
