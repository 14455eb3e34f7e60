"""What share of failures is usual now: learned from quiet history, by hour of the day and of the week.

In: counts of a stretch, how unevenly its failures came, and whether anything in it was suspicious. Out: the envelope,
the expected share and the dispersion, or None while too little is known. Pure, no clock: times are the events' own.

Three levels, each drawn to the one above it as far as its hours do not differ by more than chance: the whole, 24 hours
of the day, 168 hours of the week (UTC). Above the season stands a margin for how far the level was seen to wander. Old
history fades by half in `half_life_days`.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from dataclasses import dataclass

from doorward.watch.evidence import wilson
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch

_DAY_S = 86400.0
_HOUR_S = 3600.0
_HOURS = 24
_WEEK = 168
PLACES = 1 + _HOURS + _WEEK
# Before any history hours are taken to differ by a fiftieth, and the level to wander by a twentieth; each weighs as
# much as that many squared failures seen.
_HOURS_DIFFER = 0.02
_HOURS_WEIGHT = 2000.0
_WANDERS = 0.05
_WANDERS_WEIGHT = 20_000.0
# The wandering is measured on as many stretches as hold this many failures, or chance would drown it.
_SAMPLE = 40.0
_REFRESH_S = 6 * 3600.0
_MOST_WANDER = 0.25
# How many times the standard deviation of the wandering still belongs to the usual.
_WIDE = 0.4
# Learning alone may not raise an envelope beyond this many times the prior: a fault that creeps in is not usual.
_MOST_RISE = 3.0
_MOST_FALL = 10.0
# A stretch waits so long before it is learned: a fault that only comes out later must not have been learned meanwhile.
# Were suspicious stretches left out instead, only lucky ones would be learned, and the envelope would sink.
HOLD_S = 6 * 3600.0
_MOST_PENDING = 700
# Failures in a run for measuring how unevenly they come: few enough that the season stands still meanwhile.
RUN = 8
# Before any history, a failure in nine brings a neighbour's with it; that weighs as much as so many runs seen.
_UNEVEN = 1.25
_UNEVEN_WEIGHT = 100.0
_SLOWER = 8.0
# Of the unevenness so much comes of groups; the rest is the level that wanders meanwhile (measured on simulated groups
# of known size, other seeds than the bench's).
_OF_GROUPS = 0.7
_MOST_DISPERSION = 2.5
_MOST_SQUARE = 16.0
# How sure the whole must be: one-sided 84 %. The least bet, half above the usual, forgives a fifth besides.
_Z = 1.0


def unevenness(observations: int, share: float) -> float:
    """How far the observations until RUN failures came are from what the share tells, squared, in variances.

    Its mean is 1 where failures are independent (negative binomial), above 1 where they cluster.
    """
    square = (observations * share - RUN) ** 2 / (RUN * (1 - share))
    return min(square, _MOST_SQUARE)


@dataclass(slots=True)
class Learned:
    """The state, as it is kept: decayed sums, in units of the weight at `first_s`."""

    first_s: float
    last_s: float
    events: list[float]
    amounts: list[float]
    runs: float = 0.0
    squares: float = 0.0
    excess: float = 0.0
    squared: float = 0.0
    trusted: bool = False


class UsualShare:
    """The upper envelope of a share; places 0 = the whole, 1..24 = hours of the day, 25..192 = hours of the week."""

    def __init__(self, prior: float, settings: WatchSettings) -> None:
        self.prior = prior
        self._settings = settings
        self._enough = settings.enough_samples * max(50.0, 5 / prior)
        self._events = array("d", bytes(8 * (1 + _HOURS + _WEEK)))
        self._amounts = array("d", bytes(8 * (1 + _HOURS + _WEEK)))
        self._runs = self._squares = 0.0
        self._excess = self._squared = 0.0
        self._open = 0.0, 0.0
        self._variances: dict[int, tuple[float, float]] = {}
        self._first_s: float | None = None
        self._last_s = 0.0
        self._pending: deque[Stretch] = deque(maxlen=_MOST_PENDING)
        self.trusted = False

    def close(self, stretch: Stretch, quiet: bool, held: bool = False) -> None:
        """A stretch ended. It is learned after HOLD_S, later while something is suspicious (`held`), never if it was
        not quiet or a detection tells that it began before (`drop`)."""
        if not quiet:
            self.drop(stretch.ended_s - 1800)
            return
        self._pending.append(stretch)
        while not held and self._pending and self._pending[0].ended_s <= stretch.ended_s - HOLD_S:
            self._take(self._pending.popleft())

    def drop(self, since_s: float) -> None:
        """What ended after that moment is not usual."""
        while self._pending and self._pending[-1].ended_s > since_s:
            self._pending.pop()

    def settle(self) -> None:
        """People vouch for everything: learn what is still held."""
        while self._pending:
            self._take(self._pending.popleft())

    def _take(self, stretch: Stretch) -> None:
        if self._first_s is None:
            self._first_s = stretch.ended_s
        self._last_s = max(self._last_s, stretch.ended_s)
        weight = self._weight(stretch.ended_s)
        share = self.expected(stretch.ended_s - 1)
        if share is not None:
            self._open = self._open[0] + stretch.events, self._open[1] + share * stretch.amount
            if self._open[1] >= _SAMPLE:
                events, likely = self._open
                slow = self._slow(stretch.ended_s)
                self._excess += slow * ((events - likely) ** 2 - self.dispersion() * likely * (1 - share))
                self._squared += slow * likely**2
                self._open = 0.0, 0.0
        # The middle of a stretch says to which hour it belongs; its end may be the next one's beginning.
        for place in (0, *_places(stretch.ended_s - 1)):
            self._events[place] += weight * stretch.events
            self._amounts[place] += weight * stretch.amount
        self._runs += self._slow(stretch.ended_s) * stretch.runs
        self._squares += self._slow(stretch.ended_s) * stretch.squares

    def _weight(self, at_s: float) -> float:
        assert self._first_s is not None
        return float(2.0 ** ((at_s - self._first_s) / (self._settings.half_life_days * _DAY_S)))

    def _slow(self, at_s: float) -> float:
        """How unevenly and how far things wander is a trait of the traffic: it fades slower than the level."""
        return float(self._weight(at_s) ** (1 / _SLOWER))

    def expected(self, at_s: float) -> float | None:
        """The share to be expected now, None while too little is known."""
        return self._share(at_s, 0.0)

    def envelope(self, at_s: float) -> float | None:
        """The most that is usual now. Learned alone it stays near the prior."""
        most = self._share(at_s, _Z)
        if most is None:
            return None
        highest = 0.5 if self.trusted else _MOST_RISE * self.prior
        return min(max(most, self.prior / _MOST_FALL), highest, 0.9)

    def _share(self, at_s: float, z: float) -> float | None:
        if self._first_s is None:
            return None
        unit = self._weight(self._last_s)
        amount, events = self._amounts[0] / unit, self._events[0] / unit
        if amount < self._enough:
            return None
        mean = max(events, 0.5) / amount
        share = (wilson(events, amount, z) if z else mean) * (1 + z * _WIDE * self._wander())
        hour, week = _places(at_s)
        factor = self._factor(hour, mean, unit, range(1, 1 + _HOURS))
        return share * factor * self._factor(week, mean * factor, unit, range(1 + _HOURS, 1 + _HOURS + _WEEK))

    def _factor(self, place: int, share: float, unit: float, level: range) -> float:
        """How many times the share of the level above this one has, drawn towards once as far as the hours of this
        level differ by no more than chance (empirical Bayes: Morris 1983)."""
        drawn = 1 / self._differ(level)
        return (self._events[place] / unit + drawn) / (self._amounts[place] / unit * share + drawn)

    def _differ(self, level: range) -> float:
        """The variance of the hours' shares, relative to the whole's, beyond what chance explains."""
        if self._last_s - self._variances.get(level.start, (-math.inf, 0.0))[0] >= _REFRESH_S:
            self._variances[level.start] = (self._last_s, self._variance(level))
        return self._variances[level.start][1]

    def _variance(self, level: range) -> float:
        assert self._first_s is not None
        unit = self._weight(self._last_s)
        mean = max(self._events[0], 0.5 * unit) / self._amounts[0]
        above = range(1, 1 + _HOURS) if level.start > 1 else None
        excess, squares, uneven = _HOURS_WEIGHT * _HOURS_DIFFER**2, _HOURS_WEIGHT, self.dispersion()
        for place in level:
            likely = self._amounts[place] / unit * mean
            if above is not None:
                likely *= self._above(place, mean, unit)
            excess += (self._events[place] / unit - likely) ** 2 - uneven * likely
            squares += likely**2
        return max(excess / squares, 1e-5)

    def _above(self, place: int, mean: float, unit: float) -> float:
        """The factor of the hour of the day of an hour of the week."""
        return self._factor(1 + (place - 1 - _HOURS) % _HOURS, mean, unit, range(1, 1 + _HOURS))

    def _wander(self) -> float:
        """Standard deviation of the level from stretch to stretch, relative, beyond what season and chance explain."""
        assert self._first_s is not None
        unit = self._slow(self._last_s)
        excess = self._excess / unit + _WANDERS_WEIGHT * _WANDERS**2
        return min(math.sqrt(max(excess / (self._squared / unit + _WANDERS_WEIGHT), 0.0)), _MOST_WANDER)

    def dispersion(self) -> float:
        """How many times as unevenly as chance the failures come, 1 at least."""
        unit = self._slow(self._last_s) if self._first_s is not None else 1.0
        runs, squares = self._runs / unit + _UNEVEN_WEIGHT, self._squares / unit + _UNEVEN_WEIGHT * _UNEVEN
        return min(max(1 + _OF_GROUPS * (squares / runs - 1), 1.0), _MOST_DISPERSION)

    def learned(self) -> Learned | None:
        """What was learned, to be kept; None if nothing was."""
        if self._first_s is None:
            return None
        sums = self._runs, self._squares, self._excess, self._squared
        return Learned(self._first_s, self._last_s, list(self._events), list(self._amounts), *sums, self.trusted)

    def take_up(self, kept: Learned) -> None:
        """Go on from what was kept."""
        self._first_s, self._last_s = kept.first_s, kept.last_s
        self._events, self._amounts = array("d", kept.events), array("d", kept.amounts)
        self._runs, self._squares, self.trusted = kept.runs, kept.squares, kept.trusted
        self._excess, self._squared = kept.excess, kept.squared
        self._variances.clear()


def _places(at_s: float) -> tuple[int, int]:
    """Of the hour of the day, and of the week."""
    hours = int(at_s // _HOUR_S)
    return 1 + hours % _HOURS, 1 + _HOURS + hours % _WEEK
