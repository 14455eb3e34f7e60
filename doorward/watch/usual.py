"""What is usual, learned from quiet history: an upper envelope for shares and rates, a lower one for volume.

In: counts of a stretch and whether anything was suspicious in it. Out: the envelope, or None while too little is known.
Pure, no clock: times are the events' own, in seconds.

A stretch is taken for usual only when the one after it was quiet as well, because a fault is older than the suspicion
of it. What is suspicious is never learned; a real change of what is usual needs `warm_start` by people.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from doorward.watch.evidence import wilson
from doorward.watch.settings import WatchSettings

_DAY_S = 86400.0
_MOST_SAMPLES = 2000
# Learning alone may not raise an envelope beyond this many times the prior: a fault that creeps in is not usual.
_MOST_RISE = 3.0
_MOST_FALL = 10.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Counts of a stretch: `events` bad ones of `amount` observations (or seconds), ended at `ended_s`.

    `runs` are how often a fixed number of failures came, and `squares` how unevenly, as `unevenness` measures it.
    """

    ended_s: float
    amount: float
    events: float
    runs: int = 0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class LearnedRate:
    """The state of a usual rate, as it is kept: `samples` of a most; of a volume `rates` a second by stretch (its
    number since 1970), and the `recent` ones."""

    samples: tuple[Stretch, ...] = ()
    rates: dict[int, float] = field(default_factory=dict)
    recent: tuple[float, ...] = ()
    trusted: bool = False


class UsualMost:
    """Upper envelope of a share, or of a rate per second. A sample is as many quiet stretches as hold `sample_amount`
    observations (or seconds): enough to speak of a share that small."""

    def __init__(self, prior: float, sample_amount: float, settings: WatchSettings) -> None:
        self.prior = prior
        self._settings = settings
        self._enough = sample_amount
        self._samples: deque[Stretch] = deque(maxlen=_MOST_SAMPLES)
        self._open = Stretch(0, 0, 0)
        self._waiting: Stretch | None = None
        self.trusted = False

    def close(self, stretch: Stretch, quiet: bool) -> None:
        """A stretch ended; it is learned once the next one was quiet too."""
        waiting, self._waiting = self._waiting, stretch if quiet else None
        if waiting is not None and quiet and waiting.amount > 0:
            self._take(waiting)

    def _take(self, stretch: Stretch) -> None:
        held = self._open
        self._open = Stretch(stretch.ended_s, held.amount + stretch.amount, held.events + stretch.events)
        if self._open.amount >= self._enough:
            self._samples.append(self._open)
            self._open = Stretch(0, 0, 0)

    def learned(self) -> LearnedRate | None:
        """What was learned, to be kept; None if nothing was."""
        return LearnedRate(samples=tuple(self._samples), trusted=self.trusted) if self._samples else None

    def take_up(self, kept: LearnedRate) -> None:
        """Go on from what was kept."""
        self._samples.extend(kept.samples)
        self.trusted = kept.trusted

    def envelope(self) -> float | None:
        """The most that is usual, None while there are too few samples. Learned alone it stays near the prior."""
        if len(self._samples) < self._settings.enough_samples:
            return None
        amount = sum(sample.amount for sample in self._samples)
        events = sum(sample.events for sample in self._samples)
        # Of the whole history a little more than was seen may still be usual.
        most = max(_quantile(self._samples, self._settings), wilson(events, amount))
        highest = 0.5 if self.trusted else _MOST_RISE * self.prior
        return min(max(most, self.prior / _MOST_FALL), highest, 0.9)


class UsualVolume:
    """Lower envelope of a rate: a quarter of the least of the last three quiet stretches, and no more than half of the
    least at this hour of the week in the four weeks before; until a week is known, at this time of day on the days
    before. None before a whole day is known, or below one in two minutes: silence would take an hour to tell."""

    _RECENT = 3
    _LEAST_PER_S = 0.5 / 60
    _DAYS = 7
    _WEEKS = 4
    _AROUND = 2

    def __init__(self, settings: WatchSettings) -> None:
        self._block_s = settings.block_s
        self._rates: dict[int, float] = {}
        self._recent: deque[float] = deque(maxlen=self._RECENT)
        self._waiting: Stretch | None = None

    def close(self, stretch: Stretch, quiet: bool) -> None:
        """A stretch ended; `amount` is its length in seconds."""
        waiting, self._waiting = self._waiting, stretch if quiet else None
        if waiting is None or not quiet:
            return
        rate = waiting.events / waiting.amount
        block = round(waiting.ended_s / self._block_s)
        self._recent.append(rate)
        self._rates[block] = rate
        self._rates.pop(block - round((7 * self._WEEKS + 1) * _DAY_S / self._block_s), None)

    def learned(self) -> LearnedRate | None:
        """What was learned, to be kept; None if nothing was."""
        return LearnedRate(rates=dict(self._rates), recent=tuple(self._recent)) if self._rates else None

    def take_up(self, kept: LearnedRate) -> None:
        """Go on from what was kept."""
        self._rates.update(kept.rates)
        self._recent.extend(kept.recent)

    @property
    def newest_s(self) -> float:
        """When the last stretch that was learned ended, 0 before any."""
        return max(self._rates, default=0) * self._block_s

    def envelope(self, at_s: float) -> float | None:
        """The least per second that is usual now."""
        before = self._at(at_s, 7, self._WEEKS) or self._at(at_s, 1, self._DAYS)
        if len(self._recent) < self._RECENT or not before:
            return None
        least = min(min(self._recent) / 4, min(before) / 2)
        return least if least >= self._LEAST_PER_S else None

    def _at(self, at_s: float, every_days: int, times: int) -> list[float]:
        """The rates about this time so many days ago, and as many before that again."""
        here, step = round(at_s / self._block_s), round(every_days * _DAY_S / self._block_s)
        around = range(-self._AROUND, self._AROUND + 1)
        blocks = (here - count * step + shift for count in range(1, times + 1) for shift in around)
        return [self._rates[block] for block in blocks if block in self._rates]


def _quantile(samples: deque[Stretch], settings: WatchSettings) -> float:
    """The weighed quantile of the samples' shares; a sample weighs by amount, half for every half-life of age."""
    newest = samples[-1].ended_s
    half_life_s = settings.half_life_days * _DAY_S
    weighed = sorted(
        (sample.events / sample.amount, sample.amount * 0.5 ** ((newest - sample.ended_s) / half_life_s))
        for sample in samples
    )
    target = settings.quantile * sum(weight for _, weight in weighed)
    total = 0.0
    for share, weight in weighed:
        total += weight
        if total >= target:
            return share
    return weighed[-1][0]
