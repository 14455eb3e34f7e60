"""Simulated lines into the real ShareSegment: history learned, faults injected, months without a fault."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np

from bench.traffic_model import DAY_MIN, WEEK_MIN, YEAR_MIN, Conditions, Crowd, Lines
from doorward.model.detection import Detection, Looks, Signal
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment
from doorward.watch.usual_share import Learned

MONTH_MIN = 30 * DAY_MIN
_BOUND = Path(__file__).parents[2] / "shared" / "bench"
# Watched before a fault: the level of the last hours is known when it comes.
_BEFORE_MIN = 240


def segment(conditions: Conditions) -> ShareSegment:
    """One segment with the whole budget of one false alarm a month and a careless prior: half above the usual."""
    identity = Identity(Signal.SIGN_IN_FAILURES, (("reason", "any"),), 1.0, conditions.per_min / 5)
    return ShareSegment(identity, conditions.usual * 1.5, WatchSettings())


@lru_cache(maxsize=200_000)
def _typed(source: int) -> SignInEvent:
    """A wrong password from that network: the reason of which an attack is hardest to tell from an outage."""
    when, why = datetime(2026, 1, 1, tzinfo=UTC), Reason.WRONG_PASSWORD
    return SignInEvent(when, "auth", Kind.SIGN_IN, Outcome.FAILURE, why, source=f"network-{source}")


def feed(watched: ShareSegment, lines: Lines, stop_after: float = math.inf) -> list[tuple[Detection, int]]:
    """Every row; the detections with the row that brought them. Ends at the first that comes after `stop_after`."""
    found: list[tuple[Detection, int]] = []
    columns = [lines.at_s, lines.gap, lines.person, lines.arrived_s, lines.source]
    before_s = float(lines.at_s[0])
    for row, (at_s, gap, person, arrived_s, source) in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
        if gap or person < 0:
            # Between this row and the one before: were they stamped with the failure, they would seem to come after it.
            watched.succeed((before_s + at_s) / 2 if person >= 0 else at_s, gap)
        before_s = at_s
        if person >= 0:
            detection = watched.observe(at_s, person, True, "wrong-password", _typed(source))
            if detection is not None:
                found.append((detection, row))
                if arrived_s >= stop_after:
                    break
    return found


def history(conditions: Conditions, weeks: int, seed: int, days: int = 0) -> list[Learned | None]:
    """What the segment has learned of so many weeks before New Year that people vouch for; then what it has learned
    each of so many days later, watching."""
    watched, crowd = segment(conditions), Crowd(conditions, seed, seed)
    watched.begin_history()
    for week in range(weeks):
        feed(watched, crowd.lines((week - weeks) * WEEK_MIN + YEAR_MIN, WEEK_MIN))
    watched.end_history()
    found = [watched.kept()]
    for day in range(days):
        feed(watched, crowd.lines(YEAR_MIN + day * DAY_MIN, DAY_MIN))
        found.append(watched.kept())
    return found


@lru_cache
def least(p0: float, p1: float, run: float) -> float:
    """The exact least worst-case mean delay in people, by the shared `bound.py`."""
    if str(_BOUND) not in sys.path:
        sys.path.insert(0, str(_BOUND))
    import bound  # noqa: PLC0415 (stands beside the repository, if at all)

    return float(bound.fine_cusum(p0, p1, run)[0])


@dataclass(frozen=True, slots=True)
class Delays:
    """People and seconds from the fault to its detection; `missed` were not found within 20 times the least, `early`
    are alarms in the four hours before, `attacks` were called an attack, `held` onset intervals held the onset."""

    people: tuple[float, ...]
    seconds: tuple[float, ...]
    missed: int
    early: int
    attacks: int
    held: int


def faults(conditions: Conditions, broken: float, learned: list[Learned | None], runs: int, course: int) -> Delays:
    """Faults in the week after `history` of that course, at moments drawn by how many people come then; the segment
    has learned until the day before."""
    seed = course + 7
    chance, people, seconds = Random(seed), [], []
    missed = early = attacks = held = 0
    exact = least(conditions.usual, broken, conditions.per_min * MONTH_MIN)
    extra = (broken - conditions.usual) / (1 - conditions.usual)
    for run in range(runs):
        crowd, minute = Crowd(conditions, seed * 1000 + run, course), _busy_minute(conditions, chance)
        start, known = YEAR_MIN + minute, learned[max(0, minute - _BEFORE_MIN) // DAY_MIN]
        watched = segment(conditions)
        if known is not None:
            watched.take_up(known)
        early += len(feed(watched, crowd.lines(start - _BEFORE_MIN, _BEFORE_MIN)))
        watched.recover()
        delay = _one_fault(watched, crowd, start, extra, exact)
        if delay is None:
            missed += 1
            continue
        people.append(delay[0])
        seconds.append(delay[1])
        found = delay[2]
        attacks += found.looks is Looks.ATTACK
        assert found.onset_from is not None
        assert found.onset_to is not None
        held += found.onset_from.timestamp() <= start * 60 <= found.onset_to.timestamp()
    return Delays(tuple(people), tuple(seconds), missed, early, attacks, held)


def _busy_minute(conditions: Conditions, chance: Random) -> int:
    """A minute of a week that is no holiday, the likelier the more people come in it."""
    while conditions.unkind:
        minute = chance.randrange(WEEK_MIN)
        hour, day = minute % DAY_MIN / 60, minute // DAY_MIN % 7
        shape = 0.2 + 1.3 * math.exp(-(((hour - 10) / 3) ** 2)) + 0.9 * math.exp(-(((hour - 18) / 3) ** 2))
        if chance.random() < shape * (0.5 if day in (2, 3) else 1.2) / 1.8:
            return minute
    return chance.randrange(WEEK_MIN)


def _one_fault(
    watched: ShareSegment, crowd: Crowd, start: int, extra: float, exact: float
) -> tuple[float, float, Detection] | None:
    step = max(5, math.ceil(2 * exact / crowd.conditions.per_min))
    before = 0
    for piece in range(60):
        lines = crowd.lines(start + piece * step, step, start, extra)
        found = feed(watched, lines, 0.0)
        if found:
            row = found[0][1]
            return before + float(lines.place[row]) + 1, float(lines.arrived_s[row]) - start * 60, found[0][0]
        before += lines.failed.size
        if before > 20 * exact:
            return None
    return None


def alarms(conditions: Conditions, learned: Learned | None, minutes: int, seed: int, course: int) -> tuple[int, int]:
    """Detections in a time without a fault: those told as an outage, and those told as an attack."""
    watched, crowd, looks = segment(conditions), Crowd(conditions, seed, course), []
    if learned is not None:
        watched.take_up(learned)
    for start in range(0, minutes, WEEK_MIN):
        lines = crowd.lines(YEAR_MIN + start, min(WEEK_MIN, minutes - start))
        looks += [detection.looks for detection, _ in feed(watched, lines)]
    attacks = looks.count(Looks.ATTACK)
    return len(looks) - attacks, attacks


def mean(values: tuple[float, ...]) -> float:
    """Not a number where there are none."""
    return float(np.mean(values)) if values else math.nan
