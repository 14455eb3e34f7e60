"""What memory a million lines take of which no two share a client, person, network, browser or reason.

`python -m bench.watch_hostile [LINES]`. Each row is a process of its own that makes lines and counts them as they come,
by the partial aggregate; memory is what the process took over what it had before the first line.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from doorward.log_line import LogOptions
from doorward.watch.partial_counts import Counting, Partial

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
_AT_ONCE = 2_000
# How long the lines last: in one window of 10 s, in an hour, in windows of their own.
SHAPES = {"at once": 10.0, "in an hour": 3600.0, "each in a window of its own": None}


def school_line(number: int, at: datetime) -> bytes:
    """No field but the event is that of another line."""
    return (
        f'{{"time":"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z","event":"sign-in","outcome":"failed",'
        f'"reason":"reason-{number}","person":"{number:016x}","session":"{number:015x}s","source":"{number:015x}n",'
        f'"client":"client-{number}","agent":"agent-{number}"}}\n'
    ).encode()


def sshd_line(number: int, at: datetime) -> bytes:
    """Every name, address, process and port is another; one in ten is a sentence that sshd does not write."""
    head = f"{at:%b} {at.day:2d} {at:%H:%M:%S} gate sshd[{number}]: "
    address = f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}.7"
    said = f"sentence {number}" if number % 10 == 0 else f"Failed method{number} for user{number} from {address} port 1"
    return f"{head}{said}\n".encode()


LINES = {"school": school_line, "sshd": sshd_line}


def chunks(kind: str, lines: int, lasts_s: float | None) -> Iterator[bytes]:
    """The lines, some thousands at once."""
    step = timedelta(seconds=10.0 if lasts_s is None else lasts_s / lines)
    for start in range(0, lines, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, lines))
        yield b"".join(LINES[kind](number, BEGAN + number * step) for number in numbers)


def count(kind: str, shape: str, lines: str) -> None:
    """In a child: count, and tell what came of it."""
    counting = Counting(kind, LogOptions(hash_key=b"k" * 32, latest=BEGAN + timedelta(days=300)))
    made, used = Partial("auth", counting), 0.0
    made.add_lines(next(chunks(kind, 10, 10.0)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for chunk in chunks(kind, int(lines), SHAPES[shape]):
        began = time.process_time()
        made.add_lines(chunk)
        used += time.process_time() - began
    table = made.table()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total = sum(table["count"].to_pylist()) - 10
    told = {"cpu_s": used, "rows": table.num_rows, "total": total, "rss_mb": after / 1024}
    print(json.dumps({**told, "grown_mb": (after - before) / 1024}))


def main(lines: str = "1000000") -> None:
    """Print the table; exit 1 if a line is lost."""
    print(f"load {os.getloadavg()[0]:.1f} at the start, {len(os.sched_getaffinity(0))} cores")
    print(f"\n| {int(lines):,} hostile lines | lines per CPU-second | rows kept | lines counted | memory | grown by |")
    print("|---|---|---|---|---|---|")
    lost = 0
    for kind in LINES:
        for shape in SHAPES:
            command = [sys.executable, "-m", "bench.watch_hostile", "count", kind, shape, lines]
            said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            lost += int(lines) - said["total"]
            speed = int(lines) / said["cpu_s"] / 1e6
            print(
                f"| {kind}, {shape} | {speed:.2f} M | {said['rows']:,} | {said['total']:,} "
                f"| {said['rss_mb']:.0f} MB | {said['grown_mb']:.0f} MB |",
                flush=True,
            )
    sys.exit(lost != 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["count"]:
        count(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
