#!/usr/bin/env python3
"""How fast a jump in the failure share is detected, against the least delay that any rule could have.

For each jump p0 -> p1 at a steady rate of people, at one false alarm in 30 days for one segment:
  least     worst-case mean delay of the CUSUM that knows p0 and p1, solved exactly; no rule with that mean time between
            false alarms has a smaller one (Moustakides 1986)
  doorward  mean delay of Doorward's evidence, which does not know p1 (seeded runs), and how many times the least it is
  burn rate a page at 14.4 times the error budget over 1 h and 5 min (SRE Workbook, chapter 5); budget 1.5 p0
  rate[5m]  a rule `rate over 5 min > 3 p0` that must hold for 5 min
The last two are computed for the mean course; `never` = the threshold lies above p1.

Run: python bench/detection_delay.py [--per-min 60] [--runs 300] [--seed 1]     (about half a minute)
"""

from __future__ import annotations

import argparse
import math
from random import Random

import numpy as np

from doorward.watch.evidence import ShareEvidence

USUAL = (0.02, 0.08)
BROKEN = (0.12, 0.25, 0.47, 1.0)
MINUTES = 30 * 24 * 60
_MOST_STATES = 700


def least(p0: float, p1: float, run: float) -> float:
    """Mean attempts until the tuned CUSUM with mean run `run` alarms, from its worst start, on a lattice of steps."""
    if p1 >= 1:
        failures = 1
        while (1 - p0**failures) / ((1 - p0) * p0**failures) < run:
            failures += 1
        return float(failures)
    up, down = math.log(p1 / p0), -math.log((1 - p1) / (1 - p0))
    # Fine enough that rounding the steps costs little, coarse enough that a dense solve is quick.
    finest = max(1, int(_MOST_STATES * down / (math.log(run) + up)))
    fine = min(range(max(1, finest // 2), finest + 1), key=lambda q: abs(round(up / down * q) / q - up / down))
    rise, low = round(up / down * fine), round(up / down * fine)
    high = low
    while mean_passage(p0, rise, fine, high) < run:
        high = int(high * 1.5) + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if mean_passage(p0, rise, fine, middle) >= run else (middle + 1, high)
    return mean_passage(p1, rise, fine, low)


def mean_passage(share: float, rise: int, fall: int, height: int) -> float:
    """Mean steps until a walk from 0 reaches `height`: it rises with chance `share`, else falls, but not below 0."""
    matrix = np.eye(height)
    for state in range(height):
        if state + rise < height:
            matrix[state, state + rise] -= share
        matrix[state, max(state - fall, 0)] -= 1 - share
    return float(np.linalg.solve(matrix, np.ones(height))[0])


def doorward(p0: float, p1: float, run: float, runs: int, seed: int) -> float:
    """Mean attempts until Doorward's evidence reaches the threshold, begun afresh at the jump."""
    chance, threshold, total = Random(seed), math.log(run), 0
    for _ in range(runs):
        evidence, attempts = ShareEvidence(p0), 0
        while True:
            attempts += 1
            if chance.random() >= p1:
                evidence.succeed()
            elif evidence.fail(attempts) >= threshold:
                break
        total += attempts
    return total / runs


def burn_rate_s(p0: float, p1: float) -> float | None:
    """Seconds until both windows of the 14.4x page are over the threshold, None if they never are."""
    threshold = 14.4 * 1.5 * p0
    return None if threshold >= p1 else max(width * (threshold - p0) / (p1 - p0) for width in (3600, 300))


def five_minutes_s(p0: float, p1: float) -> float | None:
    """Seconds until the 5-minute rate is over three times the usual and has been for 5 minutes."""
    threshold = 3 * p0
    return None if threshold >= p1 else 300 * (threshold - p0) / (p1 - p0) + 300


def words(seconds: float | None) -> str:
    """A delay as people read it."""
    if seconds is None:
        return "never"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--per-min", type=float, default=60.0, help="people a minute (60)")
    parser.add_argument("--runs", type=int, default=300, help="simulated jumps for each row (300)")
    parser.add_argument("--seed", type=int, default=1)
    wishes = parser.parse_args()
    run, second = wishes.per_min * MINUTES, 60 / wishes.per_min
    print(f"one false alarm in 30 days, {wishes.per_min:g} people a minute, {wishes.runs} runs a row\n")
    print("| usual | broken | least possible | doorward | times the least | burn rate 14.4x | rate[5m] for 5 min |")
    print("|---|---|---|---|---|---|---|")
    for p0 in USUAL:
        for p1 in BROKEN:
            bound = least(p0, p1, run)
            # A jump that takes a thousand attempts needs fewer runs for the same precision.
            runs = max(40, min(wishes.runs, int(60_000 / bound)))
            mean = doorward(p0, p1, run, runs, wishes.seed)
            print(
                f"| {p0:.0%} | {p1:.0%} | {words(bound * second)} | {words(mean * second)} | {mean / bound:.2f} "
                f"| {words(burn_rate_s(p0, p1))} | {words(five_minutes_s(p0, p1))} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
