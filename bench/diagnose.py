"""Does Doorward name the cause? `make bench-diagnose`: faults really injected, and what was concluded of each.

`python -m bench.diagnose [--set catalogue|held-out|held-out-2|held-out-3|held-out-4|held-out-5]
[--half tuning|reported|all] [--only REGEX] [--first N] [--jobs N] [--out FILE] [--inject-only]`. Each run is a school
of its own with people in it and `doorward run` at its post, for about a minute; a row is printed when it ends, and a
run that fails is told in the table. The catalogue has halves; the held-out sets are played whole.
`--inject-only` starts no Doorward and says what each fault does to people: the bench's own proof that it bites.
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

from bench.faults import bite, catalogue, fifth, fourth, held_out, second, template, third
from bench.faults.fault import Fault
from bench.faults.needs import lacking
from bench.faults.run import Row, not_played, run
from bench.faults.score import line, table

ROOT = Path(__file__).parents[1]
SETS = {
    "catalogue": catalogue.FAULTS,
    "held-out": held_out.FAULTS,
    "held-out-2": second.FAULTS,
    "held-out-3": third.FAULTS,
    "held-out-4": fourth.FAULTS,
    "held-out-5": fifth.FAULTS,
}
# Twice as long as the longest run takes.
_MOST_S = 400


def main() -> int:
    """Play the chosen faults and print the table."""
    asked = _options().parse_args()
    # Told to stop, a run closes its stage, and the bench waits for the runs that are on it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.one:
        fault = next(fault for fault in SETS[asked.set] if fault.name == asked.one)
        play = bite.bite if asked.inject_only else run
        sys.stdout.buffer.write(msgspec.json.encode(play(fault, asked.directory, asked.template)) + b"\n")
        return 0
    if asked.table:
        rows = [msgspec.json.decode(text, type=Row) for file in asked.table for text in file.read_bytes().splitlines()]
        print(table(rows))
        return 0
    chosen = [fault for fault in SETS[asked.set] if _is_asked_for(fault, asked)][: asked.first]
    if asked.list:
        print("\n".join(fault.name for fault in chosen))
        return 0
    template.made(asked.template)
    print(f"{len(chosen)} runs, {asked.jobs} at a time; load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="doorward-faults-") as folder, ThreadPoolExecutor(asked.jobs) as pool:
        # As root, PostgreSQL runs as its own account, and must come by here.
        Path(folder).chmod(0o711)
        places = [Path(folder) / f"run-{number}" for number in range(len(chosen))]
        played = list(pool.map(lambda pair: _play(*pair, asked), zip(chosen, places, strict=True)))
    bites = [one for one in played if isinstance(one, bite.Bite)]
    print(bite.summary(bites) if asked.inject_only else table([row for row in played if isinstance(row, Row)]))
    return 0


def _is_asked_for(fault: Fault, asked: argparse.Namespace) -> bool:
    """The catalogue has halves, drawn in advance; no weight is tuned on a held-out set, so those have none."""
    is_in_half = asked.set != "catalogue" or catalogue.half(fault.name, asked.half)
    return is_in_half and bool(re.search(asked.only, fault.name))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=tuple(SETS), default="catalogue", help="which faults (catalogue)")
    parser.add_argument("--inject-only", action="store_true", help="without Doorward: does each fault bite?")
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


def _play(fault: Fault, place: Path, asked: argparse.Namespace) -> Row | bite.Bite:
    """Play it, a second time if the first came to nothing."""
    place = (asked.keep / fault.name) if asked.keep else place
    row = _try(fault, place, asked)
    if row.trouble and not lacking(fault.layout):
        row = _try(fault, place, asked)
    if asked.out:
        with asked.out.open("ab") as file:
            file.write(msgspec.json.encode(row) + b"\n")
    print(line(row) if isinstance(row, Row) else bite.line(row), flush=True)
    return row


def _try(fault: Fault, place: Path, asked: argparse.Namespace) -> Row | bite.Bite:
    """One run in a process of its own: what it opened ends with it, and the next one is played whatever it came to."""
    command = [sys.executable, "-m", "bench.diagnose", "--set", asked.set, "--one", fault.name]
    command += ["--directory", str(place), "--template", str(asked.template.resolve())]
    command += ["--inject-only"] if asked.inject_only else []
    refused = bite.not_played if asked.inject_only else not_played
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
        try:
            told, _ = child.communicate(timeout=_MOST_S)
        except subprocess.TimeoutExpired:
            child.terminate()
            return refused(fault, f"it did not end within {_MOST_S} s")
    if child.returncode or not told:
        return refused(fault, f"it ended with exit status {child.returncode}")
    return msgspec.json.decode(told.splitlines()[-1], type=bite.Bite if asked.inject_only else Row)


if __name__ == "__main__":
    sys.exit(main())
