"""Does a drill's log, replayed, give the detections that the drill gave live?

`python -m bench.watch_drill DIRECTORY` reads what `doorward drill run NAME` left in DIRECTORY: the incident log
of the Doorward that was at its post, and the school's logs. `doorward watch --backtest` reads the same logs with the
same doorward.toml. Each detection in the incident log must be told again: same signal, segment, onset and moment.
Detections of probes are left out: no log of the school tells them. Exit 1 if one is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from doorward.model.detection import Detection, Signal
from doorward.model.entry import Declared, Entry, Joined
from doorward.review.drills.entries import read_entries


@dataclass(frozen=True, slots=True)
class Told:
    """What makes a detection the same one; times in whole milliseconds, as the contract tells them."""

    detected_at: str
    signal: str
    segment: tuple[tuple[str, str], ...]
    onset: str


def live(entries: tuple[Entry, ...]) -> list[Told]:
    """The detections of an incident log, but those of probes."""
    bodies = (entry.body for entry in entries)
    found = [body.detection for body in bodies if isinstance(body, Declared | Joined)]
    return sorted((_told(one) for one in found if one.signal is not Signal.PROBE_FAILURES), key=lambda t: t.detected_at)


def _told(one: Detection) -> Told:
    return Told(_milliseconds(one.detected_at), one.signal.value, one.segment, _milliseconds(one.onset))


def replayed(lines: list[str]) -> list[Told]:
    """The detections that `doorward watch --format jsonl` printed."""
    rows = [row for row in map(json.loads, lines) if row["schema"] == "doorward.detection/1"]
    return [Told(row["detected_at"], row["measure"], tuple(row["segment"].items()), row["onset"]) for row in rows]


def _milliseconds(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def main(directory: Path) -> int:
    """Compare, and print a line for each live detection."""
    command = [sys.executable, "-m", "doorward", "watch", "--backtest", "--format", "jsonl"]
    command += ["--config", str(directory / "doorward.toml")]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):
        print(done.stderr, file=sys.stderr)
        return done.returncode
    then, again = live(read_entries(directory / "doorward" / "doorward.sqlite3")), replayed(done.stdout.splitlines())
    for one in then:
        same = "the same" if one in again else "NOT replayed"
        segment = ", ".join(f"{key}={value}" for key, value in one.segment)
        print(f"{one.detected_at} {one.signal} {segment}, since {one.onset}: {same}")
    print(f"{sum(one in again for one in then)} of {len(then)} live detections replayed; {len(again)} replayed in all")
    return 0 if then and all(one in again for one in then) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
