"""How soon Doorward's detectors see that sign-in broke, how often they cry, and what others make of the same people.

The real segment (`doorward.watch.share_segment`) is fed with simulated lines (`bench/traffic_model.py` tells them);
it has learned from eight weeks of history (four at 600 a minute) and has the whole budget of one false alarm a month.
Delays are counted in people who came between the fault and its detection, beside the least that any rule can have
(`bound.py` of the shared folder; it knows both shares and that nothing else changes). Seeds differ from those that the
detectors were tuned on.

Run: python -m bench.detect [--quick] [--part delays|alarms|attacks|rivals|speed|nab] [--nab DIR] [--runs 60]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench import detect_rivals as rivals
from bench import detect_runs as runs
from bench.traffic_model import DAY_MIN, WEEK_MIN, YEAR_MIN, Conditions, Crowd
from doorward.watch.evidence import ShareEvidence

USUAL = (0.02, 0.08)
BROKEN = (0.12, 0.25, 0.47, 1.0)
PER_MIN = (6, 60, 600)
SEED = 20_260
_GOAL = {False: 1.5, True: 2.5}
_KIND = {False: "independent", True: "unkind"}
PARTS = ("delays", "alarms", "attacks", "rivals", "speed", "nab")


def say(text: str) -> None:
    """Progress, on stderr."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _weeks(per_min: float) -> int:
    return 4 if per_min > 100 else 8


def delays_of(job: tuple[Conditions, int]) -> tuple[Conditions, list[runs.Delays]]:
    """All four faults under the same conditions."""
    conditions, count = job
    learned = runs.history(conditions, _weeks(conditions.per_min), SEED, 6)
    return conditions, [runs.faults(conditions, broken, learned, count, SEED) for broken in BROKEN]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of the grid is wished for."""

    quick: bool
    count: int
    kinds: tuple[bool, ...]
    rates: tuple[int, ...]
    usual: tuple[float, ...]
    repetitions: int


def delays(pool: ProcessPoolExecutor, wishes: Wishes) -> None:
    """The grid."""
    count = wishes.count
    print(f"\n## Delay\n\n{count} faults a row; a missed one counts as 20 times the least.\n")
    print(
        "| traffic | usual | broken | a minute | least | doorward, people | times the least | seconds | missed |",
        end="",
    )
    print(" goal | onset held | called attack |\n" + "|---" * 12 + "|")
    grid = [(kind, usual, rate) for kind in wishes.kinds for usual in wishes.usual for rate in wishes.rates]
    jobs = [(Conditions(rate, usual, kind), count) for kind, usual, rate in grid]
    for conditions, found in pool.map(delays_of, jobs):
        say(f"delays: {_KIND[conditions.unkind]} {conditions.usual:.0%} at {conditions.per_min:g}/min")
        for broken, one in zip(BROKEN, found, strict=True):
            _row(conditions, broken, one, count)


def _row(conditions: Conditions, broken: float, one: runs.Delays, count: int) -> None:
    least = runs.least(conditions.usual, broken, conditions.per_min * runs.MONTH_MIN)
    people = (sum(one.people) + one.missed * 20 * least) / count
    told = "met" if people / least <= _GOAL[conditions.unkind] + 0.005 else "NOT met"
    print(
        f"| {_KIND[conditions.unkind]} | {conditions.usual:.0%} | {broken:.0%} | {conditions.per_min:g} | {least:.1f} "
        f"| {people:.1f} | {people / least:.2f} | {runs.mean(one.seconds):.1f} | {one.missed} "
        f"| {_GOAL[conditions.unkind]} {told} | {one.held} of {len(one.people)} | {one.attacks} |",
        flush=True,
    )


def alarms_of(job: tuple[Conditions, int, int]) -> tuple[Conditions, list[tuple[int, int]]]:
    """Several repetitions after one history."""
    conditions, minutes, repetitions = job
    course = SEED + 1
    learned = runs.history(conditions, _weeks(conditions.per_min), course)[0]
    return conditions, [
        runs.alarms(conditions, learned, minutes, SEED + 100 + one, course) for one in range(repetitions)
    ]


def alarms(pool: ProcessPoolExecutor, wishes: Wishes, attacks: bool) -> None:
    """False alarms; with attacks, what was told of them."""
    length = {6: 52 * WEEK_MIN, 60: 52 * WEEK_MIN, 600: 4 * WEEK_MIN}
    repetitions = 1 if wishes.quick else wishes.repetitions
    if attacks:
        length, repetitions = {6: 8 * WEEK_MIN, 60: 4 * WEEK_MIN}, max(1, repetitions // 4)
    rates = tuple(rate for rate in wishes.rates if rate in length)
    kinds = (True,) if attacks else wishes.kinds
    print(f"\n## {'Attacks as decoys' if attacks else 'False alarms'}\n\n{repetitions} repetitions a row.\n")
    print("| traffic | usual | a minute | days each | told as outage: mean, most | budget | in all | told as attack |")
    print("|---" * 8 + "|")
    order = [(kind, usual, rate) for rate in rates for kind in kinds for usual in wishes.usual]
    jobs = [(Conditions(rate, usual, kind, attacks), length[rate], repetitions) for kind, usual, rate in order]
    for conditions, found in pool.map(alarms_of, jobs):
        say(f"alarms: {_KIND[conditions.unkind]} {conditions.usual:.0%} at {conditions.per_min:g}/min")
        outages, days = [one[0] for one in found], length[int(conditions.per_min)] / DAY_MIN
        allowed = days / 30 * repetitions
        print(
            f"| {_KIND[conditions.unkind]} | {conditions.usual:.0%} | {conditions.per_min:g} | {days:g} "
            f"| {np.mean(outages):.2f}, {max(outages)} | {days / 30:.2f} | {sum(outages)} of {allowed:.0f} "
            f"| {sum(one[1] for one in found)} |",
            flush=True,
        )


def rivals_of(job: tuple[float, float, int]) -> list[tuple[str, list[float], int]]:
    """For one fault at 60 a minute: each rival's delays in seconds, and how many it missed within two hours."""
    usual, broken, count = job
    conditions = Conditions(60, usual, True)
    learned = runs.history(conditions, 8, SEED)[0]
    found: dict[str, list[float]] = {}
    for run in range(count):
        crowd, start = Crowd(conditions, SEED + 500 + run, SEED), YEAR_MIN + 11 * 60 + DAY_MIN * (run % 5)
        extra = (broken - usual) / (1 - usual)
        lines = crowd.lines(start - 240, 360, start, extra)
        at = np.searchsorted(np.cumsum(lines.minute_people), 1 + np.arange(lines.failed.size))
        seconds = {name: [60.0 * (one + 1) for one in minutes] for name, minutes in rivals.rules(lines, usual).items()}
        seconds |= {name: [60.0 * (at[one] + 1) for one in ones] for name, ones in rivals.of_river(lines).items()}
        seconds["ruptures PELT"] = [60.0 * (one + 1) for one in rivals.of_ruptures(lines, 240)]
        watched = runs.segment(conditions)
        if learned is not None:
            watched.take_up(learned)
        seconds["doorward"] = [lines.arrived_s[row] - (start - 240) * 60 for _, row in runs.feed(watched, lines)]
        for name, moments in seconds.items():
            found.setdefault(name, []).extend([one - 14_400 for one in moments if one > 14_400][:1])
    return [(name, delays, count - len(delays)) for name, delays in found.items()]


def cries_of(usual: float) -> dict[str, int]:
    """Alarms of each in two weeks without a fault, at 60 a minute."""
    conditions = Conditions(60, usual, True)
    lines = Crowd(conditions, SEED + 900, SEED).lines(YEAR_MIN, 2 * WEEK_MIN)
    cries = {name: len(found) for name, found in (rivals.rules(lines, usual) | rivals.of_river(lines)).items()}
    cries["ruptures PELT"] = len(rivals.of_ruptures(lines, 0))
    watched, learned = runs.segment(conditions), runs.history(conditions, 8, SEED)[0]
    if learned is not None:
        watched.take_up(learned)
    cries["doorward"] = len(runs.feed(watched, lines))
    return cries


def side_by_side(pool: ProcessPoolExecutor, quick: bool) -> None:
    """Everybody on the same people."""
    count = 4 if quick else 12
    print(f"\n## Side by side\n\nUnkind traffic, 60 people a minute, the fault by day, {count} faults a column: median")
    print("seconds to the first alarm after the fault (missed within two hours), alarms in two weeks without one.\n")
    grid = [(usual, broken) for usual in USUAL for broken in BROKEN]
    cells = list(pool.map(rivals_of, [(*pair, count) for pair in grid]))
    say("rivals: faults done")
    cries = list(pool.map(cries_of, USUAL))
    names = [name for name, _, _ in cells[0]]
    head = " | ".join(f"{usual:.0%}→{broken:.0%}" for usual, broken in grid)
    print(f"| | {head} | cried at 2 % | at 8 % |\n" + "|---" * (len(grid) + 3) + "|")
    for name in sorted(names, key=lambda one: one != "doorward"):
        told = []
        for cell in cells:
            delays, missed = next((found, lost) for known, found, lost in cell if known == name)
            median = f"{np.median(delays):.0f}" if delays else "never"
            told.append(f"{median} ({missed})" if missed and delays else median)
        print(f"| {name} | {' | '.join(told)} | {cries[0][name]} | {cries[1][name]} |", flush=True)


def speed() -> None:
    """One failure in the evidence, and one observation in a segment."""
    evidence, count = ShareEvidence(0.05), 200_000
    began = time.perf_counter()
    for number in range(count):
        evidence.succeed(19)
        evidence.fail(number)
    each = (time.perf_counter() - began) / count
    watched = runs.segment(Conditions(60, 0.05, False))
    began = time.perf_counter()
    for number in range(count):
        watched.observe(number / 10, str(number), number % 20 == 0, "failed")
    print(f"\n## Speed\n\n{each * 1e6:.1f} µs a failure in the evidence (with 19 successes before it); ", end="")
    print(f"{(time.perf_counter() - began) / count * 1e6:.1f} µs an observation in a segment, 5 % of them failures.")


def nab(folder: Path | None) -> None:
    """A sanity floor on real series: does a rate's rise or fall within a labelled window bring an alarm?"""
    if folder is None or not (folder / "labels" / "combined_windows.json").is_file():
        print("\n## NAB\n\nskipped: no `--nab DIR` with labels/combined_windows.json")
        return
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text())
    print("\n## NAB\n\n| series | windows hit | alarms outside |\n|---|---|---|")
    for name, spans in sorted(windows.items()):
        path = folder / "data" / name
        if name.startswith("real") and path.is_file():
            hit, outside = _nab_series(path, spans)
            print(f"| {name} | {hit} of {len(spans)} | {outside} |")


def _nab_series(path: Path, spans: Iterable[list[str]]) -> tuple[int, int]:
    """The value counts as bad when it is above the 99 % quantile of the first 15 %; the share of such is watched."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    times = [datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp() for row in rows]
    values = [float(row["value"]) for row in rows]
    learning = max(20, int(0.15 * len(values)))
    low, high = np.quantile(values[:learning], [0.005, 0.995])
    per_min = 60 / max(float(np.median(np.diff(times))), 1)
    watched = runs.segment(Conditions(5 * per_min, 0.0134, False))
    found = [
        watched.observe(at_s, None, not low <= value <= high, "value")
        for at_s, value in zip(times, values, strict=True)
    ]
    alarms = [one.detected_at.timestamp() for one in found[learning:] if one is not None]
    moments = [[datetime.fromisoformat(end).replace(tzinfo=UTC).timestamp() for end in span] for span in spans]
    hit = sum(any(begin <= alarm <= end for alarm in alarms) for begin, end in moments)
    return hit, sum(not any(begin <= alarm <= end for begin, end in moments) for alarm in alarms)


def main() -> int:
    """Every part, or those named; 0 even where a goal is missed: the table says so."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--nab", type=Path, default=None, help="a copy of the Numenta Anomaly Benchmark")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--traffic", choices=tuple(_KIND.values()), help="only this kind, in delays and alarms")
    parser.add_argument("--usual", type=float, action="append", choices=USUAL, help="only so many usual failures")
    parser.add_argument("--repetitions", type=int, default=20, help="of the months without a fault (20)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--per-min", type=int, action="append", choices=PER_MIN, help="only so many people a minute")
    wishes = parser.parse_args()
    try:
        runs.least(0.02, 0.47, 1e6)
    except ImportError as error:
        print(f"skipped: the shared bound.py (and scipy) must be there to compare with: {error}")
        return 0
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    began = time.perf_counter()
    kinds = tuple(kind for kind, name in _KIND.items() if wishes.traffic in (None, name))
    count = 12 if wishes.quick else wishes.runs
    rates, usual = tuple(wishes.per_min or PER_MIN), tuple(wishes.usual or USUAL)
    wished = Wishes(wishes.quick, count, kinds, rates, usual, wishes.repetitions)
    with ProcessPoolExecutor(wishes.processes) as pool:
        made: dict[str, Callable[[], None]] = {
            "delays": lambda: delays(pool, wished),
            "alarms": lambda: alarms(pool, wished, attacks=False),
            "attacks": lambda: alarms(pool, wished, attacks=True),
            "rivals": lambda: side_by_side(pool, wishes.quick),
            "speed": speed,
            "nab": lambda: nab(wishes.nab),
        }
        for part in wishes.part or PARTS:
            say(part)
            made[part]()
    print(f"\n{time.perf_counter() - began:.0f} s in all", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
