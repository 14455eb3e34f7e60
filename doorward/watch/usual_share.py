"""What share of failures is usual now: learned from quiet history, by hour of the day and of the week.

In: counts of a stretch, how unevenly its failures came, and whether anything in it was suspicious. Out: the expected
share, the envelope above it and how the level goes about between them, or None while too little is known. Pure, no
clock: times are the events' own.

Four levels, each drawn to the one above it as far as its places do not differ by more than chance: the whole, 24 hours
of the day and 7 days of the week, 168 hours of the week (UTC). Old history fades by half in `half_life_days`: twice as
fast for the whole as it stands now, four times as slowly for the season. Above both stands a margin for how far the
level was seen to wander.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from dataclasses import dataclass

from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch

_DAY_S = 86400.0
_HOUR_S = 3600.0
_HOURS = 24
_DAYS = 7
_WEEK = 168
# Where each level begins among the places: 0 is the whole.
_OF_HOURS, _OF_DAYS, _OF_WEEK = 1, 1 + _HOURS, 1 + _HOURS + _DAYS
PLACES = _OF_WEEK + _WEEK
_LEVELS = {_OF_HOURS: _HOURS, _OF_DAYS: _DAYS, _OF_WEEK: _WEEK}
# The whole as it stands now is drawn to the whole of the season with the weight of so many failures.
_DRAWN = 50.0
_FASTER, _SEASON_SLOWER = 2.0, 4.0
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
# How many times the standard deviation of the wandering belongs to the usual: more where the level is followed besides,
# which needs so many failures before the wandering is forgotten, or it drowns in chance.
_WIDE, _WIDE_FOLLOWED = 2.0, 2.6
_FOLLOWED = 80.0
FORGETS_S = 2 * 3600.0
# Learning alone may not raise an envelope beyond this many times the prior: a fault that creeps in is not usual.
_MOST_RISE = 3.0
_MOST_FALL = 10.0
# A stretch waits so long before it is learned: a fault that only comes out later must not have been learned meanwhile.
# Were suspicious stretches left out instead, only lucky ones would be learned, and the envelope would sink.
HOLD_S = 24 * 3600.0
_FIRST_HOLD_S = 6 * 3600.0
_MOST_PENDING = 700
# Failures in a run for measuring how unevenly they come: few enough that the season stands still meanwhile.
RUN = 8
# Before any history, a failure in nine brings a neighbour's with it; that weighs as much as so many runs seen.
_UNEVEN = 1.25
_UNEVEN_WEIGHT = 100.0
_SLOWER = 8.0
# Of the unevenness so much comes of groups; the rest is the level that wanders meanwhile (measured on simulated groups
# of known size, other seeds than the bench's).
_OF_GROUPS = 0.9
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
    now: float = 0.0
    likely: float = 0.0
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What is usual at a moment: the share `expected` then, the `whole` over all hours, the `envelope` above both, and
    whether so many fail that the level can be followed where it wanders."""

    expected: float
    whole: float
    envelope: float
    is_followed: bool


class UsualShare:
    """The upper envelope of a share."""

    def __init__(self, prior: float, settings: WatchSettings) -> None:
        self.prior = prior
        self._settings = settings
        self._enough = settings.enough_samples * max(50.0, 5 / prior)
        self._events = array("d", bytes(8 * PLACES))
        self._amounts = array("d", bytes(8 * PLACES))
        self._runs = self._squares = 0.0
        self._excess = self._squared = 0.0
        self._now = self._likely = 0.0
        self._open = 0.0, 0.0
        self._variances: dict[int, tuple[float, float]] = {}
        self._first_s: float | None = None
        self._last_s = 0.0
        self._pending: deque[Stretch] = deque(maxlen=_MOST_PENDING)
        self.trusted = False

    def close(self, stretch: Stretch, quiet: bool, held: bool = False) -> None:
        """A stretch ended. It is learned after HOLD_S (those of the first day sooner), later while something is
        suspicious (`held`), never if it was not quiet or a detection tells that it began before (`drop`)."""
        if not quiet:
            self.drop(stretch.ended_s - 1800)
            return
        self._pending.append(stretch)
        hold_s = HOLD_S if self._first_s is not None and self._last_s - self._first_s > _DAY_S else _FIRST_HOLD_S
        while not held and self._pending and self._pending[0].ended_s <= stretch.ended_s - hold_s:
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
        season = self._season(stretch.ended_s - 1)
        if season is not None:
            share = season * self._drift()[0]
            self._open = self._open[0] + stretch.events, self._open[1] + share * stretch.amount
            if self._open[1] >= _SAMPLE:
                events, likely = self._open
                slow = self._slow(stretch.ended_s)
                self._excess += slow * ((events - likely) ** 2 - self.dispersion() * likely * (1 - share))
                self._squared += slow * likely**2
                self._open = 0.0, 0.0
            fast = self._weight(stretch.ended_s, 1 / _FASTER)
            self._now += fast * stretch.events
            self._likely += fast * season * stretch.amount
        # The middle of a stretch says to which hour it belongs; its end may be the next one's beginning.
        for place in (0, *_places(stretch.ended_s - 1)):
            self._events[place] += weight * stretch.events
            self._amounts[place] += weight * stretch.amount
        self._runs += self._slow(stretch.ended_s) * stretch.runs
        self._squares += self._slow(stretch.ended_s) * stretch.squares

    def _weight(self, at_s: float, slower: float = _SEASON_SLOWER) -> float:
        assert self._first_s is not None
        return float(2.0 ** ((at_s - self._first_s) / (slower * self._settings.half_life_days * _DAY_S)))

    def _slow(self, at_s: float) -> float:
        """How unevenly and how far things wander is a trait of the traffic: it fades slower than the level."""
        return self._weight(at_s, _SLOWER)

    def expected(self, at_s: float) -> float | None:
        """The share to be expected now, None while too little is known."""
        judged = self.judge(at_s)
        return None if judged is None else judged.expected

    def envelope(self, at_s: float, come: float = math.inf) -> float | None:
        """The most that is usual now, None while too little is known."""
        judged = self.judge(at_s, come)
        return None if judged is None else judged.envelope

    def judge(self, at_s: float, come: float = math.inf) -> Judged | None:
        """What is usual now, None while too little is known; `come` is how many observations a stretch has, infinite
        if that is not known. Learned alone the envelope stays near the prior."""
        season = self._season(at_s)
        if season is None:
            return None
        drift, unsure = self._drift()
        likely = season * drift * come * FORGETS_S / self._settings.block_s
        most = season * drift * (1 + _Z * unsure) * (1 + self._margin(likely))
        highest = 0.5 if self.trusted else _MOST_RISE * self.prior
        envelope = min(max(most, self.prior / _MOST_FALL), highest, 0.9)
        return Judged(season * drift, self._whole() * drift, envelope, likely >= _FOLLOWED)

    def _margin(self, likely: float) -> float:
        """How far above its level the share may wander. Where few fail before the wandering is forgotten (`likely`),
        most of what is seen is chance, which the evidence allows for by itself: the margin is that much smaller."""
        wander = self.wander()
        if wander == 0:
            return 0.0
        seen = wander**2 * likely / self.dispersion()
        wide = _WIDE_FOLLOWED if likely >= _FOLLOWED else _WIDE
        return wide * wander * math.sqrt(1 - 1 / (1 + seen))

    def _drift(self) -> tuple[float, float]:
        """How many times the season's whole the share is now, and the standard deviation of that, relative."""
        unit = self._weight(self._last_s, 1 / _FASTER)
        now, likely = self._now / unit + _DRAWN, self._likely / unit + _DRAWN
        known = max(self._events[0] / self._weight(self._last_s), 0.5)
        return now / likely, math.sqrt(self.dispersion() * (1 / now + 1 / known))

    def _season(self, at_s: float) -> float | None:
        """The share by the season alone, None while too little is known."""
        if self._first_s is None:
            return None
        unit = self._weight(self._last_s)
        if self._amounts[0] / unit < self._enough:
            return None
        mean = self._whole()
        hour, day, week = _places(at_s)
        share = mean * self._factor(hour, mean, unit, _OF_HOURS) * self._factor(day, mean, unit, _OF_DAYS)
        return share * self._factor(week, share, unit, _OF_WEEK)

    def _whole(self) -> float:
        """The share over all hours of the season."""
        return max(self._events[0], 0.5 * self._weight(self._last_s)) / self._amounts[0]

    def _factor(self, place: int, share: float, unit: float, level: int) -> float:
        """How many times the share of the levels above this place has, drawn towards once as far as the places of this
        level differ by no more than chance (empirical Bayes: Morris 1983)."""
        drawn = 1 / self._differ(level)
        return (self._events[place] / unit + drawn) / (self._amounts[place] / unit * share + drawn)

    def _differ(self, level: int) -> float:
        """The variance of the places' shares, relative to those of the levels above, beyond what chance explains."""
        if self._last_s - self._variances.get(level, (-math.inf, 0.0))[0] >= _REFRESH_S:
            self._variances[level] = (self._last_s, self._variance(level))
        return self._variances[level][1]

    def _variance(self, level: int) -> float:
        unit, mean = self._weight(self._last_s), self._whole()
        excess, squares, uneven = _HOURS_WEIGHT * _HOURS_DIFFER**2, _HOURS_WEIGHT, self.dispersion()
        for number in range(_LEVELS[level]):
            likely = self._amounts[level + number] / unit * mean
            if level == _OF_WEEK:
                likely *= self._above(number, mean, unit)
            excess += (self._events[level + number] / unit - likely) ** 2 - uneven * likely
            squares += likely**2
        return max(excess / squares, 1e-5)

    def _above(self, number: int, mean: float, unit: float) -> float:
        """The factor of the hour of the day and of the day of an hour of the week."""
        hour = self._factor(_OF_HOURS + number % _HOURS, mean, unit, _OF_HOURS)
        return hour * self._factor(_OF_DAYS + number // _HOURS, mean, unit, _OF_DAYS)

    def wander(self) -> float:
        """Standard deviation of the level from stretch to stretch, relative, beyond what season and chance explain."""
        unit = self._slow(self._last_s) if self._first_s is not None else 1.0
        excess = self._excess / unit + _WANDERS_WEIGHT * _WANDERS**2
        return min(math.sqrt(max(excess / (self._squared / unit + _WANDERS_WEIGHT), 0.0)), _MOST_WANDER)

    def spread(self) -> float:
        """How far the level may be from what is expected, as a standard deviation, relative: it wanders, and it is not
        wholly known."""
        return math.hypot(self.wander(), self._drift()[1])

    def dispersion(self) -> float:
        """How many times as unevenly as chance the failures come, 1 at least."""
        unit = self._slow(self._last_s) if self._first_s is not None else 1.0
        runs, squares = self._runs / unit + _UNEVEN_WEIGHT, self._squares / unit + _UNEVEN_WEIGHT * _UNEVEN
        return min(max(1 + _OF_GROUPS * (squares / runs - 1), 1.0), _MOST_DISPERSION)

    def learned(self) -> Learned | None:
        """What was learned, to be kept; None if nothing was."""
        if self._first_s is None:
            return None
        sums = self._runs, self._squares, self._excess, self._squared, self._now, self._likely
        return Learned(self._first_s, self._last_s, list(self._events), list(self._amounts), *sums, self.trusted)

    def take_up(self, kept: Learned) -> None:
        """Go on from what was kept."""
        self._first_s, self._last_s = kept.first_s, kept.last_s
        self._events, self._amounts = array("d", kept.events), array("d", kept.amounts)
        self._runs, self._squares, self.trusted = kept.runs, kept.squares, kept.trusted
        self._excess, self._squared = kept.excess, kept.squared
        self._now, self._likely = kept.now, kept.likely
        self._variances.clear()


def _places(at_s: float) -> tuple[int, int, int]:
    """Of the hour of the day, of the day of the week, and of the hour of the week."""
    hours = int(at_s // _HOUR_S)
    return _OF_HOURS + hours % _HOURS, _OF_DAYS + hours // _HOURS % _DAYS, _OF_WEEK + hours % _WEEK
