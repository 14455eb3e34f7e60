"""Evidence that a share of failures jumped away from a level that wanders by itself. Pure, no clock.

In: runs of failures, and how many of so many people were expected to fail. Out: how much more likely they are if the
share jumped at some moment than if it only wandered, and since when.

The level (1 = as expected) wanders around 1 by a known spread and forgets itself in `forgets_s`. A gamma filter follows
it and tells how likely the next run is; that nobody knows the level is a part of it. Beside it, for each moment of a
jump and each size, goes the same filter that is told of the jump: the sum of the ratios is a Shiryaev-Roberts statistic
(in observations, as in `evidence`), and the jump with the largest ratio names the onset.
An envelope must stand above the highest level that is usual, so it is slow where half as many again fail; this is not,
and is slower where everybody fails: each run is judged as a whole.
Source: Willsky & Jones 1976 (jumps beside a filter); West & Harrison 1997 (gamma filter of counts); Shiryaev 1963.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How many times as many fail after the jump where the share is that of the whole, and what each weighs. At an hour of
# few failures it is more, at one of many less: a fault fails a part of those who would have signed in. The weights
# keep within the budget over simulated years of traffic that wanders, at 600 a minute as well (other seeds than the
# bench's): what is promised by their sum is less, but a level has far fewer chances to leave its course than there are
# people.
JUMPS = np.array([1.5, 2.0])
_WEIGHTS = np.array([1.2, 0.25])
# So many moments of a jump are followed; beyond them the one that explains least is dropped, never one so young.
_MOMENTS = 24
_YOUNG = 8
_LEAST_SPREAD = 1e-3
# So many more of those who would have signed in fail at most, however many fail as usual.
_MOST_MORE = 0.9
_MOST_LOG = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """`failures` of `people`, of whom the share `expected` should fail, from `began_s` (exclusive) to `ended_s`."""

    began_s: float
    ended_s: float
    failures: int
    people: int
    expected: float


class LevelEvidence:
    """Follows the level, with and without a jump: row 0 of the filters is the one without, each other row a moment."""

    def __init__(self, forgets_s: float) -> None:
        self._forgets_s = forgets_s
        self._spread, self._dispersion, self._follows = _LEAST_SPREAD, 1.0, False
        self._fail_more = np.zeros(JUMPS.size)
        # By row of the filters: the one without a jump is told of none.
        self._times, self._log_times = (np.ones((_MOMENTS + 1, JUMPS.size)) for _ in range(2))
        self._log_times[0] = 0.0
        self._means, self._variances, self._logs = (np.ones((_MOMENTS + 1, JUMPS.size)) for _ in range(3))
        self._people, self._begun, self._number = (np.zeros(_MOMENTS + 1) for _ in range(3))
        self.forget()

    def set_usual(self, share: float, spread: float | None, dispersion: float) -> None:
        """From now on the share over all hours is that, the level wanders with that standard deviation (relative), and
        failures come `dispersion` times as unevenly as chance (1 or more). Without a spread nothing is told: so few
        fail before the level forgets itself that its wandering drowns in chance."""
        share = min(share, _MOST_MORE)
        self._fail_more = np.minimum((JUMPS - 1) * share / (1 - share), _MOST_MORE)
        self._spread, self._dispersion = max(spread or 0.0, _LEAST_SPREAD), dispersion
        self._follows = spread is not None
        if not self._follows:
            self.reset()

    def forget(self) -> None:
        """Forget the level and the evidence."""
        self._means[:], self._variances[:] = 1.0, self._spread**2
        self._at_s = -math.inf
        self.reset()

    def reset(self) -> None:
        """Begin without evidence; the level goes on."""
        self._people[:] = self._number[:] = self._logs[:] = 0.0
        self._runs, self._strongest, self._last_expected = 0, 1, 0.0
        self.log_e = -math.inf

    def run(self, run: Run) -> float:
        """The log of the evidence after that run; minus infinity where too few fail to follow the level."""
        if not self._follows:
            return -math.inf
        self._wander(run.ended_s)
        self._begin(run)
        failures, expected = run.failures / self._dispersion, run.people * run.expected / self._dispersion
        times = 1 + self._fail_more * (1 - run.expected) / run.expected
        self._times[1:], self._log_times[1:] = times, np.log(times)
        rate = self._means / self._variances
        shape = self._means * rate
        more_shape, more_rate = shape + failures, rate + expected * self._times
        # The log of a negative binomial by Stirling's formula, without what all hypotheses share.
        likely = (more_shape - 0.5) * np.log(more_shape) - more_shape * np.log(more_rate)
        likely += shape * np.log(rate) - (shape - 0.5) * np.log(shape) + failures * self._log_times
        np.divide(more_shape, more_rate, out=self._means)
        np.divide(self._means, more_rate, out=self._variances)
        self._logs += likely - likely[0, 0]
        self._last_expected = run.expected
        each = self._people * (np.exp(np.minimum(self._logs, _MOST_LOG)) @ _WEIGHTS)
        self._each, self._strongest = each, int(each.argmax())
        self.log_e = math.log(float(each.sum()))
        return self.log_e

    @property
    def onset_s(self) -> float:
        """When the share jumped, if it did; only meaningful after a run."""
        return float(self._begun[self._strongest])

    @property
    def best(self) -> tuple[float, float]:
        """What a failure and a success weigh under the jump that fits best, in logs."""
        more = float(self._fail_more[int(self._logs[self._strongest].argmax())])
        expected = self._last_expected
        return math.log((expected + (1 - expected) * more) / expected), math.log(1 - more)

    def _begin(self, run: Run) -> None:
        """A share that jumps with this run is followed from the level that is known now."""
        self._runs += 1
        row = self._runs if self._runs <= _MOMENTS else self._least()
        self._means[row], self._variances[row], self._logs[row] = self._means[0], self._variances[0], 0.0
        self._people[row], self._begun[row], self._number[row] = run.people, run.began_s, self._runs

    def _least(self) -> int:
        """The row of the moment that explains least, of those that are not young."""
        return 1 + int(np.where(self._number > self._runs - _YOUNG, np.inf, self._each)[1:].argmin())

    def _wander(self, at_s: float) -> None:
        """Time passes: what is known of a level is drawn back to 1, as wide as it wanders; a jump of long ago, hardly
        told from wandering, weighs less."""
        keep = math.exp(-max(at_s - self._at_s, 0.0) / self._forgets_s)
        self._at_s = max(at_s, self._at_s)
        self._people *= keep
        self._means *= keep
        self._means += 1 - keep
        self._variances *= keep * keep
        self._variances += (1 - keep * keep) * self._spread**2
