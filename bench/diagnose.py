"""Does Doorward name the cause? `make bench-diagnose`: faults really injected, and what was concluded of each.

`python -m bench.diagnose [--half tuning|reported|all] [--only REGEX] [--first N] [--jobs N] [--out FILE]`. Each run is
a school of its own with people in it and `doorward run` at its post, for about a minute; a row is printed when it ends.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from bench.faults import template
from bench.faults.catalogue import FAULTS, half
from bench.faults.run import Row, run
from bench.faults.score import line, table

ROOT = Path(__file__).parents[1]
# Twice as long as the longest run takes.
_MOST_S = 400


def main() -> int:
    """Play the chosen faults and print the table."""
    asked = _options().parse_args()
    # Told to stop, a run closes its stage, and the bench waits for the runs that are on it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.one:
        fault = next(fault for fault in FAULTS if fault.name == asked.one)
        sys.stdout.buffer.write(msgspec.json.encode(run(fault, asked.directory, asked.template)) + b"\n")
        return 0
    if asked.table:
        rows = [msgspec.json.decode(text, type=Row) for file in asked.table for text in file.read_bytes().splitlines()]
        print(table(rows))
        return 0
    chosen = [f.name for f in FAULTS if half(f.name, asked.half) and re.search(asked.only, f.name)][: asked.first]
    if asked.list:
        print("\n".join(chosen))
        return 0
    template.made(asked.template)
    print(f"{len(chosen)} runs, {asked.jobs} at a time; load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="doorward-faults-") as folder, ThreadPoolExecutor(asked.jobs) as pool:
        places = [Path(folder) / f"run-{number}" for number in range(len(chosen))]
        rows = [row for row in pool.map(lambda pair: _play(*pair, asked), zip(chosen, places, strict=True)) if row]
    print(table(rows))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("tuning", "reported", "all"), default="reported")
    parser.add_argument("--only", default="", metavar="REGEX", help="faults whose name it finds")
    parser.add_argument("--first", type=int, metavar="N", help="no more than these")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs side by side (2)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="append each row as a JSON line, with the differential"
    )
    parser.add_argument("--list", action="store_true", help="name the chosen faults and stop")
    parser.add_argument("--table", type=Path, nargs="+", metavar="FILE", help="draw the table of these rows and stop")
    parser.add_argument("--template", type=Path, default=ROOT / "var/bench-diagnose", help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the files of each run there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, help=argparse.SUPPRESS)
    return parser


def _play(name: str, place: Path, asked: argparse.Namespace) -> Row | None:
    """Play it, a second time if the first came to nothing."""
    place = (asked.keep / name) if asked.keep else place
    row = _try(name, place, asked)
    if row is None or row.trouble:
        row = _try(name, place, asked) or row
    if row is None:
        return None
    if asked.out:
        with asked.out.open("ab") as file:
            file.write(msgspec.json.encode(row) + b"\n")
    print(line(row), flush=True)
    return row


def _try(name: str, place: Path, asked: argparse.Namespace) -> Row | None:
    """One run in a process of its own: what it opened ends with it."""
    command = [sys.executable, "-m", "bench.diagnose", "--one", name, "--directory", str(place)]
    command += ["--template", str(asked.template.resolve())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        try:
            told, _ = child.communicate(timeout=_MOST_S)
        except subprocess.TimeoutExpired:
            child.terminate()
            print(f"{name}: did not end", flush=True)
            return None
    if child.returncode:
        print(f"{name}: ended with exit status {child.returncode}", flush=True)
        return None
    return msgspec.json.decode(told.splitlines()[-1], type=Row)


if __name__ == "__main__":
    sys.exit(main())
