"""Sequential evidence that a usual rate has been left: mixture Shiryaev-Roberts e-detectors, for shares and for rates.

In: successes and failures, or counts and passing time, and an upper envelope of what is usual. Out: how much evidence
there is against the usual, and since when. Pure, no clock.

What is promised: as long as the conditional mean stays at or below the envelope, the mean number of observations until
the evidence reaches a threshold N is at least N, whatever the dependence between observations.
Source: Shin, Ramdas & Rinaldo, "E-detectors: a nonparametric framework for sequential change detection" (arXiv
2203.03532): an SR e-detector is the sum of e-processes begun at every moment; a mixture over alternatives is one too.
The onset is where the CUSUM of the alternative that now fits best began (Page 1954).
"""

from __future__ import annotations

import math
from functools import lru_cache

# Far above every threshold and far below the largest double, so that a product can never overflow.
_MOST = 1e200
_LOG_MOST = math.log(_MOST)
ALTERNATIVES = 8
# One-sided 95 %.
_Z = 1.645


def wilson(events: float, amount: float, z: float = _Z) -> float:
    """One end of the score interval of a share: the upper for z above 0, the lower for z below. Source: Wilson 1927."""
    share = events / amount
    centre = share + z * z / (2 * amount)
    spread = z * math.sqrt(max(share * (1 - share), 0) / amount + z * z / (4 * amount * amount))
    return (centre + spread) / (1 + z * z / amount)


def log_odds_grid(usual: float, count: int = ALTERNATIVES) -> list[float]:
    """Alternatives to a usual share, evenly in log-odds from 1.35 times the usual to 0.97.

    The first bet forgives all that stays below 1.17 times the usual; nobody would act on it.
    Above 0.97 the factors differ too little to be worth a bet.
    """
    low = min(1.35 * usual, 0.9)
    first, last = (math.log(share / (1 - share)) for share in (low, 0.97))
    return [1 / (1 + math.exp(-first - (last - first) * place / (count - 1))) for place in range(count)]


def _first(share: float, goes_on: float) -> float:
    """How likely it is that somebody begins a group, where that share fails in groups that go on with that chance."""
    return share * (1 - goes_on) / (1 - goes_on * share)


def _weights(count: int) -> list[float]:
    """Of the alternatives, in order of size: a third, a sixth, the others as much as is left. A nat costs the smallest
    a hundred people, the largest less than one."""
    parts = [4.0, 2.0, *[1.0] * count][:count]
    return [part / sum(parts) for part in parts]


@lru_cache(1024)
def _bets(usual: float, dispersion: float, sharp: bool) -> tuple[list[float], ...]:
    """Of each alternative: what a failure and a success weigh, the logs of both, and the alternative's own weight."""
    grid = [0.99] if sharp else log_odds_grid(usual)
    # Dispersion of groups that go on with chance g is (1 + g) / (1 - g).
    goes_on = (dispersion - 1) / (dispersion + 1)
    first, firsts = _first(usual, goes_on), [_first(share, goes_on) for share in grid]
    up = [other / first / (1 - goes_on + goes_on * other / first) for other in firsts]
    down = [(1 - other) / (1 - first) for other in firsts]
    return up, down, [math.log(step) for step in up], [math.log(step) for step in down], _weights(len(grid))


class ShareEvidence:
    """Evidence that the share of failures is above `usual`.

    Successes are only counted and settled at the next failure: evidence never crosses a threshold on a success.
    `sharp` bets on a total failure alone, for signals that fail wholly or not at all. Plain floats in lists: for eight
    alternatives they are three times as fast as arrays (measured: `python -m bench.detect --part speed`).
    """

    def __init__(self, usual: float, sharp: bool = False) -> None:
        self._sharp = sharp
        self.usual = 0.0
        self.dispersion = 0.0
        self.set_usual(usual)
        self.reset()

    def set_usual(self, usual: float, dispersion: float = 1.0) -> None:
        """Judge what comes from now on against this envelope (0 < usual < 1).

        `dispersion` (1 or more) is how many times as unevenly as chance failures come. They are taken to come in
        groups of geometric size, and a failure is worth only so much that a whole group is worth, in the mean, what a
        single one would be if all came alone: so the evidence keeps its promise, and five friends are no outage.
        """
        if (usual, dispersion) == (self.usual, self.dispersion):
            return
        self.usual, self.dispersion = usual, dispersion
        self._up, self._down, self._log_up, self._log_down, self._weights = _bets(usual, dispersion, self._sharp)

    def reset(self) -> None:
        """Forget everything seen."""
        self._sums = [0.0] * len(self._up)
        self._cusums = [0.0] * len(self._up)
        self._begun = [0.0] * len(self._up)
        self._successes = 0

    def succeed(self, count: int = 1) -> None:
        """Observations as they should be."""
        self._successes += count

    def fail(self, at_s: float) -> float:
        """One failure, at that moment; returns the log of the evidence after it."""
        if self._successes:
            self._settle()
        sums, cusums, begun = self._sums, self._cusums, self._begun
        total = 0.0
        for place, up in enumerate(self._up):
            grown = (sums[place] + self._weights[place]) * up
            sums[place] = grown = grown if grown < _MOST else _MOST
            total += grown
            if cusums[place] <= 0:
                begun[place] = at_s
            cusums[place] += self._log_up[place]
        return math.log(total)

    def log_e(self) -> float:
        """Log of the evidence now; minus infinity before anything was seen."""
        self._settle()
        total = sum(self._sums)
        return math.log(total) if total > 0 else -math.inf

    @property
    def onset_s(self) -> float:
        """The first failure of the run that fits best; only meaningful after a failure."""
        return self._begun[self._cusums.index(max(self._cusums))]

    @property
    def best(self) -> tuple[float, float]:
        """What a failure and a success weigh under the alternative that fits best, in logs."""
        place = self._cusums.index(max(self._cusums))
        return self._log_up[place], self._log_down[place]

    def _settle(self) -> None:
        """Apply the successes counted so far: M -> (M + 1) d, k times over, in closed form."""
        count, self._successes = self._successes, 0
        if count == 0:
            return
        for place, down in enumerate(self._down):
            shrunk = down**count
            self._sums[place] = self._sums[place] * shrunk + self._weights[place] * down * (1 - shrunk) / (1 - down)
            left = self._cusums[place] + count * self._log_down[place]
            self._cusums[place] = left if left > 0 else 0.0


def _log_mean(sums: list[float]) -> float:
    mean = sum(sums) / len(sums)
    return math.log(mean) if mean > 0 else -math.inf


class RateEvidence:
    """Evidence that a Poisson count runs above (or, `falling`, below) `usual_per_s`; one observation is one second.

    Alternatives are multiples of the usual rate. Silence is settled in closed form; for a falling rate it is evidence,
    and `advance` tells the very second at which a threshold was reached.
    """

    RISING = (2.0, 4.0, 8.0, 16.0, 32.0)
    FALLING = (0.5, 0.25, 0.1, 0.02)

    def __init__(self, usual_per_s: float, falling: bool = False) -> None:
        self._multiples = self.FALLING if falling else self.RISING
        self._log_multiples = [math.log(multiple) for multiple in self._multiples]
        self.set_usual(usual_per_s)
        self.reset()

    def set_usual(self, usual_per_s: float) -> None:
        """Judge what comes from now on against this rate (above 0)."""
        self.usual_per_s = usual_per_s
        self._log_silence = [-(multiple - 1) * usual_per_s for multiple in self._multiples]
        self._silence = [math.exp(log) for log in self._log_silence]

    def reset(self) -> None:
        """Forget everything seen."""
        self._sums = [0.0] * len(self._multiples)
        self._cusums = [0.0] * len(self._multiples)
        self._begun = [0.0] * len(self._multiples)

    def count(self, at_s: float) -> float:
        """One event at that moment; returns the log of the evidence after it."""
        self._begin(at_s)
        self._sums = [min(one * multiple, _MOST) for one, multiple in zip(self._sums, self._multiples, strict=True)]
        self._add(self._log_multiples)
        return self.log_e()

    def advance(self, second: int, seconds: int, threshold_log_e: float) -> int | None:
        """`seconds` pass from `second` on; returns the second at which the threshold was reached, None if never."""
        self._begin(float(second))
        after = self._after(seconds)
        reached = self._reached(seconds, threshold_log_e) if _log_mean(after) >= threshold_log_e else None
        self._sums = [min(one, _MOST) for one in after]
        self._add([seconds * log for log in self._log_silence])
        return None if reached is None else second + reached

    def log_e(self) -> float:
        """Log of the evidence now; minus infinity before anything was seen."""
        return _log_mean(self._sums)

    @property
    def onset_s(self) -> float:
        """Where the run that fits best began."""
        return self._begun[self._cusums.index(max(self._cusums))]

    def _begin(self, at_s: float) -> None:
        for place, cusum in enumerate(self._cusums):
            if cusum <= 0:
                self._begun[place] = at_s

    def _add(self, weights: list[float]) -> None:
        self._cusums = [max(0.0, cusum + weight) for cusum, weight in zip(self._cusums, weights, strict=True)]

    def _after(self, seconds: int) -> list[float]:
        """The sums after so many silent seconds: M -> (M + 1) r each second."""
        after = []
        for one, log, silence in zip(self._sums, self._log_silence, self._silence, strict=True):
            grown = math.exp(min(seconds * log, _LOG_MOST))
            after.append(one * grown + silence * (grown - 1) / (silence - 1))
        return after

    def _reached(self, seconds: int, threshold_log_e: float) -> int:
        """After how many silent seconds the threshold is reached, which it is after `seconds`."""
        low, high = 0, seconds
        while high - low > 1:
            middle = (low + high) // 2
            is_crossed = _log_mean(self._after(middle)) >= threshold_log_e
            low, high = (low, middle) if is_crossed else (middle, high)
        return high


class Recovery:
    """Evidence that what was left is usual again: a CUSUM from the bad rate back to the usual one.

    It stops at 100 to 1: a wrong "recovered" only means that the next detection comes as a new one, and the stages that
    act on it ask probes as well.
    """

    THRESHOLD_LOG_E = math.log(100)

    def __init__(self, log_ratio_good: float, log_ratio_bad: float) -> None:
        self._good = log_ratio_good
        self._bad = log_ratio_bad
        self._log_e = 0.0

    @classmethod
    def of_share(cls, usual: float, failed: int, seen: int) -> Recovery:
        """Back from `failed` of `seen`. Bad is still half of that share, read low: it was picked for being high,
        and a few failures in a row say little of the share to come. Where that is usual, midway between the two."""
        low = wilson(failed, seen, -_Z)
        bad = min(max(low / 2, math.sqrt(usual * failed / seen)), 0.95)
        return cls(math.log((1 - usual) / (1 - bad)), math.log(usual / bad))

    @classmethod
    def of_probe(cls, usual: float) -> Recovery:
        """Back from a total failure: two good ones in a row are enough."""
        return cls(math.log((1 - usual) / 0.05), math.log(usual / 0.95))

    @classmethod
    def of_rate(cls, usual_per_s: float, observed_per_s: float) -> Recovery:
        """Back from an observed rate, per second without event (`good`) and per event (`bad`)."""
        bad = math.sqrt(usual_per_s * max(observed_per_s, usual_per_s / 100))
        return cls(bad - usual_per_s, math.log(usual_per_s / bad))

    def good(self, count: float = 1) -> bool:
        """`count` good observations, or seconds; returns whether it has recovered."""
        return self._add(count * self._good)

    def bad(self) -> bool:
        """One bad observation, or one event; returns whether it has recovered."""
        return self._add(self._bad)

    def _add(self, log_ratio: float) -> bool:
        self._log_e = max(0.0, self._log_e + log_ratio)
        return self._log_e >= self.THRESHOLD_LOG_E
