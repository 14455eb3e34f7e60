"""How long does a backtest of days take? `python -m bench.watch_backtest [--days 3] [--per-min 6]`

Makes the logs of a small school's two services (a crowd of 400 people, one fault of ten minutes on the last day),
writes down the incident, and runs `doorward watch --backtest --incidents` on them in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.watch.crowd import BEGAN, Crowd
from tests.watch.school_lines import write


def main() -> int:
    """Make, run, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=3)
    options.add_argument("--per-min", type=float, default=6.0)
    asked = options.parse_args()
    at_s = (asked.days - 1) * 86400 + 36000.0
    fault = {"fault": "A", "fault_at_s": at_s, "repaired_at_s": at_s + 600}
    crowd = Crowd(5, asked.days * 86400, per_min=asked.per_min, people=400, **fault)  # type: ignore[arg-type]
    began = BEGAN + timedelta(seconds=at_s)
    with tempfile.TemporaryDirectory() as name:
        logs = write(crowd.events, Path(name))
        incident = {
            "began": began.isoformat(),
            "ended": (began + timedelta(minutes=10)).isoformat(),
            "what": "the fault",
        }
        known = Path(name) / "incidents.jsonl"
        known.write_text(json.dumps(incident) + "\n")
        return _run([str(log) for log in logs], str(known), asked.days)


def _run(logs: list[str], known: str, days: int) -> int:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    command = [
        sys.executable,
        "-m",
        "doorward",
        "watch",
        "--backtest",
        "--incidents",
        known,
        "--format",
        "jsonl",
        *logs,
    ]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    taken_s = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        print(done.stderr, file=sys.stderr)
        return done.returncode
    said = json.loads(done.stdout.splitlines()[-1])
    cpu_s, events = used.ru_utime + used.ru_stime, said["events"]
    print(
        f"{days} days, {events:,} events: {taken_s:.1f} s, {cpu_s:.1f} s of CPU, "
        f"{events / cpu_s:,.0f} events a CPU-second"
    )
    print(
        f"{used.ru_maxrss / 1024:.0f} MB; "
        f"met {said['met']} of {len(said['incidents'])}, {said['false_alarms']} false alarms"
    )
    print(f"the first detection came after {said['incidents'][0]['delay_s']} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
