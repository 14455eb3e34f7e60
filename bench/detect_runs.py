"""Simulated lines into the real ShareSegment: history learned, faults injected, months without a fault."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np

from bench.traffic_model import DAY_MIN, WEEK_MIN, YEAR_MIN, Conditions, Crowd, Lines
from doorward.model.detection import Detection, Signal
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment
from doorward.watch.usual_share import Learned

MONTH_MIN = 30 * DAY_MIN
_BOUND = Path(__file__).parents[2] / "shared" / "bench"
_BEFORE_MIN = 45


def segment(conditions: Conditions) -> ShareSegment:
    """One segment with the whole budget of one false alarm a month and a careless prior: half above the usual."""
    identity = Identity(Signal.SIGN_IN_FAILURES, (("reason", "any"),), 1.0, conditions.per_min / 5)
    return ShareSegment(identity, conditions.usual * 1.5, WatchSettings())


def feed(watched: ShareSegment, lines: Lines, stop_after: float = math.inf) -> list[tuple[Detection, int]]:
    """Every row; the detections with the row that brought them. Ends at the first that comes after `stop_after`."""
    found: list[tuple[Detection, int]] = []
    columns = (lines.at_s.tolist(), lines.gap.tolist(), lines.person.tolist(), lines.arrived_s.tolist())
    for row, (at_s, gap, person, arrived_s) in enumerate(zip(*columns, strict=True)):
        if gap or person < 0:
            watched.succeed(at_s, gap)
        if person >= 0:
            detection = watched.observe(at_s, person, True, "failed")
            if detection is not None:
                found.append((detection, row))
                if arrived_s >= stop_after:
                    break
    return found


def history(conditions: Conditions, weeks: int, seed: int) -> Learned | None:
    """What the segment learns of so many weeks before New Year that people vouch for."""
    watched, crowd = segment(conditions), Crowd(conditions, seed)
    watched.begin_history()
    for week in range(weeks):
        feed(watched, crowd.lines((week - weeks) * WEEK_MIN + YEAR_MIN, WEEK_MIN))
    watched.end_history()
    return watched.kept()


@lru_cache
def least(p0: float, p1: float, run: float) -> float:
    """The exact least worst-case mean delay in people, by the shared `bound.py`."""
    if str(_BOUND) not in sys.path:
        sys.path.insert(0, str(_BOUND))
    import bound  # noqa: PLC0415 (stands beside the repository, if at all)

    return float(bound.fine_cusum(p0, p1, run)[0])


@dataclass(frozen=True, slots=True)
class Delays:
    """People and seconds from the fault to its detection, each in units of nothing else; `missed` were not found."""

    people: tuple[float, ...]
    seconds: tuple[float, ...]
    missed: int
    early: int


def faults(conditions: Conditions, broken: float, learned: Learned | None, runs: int, seed: int) -> Delays:
    """Faults at moments drawn by how many people come then, each with a segment that has learned."""
    chance, people, seconds = Random(seed), [], []
    missed = early = 0
    exact = least(conditions.usual, broken, conditions.per_min * MONTH_MIN)
    extra = (broken - conditions.usual) / (1 - conditions.usual)
    for run in range(runs):
        crowd = Crowd(conditions, seed * 1000 + run)
        start = YEAR_MIN + _busy_minute(conditions, chance)
        # Long enough for eight times the least at a fifth of the traffic, in pieces so that most runs end early.
        watched = segment(conditions)
        if learned is not None:
            watched.take_up(learned)
        early += len(feed(watched, crowd.lines(start - _BEFORE_MIN, _BEFORE_MIN)))
        watched.recover()
        delay = _one_fault(watched, crowd, start, extra, exact)
        if delay is None:
            missed += 1
            continue
        people.append(delay[0])
        seconds.append(delay[1])
    return Delays(tuple(people), tuple(seconds), missed, early)


def _busy_minute(conditions: Conditions, chance: Random) -> int:
    """A minute of eight weeks of which none is a holiday, the likelier the more people come in it."""
    while conditions.unkind:
        minute = chance.randrange(8 * WEEK_MIN)
        hour, day = minute % DAY_MIN / 60, minute // DAY_MIN % 7
        shape = 0.2 + 1.3 * math.exp(-(((hour - 10) / 3) ** 2)) + 0.9 * math.exp(-(((hour - 18) / 3) ** 2))
        if chance.random() < shape * (0.5 if day in (2, 3) else 1.2) / 1.8:
            return minute
    return chance.randrange(8 * WEEK_MIN)


def _one_fault(
    watched: ShareSegment, crowd: Crowd, start: int, extra: float, exact: float
) -> tuple[float, float] | None:
    step = max(5, math.ceil(2 * exact / crowd.conditions.per_min))
    before = 0
    for piece in range(60):
        lines = crowd.lines(start + piece * step, step, start, extra)
        found = feed(watched, lines, 0.0)
        if found:
            row = found[0][1]
            return before + float(lines.place[row]) + 1, float(lines.arrived_s[row]) - start * 60
        before += lines.failed.size
        if before > 20 * exact:
            return None
    return None


def alarms(conditions: Conditions, learned: Learned | None, weeks: int, seed: int) -> tuple[int, int]:
    """Detections in so many weeks without a fault, and people who came."""
    watched, crowd, count, came = segment(conditions), Crowd(conditions, seed), 0, 0
    if learned is not None:
        watched.take_up(learned)
    for week in range(weeks):
        lines = crowd.lines(YEAR_MIN + week * WEEK_MIN, WEEK_MIN)
        count += len(feed(watched, lines))
        came += lines.failed.size
    return count, came


def mean(values: tuple[float, ...]) -> float:
    """Not a number where there are none."""
    return float(np.mean(values)) if values else math.nan
