"""Simulated people who sign in, kind or unkind: only what a detector sees, made by the minute and drawn in one go.

Independent: people come at one steady rate and fail independently at one share.
Unkind, all at once: a daily and weekly shape of the traffic (nights a fifth, evenings, weekends half) and of the share
(fifteen percent up and down over the day, a tenth more on Mondays); the share also wanders (sd 8 %, two hours) and
drifts (a tenth up and down in 120 days), the traffic wanders (sd 20 %); one failure in ten pulls a neighbour's with it
within seconds; who fails tries again (once in the mean, three times under a fault) within 40 seconds; three weeks of
holidays at a sixth of the traffic; twice a month a log gap of 5 to 30 minutes whose lines are lost; one line in a
hundred comes 5 to 120 s late, one in a hundred twice. Attacks, if wished: twice a month twenty minutes of strangers'
names at once or twice the usual traffic, from three networks or from as many networks as names.
A fault fails a given part of those who would have signed in. Times are seconds since a Thursday midnight UTC, 1970.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
YEAR_MIN = 52 * WEEK_MIN
SHARED_EXIT = 0
HOSTILE = 100_000
_NEIGHBOUR = 0.1
_SHARED = 0.45
_HOLIDAY_WEEKS = (26, 27, 51)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Who comes: people a minute in the mean of a week, the usual share of failures, and how unkind it is."""

    per_min: float
    usual: float
    unkind: bool
    attacks: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """What stands in the log, in the order in which it comes.

    A row is a line of a failure (`person` 0 or more) or a mark of passing time (-1), the last of which ends the
    stretch; `gap` people succeeded since the row before, `place` counts the people who came until then.
    `minute_people` and `minute_failed` are the counts by the minute for rules that look at rates; `failed` is
    everybody's first answer in order.
    """

    at_s: Floats
    arrived_s: Floats
    gap: Ints
    person: Ints
    source: Ints
    place: Ints
    minute_people: Ints
    minute_failed: Ints
    failed: NDArray[np.bool_]


class Crowd:
    """One seeded course of things; stretches of it are made one after another.

    Crowds of the same `course` drift alike, so that the history of one is the history of the other.
    """

    def __init__(self, conditions: Conditions, seed: int, course: int = 0) -> None:
        self.conditions = conditions
        self._chance = np.random.default_rng(seed)
        self._wander = np.zeros(2)
        self._phase = np.random.default_rng(course).random() * 120 * DAY_MIN
        self._people = 0

    def lines(self, start_min: int, minutes: int, fault_min: int | None = None, broken: float = 0.0) -> Lines:
        """A stretch; from `fault_min` on, `broken` of those who would have signed in fail."""
        minute = np.arange(start_min, start_min + minutes)
        traffic, share = self._course(minute)
        if fault_min is not None:
            share = np.where(minute >= fault_min, share + (1 - share) * broken, share)
        came = self._chance.poisson(traffic)
        at_s = _spread(minute, came, self._chance)
        first = _NEIGHBOUR if self.conditions.unkind else 0.0
        # A neighbour who is pulled along adds a failure and a person.
        alone = share * (1 - first) / (1 - first * share)
        fails = self._chance.random(at_s.size) < np.repeat(np.where(share >= 1, 1.0, alone), came)
        if self.conditions.unkind:
            at_s, fails = self._neighbours(at_s, fails, first)
        rows = self._rows(at_s, fails, start_min, minutes, fault_min)
        return _assembled(at_s, fails, rows, minute)

    def _course(self, minute: Ints) -> tuple[Floats, Floats]:
        """Traffic a minute and share of failures, minute by minute."""
        wished = self.conditions
        if not wished.unkind:
            return np.full(minute.size, wished.per_min), np.full(minute.size, wished.usual)
        hour, day = minute % DAY_MIN / 60, minute // DAY_MIN % 7
        shape = 0.2 + 1.3 * np.exp(-(((hour - 10) / 3) ** 2)) + 0.9 * np.exp(-(((hour - 18) / 3) ** 2))
        shape = shape / 0.69 * np.where((day == 2) | (day == 3), 0.5, 1.2)
        holiday = np.isin(minute // WEEK_MIN % 52, _HOLIDAY_WEEKS)
        wander = self._wandering(minute.size)
        traffic = wished.per_min * shape * np.where(holiday, 1 / 6, 1.0) * np.exp(0.2 * wander[0] - 0.02)
        season = (1 + 0.15 * np.cos((hour - 8) / 24 * 2 * math.pi)) * np.where(day == 4, 1.1, 0.983)
        drift = 1 + 0.1 * np.sin((minute + self._phase) / (120 * DAY_MIN) * 2 * math.pi)
        share = wished.usual * season * drift * np.exp(0.08 * wander[1])
        return np.where(self._lost(minute), 0.0, traffic), share

    def _wandering(self, minutes: int) -> Floats:
        """Two courses of mean 0 and variance 1 that forget in two hours: steps of ten minutes, straight between."""
        steps, keep = minutes // 10 + 2, math.exp(-10 / 120)
        noise = self._chance.standard_normal((steps, 2)) * math.sqrt(1 - keep * keep)
        course = np.empty((steps, 2))
        course[0] = self._wander
        for step in range(1, steps):
            course[step] = keep * course[step - 1] + noise[step]
        self._wander = course[-2]
        at = np.arange(minutes) / 10
        return np.stack([np.interp(at, np.arange(steps), course[:, side]) for side in (0, 1)])

    def _lost(self, minute: Ints) -> NDArray[np.bool_]:
        lost = np.zeros(minute.size, dtype=bool)
        for begin in self._chance.integers(0, minute.size, self._chance.poisson(2 * minute.size / (30 * DAY_MIN))):
            lost[begin : begin + self._chance.integers(5, 31)] = True
        return lost

    def _neighbours(self, at_s: Floats, fails: NDArray[np.bool_], again: float) -> tuple[Floats, NDArray[np.bool_]]:
        copies = np.ones(at_s.size, dtype=np.int64)
        copies[fails] = self._chance.geometric(1 - again, int(fails.sum()))
        first = np.zeros(int(copies.sum()), dtype=bool)
        first[np.cumsum(copies) - copies] = True
        moved = np.repeat(at_s, copies) + np.where(first, 0.0, self._chance.random(first.size))
        return np.maximum.accumulate(moved), np.repeat(fails, copies)

    def _rows(
        self, at_s: Floats, fails: NDArray[np.bool_], start_min: int, minutes: int, fault_min: int | None
    ) -> tuple[Floats, Floats, Ints, Ints, Ints]:
        """Rows as (at, arrived, person, source, place); place -1 = to be found by its arrival."""
        place = np.flatnonzero(fails)
        person = np.arange(self._people, self._people + place.size)
        self._people += place.size
        times = at_s[place]
        source = np.where(self._chance.random(place.size) < _SHARED, SHARED_EXIT, 1 + person % 2000)
        rows = [(times, times, person, source, place)]
        if self.conditions.unkind:
            rows += self._again(times, person, source, fault_min)
        if self.conditions.attacks:
            rows += self._attacks(start_min, minutes)
        marks = np.arange(start_min, start_min + minutes, 15) * 60.0
        rows.append((marks, marks, *(np.full(marks.size, -1) for _ in range(3))))
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        if self.conditions.unkind:
            late = (self._chance.random(columns[0].size) < 0.01) & (columns[2] >= 0)
            columns[1] = columns[1] + np.where(late, self._chance.uniform(5, 120, late.size), 0.0)
            columns[4] = np.where(late, -1, columns[4])
        return columns[0], columns[1], columns[2], columns[3], columns[4]

    def _again(
        self, times: Floats, person: Ints, source: Ints, fault_min: int | None
    ) -> list[tuple[Floats, Floats, Ints, Ints, Ints]]:
        """Retries of those who failed, and lines that come twice."""
        broken = times >= (math.inf if fault_min is None else 60.0 * fault_min)
        count = self._chance.poisson(np.where(broken, 3.0, 1.0))
        retried = np.repeat(times, count) + self._chance.uniform(2, 40, int(count.sum()))
        found = [(retried, retried, np.repeat(person, count), np.repeat(source, count), np.full(retried.size, -1))]
        twice = self._chance.random(times.size) < 0.01
        came = times[twice] + self._chance.uniform(0, 30, int(twice.sum()))
        return [*found, (times[twice], came, person[twice], source[twice], np.full(came.size, -1))]

    def _attacks(self, start_min: int, minutes: int) -> list[tuple[Floats, Floats, Ints, Ints, Ints]]:
        found = []
        for begin in self._chance.integers(0, minutes, self._chance.poisson(2 * minutes / (30 * DAY_MIN))):
            names = int(self._chance.poisson(20 * self.conditions.per_min * self._chance.integers(1, 3)))
            times = (start_min + begin + 20 * np.sort(self._chance.random(names))) * 60.0
            person = np.arange(self._people, self._people + names)
            self._people += names
            few = self._chance.random() < 0.5
            source = HOSTILE + (self._chance.integers(0, 3, names) if few else 10 + np.arange(names))
            found.append((times, times, person, source, np.full(names, -1)))
        return found


def _spread(minute: Ints, came: Ints, chance: np.random.Generator) -> Floats:
    """Moments of those who came, in order: each minute's in equal parts, anywhere within its part."""
    total = int(came.sum())
    number = np.arange(total) - np.repeat(np.cumsum(came) - came, came)
    part = (number + chance.random(total)) / np.repeat(came, came)
    return np.asarray((np.repeat(minute, came) + part) * 60.0, dtype=np.float64)


def _assembled(
    at_s: Floats, fails: NDArray[np.bool_], rows: tuple[Floats, Floats, Ints, Ints, Ints], minute: Ints
) -> Lines:
    """Rows in the order of their arrival, each with the successes since the one before; a mark ends the stretch, so
    that those after the last failure are told before the next stretch begins."""
    ends = (int(minute[-1]) + 1) * 60.0
    when, arrived, person, source, place = (
        np.append(column, last) for column, last in zip(rows, (ends, ends, -1, -1, -1), strict=True)
    )
    place = np.where(place >= 0, place, np.searchsorted(at_s, arrived))
    order = np.lexsort((arrived, place))
    successes = np.concatenate(([0], np.cumsum(~fails)))[np.minimum(place[order], at_s.size)]
    gap = np.diff(successes, prepend=0)
    people = np.histogram(at_s, np.append(minute, minute[-1] + 1) * 60.0)[0]
    bad = np.histogram(at_s[fails], np.append(minute, minute[-1] + 1) * 60.0)[0]
    return Lines(when[order], arrived[order], gap, person[order], source[order], place[order], people, bad, fails)
