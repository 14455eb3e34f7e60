"""What share of failures is usual now: learned from quiet history, by hour of the day and of the week.

In: counts of a stretch, how unevenly its failures came, and whether anything in it was suspicious. Out: the envelope,
the expected share and the dispersion, or None while too little is known. Pure, no clock: times are the events' own.

Three levels, each drawn to the one above it as far as its own failures are few: the whole, 24 hours of the day, 168
hours of the week (UTC). Old history fades by half in `half_life_days`. As in `usual`, a stretch is taken only when the
one after it was quiet as well.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from doorward.watch.evidence import wilson
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch

_DAY_S = 86400.0
_HOUR_S = 3600.0
_HOURS = 24
_WEEK = 168
# A level speaks for itself as far as it has more failures than this; a working day's hour at 6 people a minute and 8 %
# has 29, so that a few weeks tell a season of a tenth.
_DRAWN = 30.0
# Learning alone may not raise an envelope beyond this many times the prior: a fault that creeps in is not usual.
_MOST_RISE = 3.0
_MOST_FALL = 10.0
# Failures in a run for measuring how unevenly they come: few enough that the season stands still meanwhile.
RUN = 8
_LEAST_RUNS = 30
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
        self._first_s: float | None = None
        self._last_s = 0.0
        self._waiting: Stretch | None = None
        self.trusted = False

    def close(self, stretch: Stretch, quiet: bool) -> None:
        """A stretch ended; it is learned once the next one was quiet too."""
        waiting, self._waiting = self._waiting, stretch if quiet else None
        if waiting is not None and quiet and waiting.amount > 0:
            self._take(waiting)

    def _take(self, stretch: Stretch) -> None:
        if self._first_s is None:
            self._first_s = stretch.ended_s
        self._last_s = max(self._last_s, stretch.ended_s)
        weight = self._weight(stretch.ended_s)
        # The middle of a stretch says to which hour it belongs; its end may be the next one's beginning.
        for place in (0, *_places(stretch.ended_s - 1)):
            self._events[place] += weight * stretch.events
            self._amounts[place] += weight * stretch.amount
        self._runs += weight * stretch.runs
        self._squares += weight * stretch.squares

    def _weight(self, at_s: float) -> float:
        assert self._first_s is not None
        return float(2.0 ** ((at_s - self._first_s) / (self._settings.half_life_days * _DAY_S)))

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
        # A half-life's worth of history is all that a steady state holds: ask no more of the decayed sum than that.
        if amount < self._enough:
            return None
        mean = max(events, 0.5) / amount
        share = wilson(events, amount, z) if z else mean
        hour, week = _places(at_s)
        factor = self._factor(hour, mean, unit)
        return share * factor * self._factor(week, mean * factor, unit)

    def _factor(self, place: int, share: float, unit: float) -> float:
        """How many times the share of the level above this one has, drawn towards once."""
        return (self._events[place] / unit + _DRAWN) / (self._amounts[place] / unit * share + _DRAWN)

    def dispersion(self) -> float:
        """How many times as unevenly as chance the failures come, 1 at least."""
        if self._first_s is None or self._runs / self._weight(self._last_s) < _LEAST_RUNS:
            return 1.0
        return min(max(self._squares / self._runs, 1.0), _MOST_DISPERSION)

    def learned(self) -> Learned | None:
        """What was learned, to be kept; None if nothing was."""
        if self._first_s is None:
            return None
        sums = list(self._events), list(self._amounts)
        return Learned(self._first_s, self._last_s, *sums, self._runs, self._squares, self.trusted)

    def take_up(self, kept: Learned) -> None:
        """Go on from what was kept."""
        self._first_s, self._last_s = kept.first_s, kept.last_s
        self._events, self._amounts = array("d", kept.events), array("d", kept.amounts)
        self._runs, self._squares, self.trusted = kept.runs, kept.squares, kept.trusted


def _places(at_s: float) -> tuple[int, int]:
    """Of the hour of the day, and of the week."""
    hours = int(at_s // _HOUR_S)
    return 1 + hours % _HOURS, 1 + _HOURS + hours % _WEEK
