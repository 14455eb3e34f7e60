"""How long after it was written a line stands in the counts that detectors look at, at a steady rate.

`python -m bench.watch_live [RATE] [SECONDS]`. A child writes lines with their time; this process reads what is there
every 50 ms, counts it by the partial aggregate and adds it to the running one, as the live watch does.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench import watch_logs
from doorward.log_line import LogOptions
from doorward.watch.partial_counts import Counting, Partial

POLL_S = 0.05
# As the live watch: what is behind is read in parts.
MOST_BYTES = 4 * 1024 * 1024
BEAT_S = 0.01
# Every so many lines one is asked when it was written.
ASKED = 50


class Stamp(msgspec.Struct):
    """The time of a line."""

    time: datetime


def write(path: str, rate: str, seconds: str) -> None:
    """In a child: lines at a rate, in a beat; a line's time is when it is written."""
    chance = random.Random(5)
    people = [f"{chance.getrandbits(64):016x}" for _ in range(watch_logs.PEOPLE)]
    made = [watch_logs.school_line(watch_logs.BEGAN, chance, people) for _ in range(20_000)]
    tails = [line.partition('Z"')[2] for line in made]
    each = int(int(rate) * BEAT_S)
    began = time.monotonic()
    with Path(path).open("a", buffering=1 << 20) as file:
        for beat in range(int(float(seconds) / BEAT_S)):
            time.sleep(max(0.0, began + beat * BEAT_S - time.monotonic()))
            now = datetime.now(UTC)
            head = f'{{"time":"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"'
            start = beat * each % len(tails)
            file.write("".join(f"{head}{tail}\n" for tail in (tails[start:] + tails[:start])[:each]))
            file.flush()


def read(path: Path, writer: subprocess.Popen[bytes]) -> tuple[list[float], int, float, float]:
    """Delays of some lines, the lines counted, and the CPU and clock it took."""
    counting = Counting("school", LogOptions(hash_key=b"k" * 32), most_windows=360)
    running, left, delays, lines = Partial("auth", counting), b"", list[float](), 0
    began, used = time.monotonic(), time.process_time()
    with path.open("rb") as file:
        while True:
            ended = writer.poll() is not None
            data = left + file.read(MOST_BYTES)
            whole = data.rfind(b"\n") + 1
            chunk, left = data[:whole], data[whole:]
            if chunk:
                part = Partial("auth", counting)
                part.add_lines(chunk)
                running.absorb(part.rows())
                now = time.time()
                found = chunk.split(b"\n")
                lines += len(found) - 1
                delays += [now - msgspec.json.decode(line, type=Stamp).time.timestamp() for line in found[:-1:ASKED]]
            elif ended:
                break
            if len(chunk) < MOST_BYTES // 2:
                time.sleep(POLL_S)
    return delays, lines, time.process_time() - used, time.monotonic() - began


def main(rate: str = "100000", seconds: str = "10") -> None:
    """Print the row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "auth.jsonl"
        path.touch()
        command = [sys.executable, "-m", "bench.watch_live", "write", str(path), rate, seconds]
        with subprocess.Popen(command) as writer:
            delays, lines, cpu, wall = read(path, writer)
    delays.sort()
    ms = [1000 * delays[min(len(delays) - 1, int(len(delays) * share))] for share in (0.5, 0.99, 1.0)]
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n| live, JSON of the school | median | 99 % | longest | of one core | memory |\n|---|---|---|---|---|---|")
    told = " | ".join(f"{delay:.0f} ms" for delay in ms)
    print(
        f"| {lines / wall / 1000:.0f} k lines/s for {wall:.0f} s | {told} | {100 * cpu / wall:.0f} % | {rss:.0f} MB |"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
