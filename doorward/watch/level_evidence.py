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

# How many times as many fail after the jump, and what each weighs. They sum to a half: an envelope watches as well.
JUMPS = np.array([1.35, 1.7, 2.5])
_WEIGHTS = np.array([0.25, 0.15, 0.1])
# So many moments of a jump are followed; beyond them the one that explains least is dropped, never one so young.
_MOMENTS = 24
_YOUNG = 8
_LEAST_SPREAD = 1e-3
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
    """Follows the level, with and without a jump; row 0 of the filters is the one without."""

    def __init__(self, forgets_s: float) -> None:
        self._forgets_s = forgets_s
        self._spread, self._dispersion = _LEAST_SPREAD, 1.0
        self.forget()

    def set_usual(self, spread: float, dispersion: float) -> None:
        """From now on the level wanders with that standard deviation (relative), and failures come `dispersion` times
        as unevenly as chance (1 or more)."""
        self._spread, self._dispersion = max(spread, _LEAST_SPREAD), dispersion

    def forget(self) -> None:
        """Forget the level and the evidence."""
        self._level = 1.0, self._spread**2
        self._at_s = -math.inf
        self.reset()

    def reset(self) -> None:
        """Begin without evidence; the level goes on."""
        self._means = self._variances = self._logs = np.zeros((0, JUMPS.size))
        self._people = self._begun = self._each = np.zeros(0)
        self._last_expected = 0.0
        self.log_e = -math.inf

    def run(self, run: Run) -> float:
        """The log of the evidence after that run."""
        means, variances = self._wandered(run.ended_s)
        times = np.ones_like(means)
        times[1:] = JUMPS
        failures, expected = run.failures / self._dispersion, times * (run.people * run.expected / self._dispersion)
        shape, rate = means * means / variances, means / variances
        likely = (
            _log_gamma(shape + failures)
            - _log_gamma(shape)
            + shape * np.log(rate)
            - (shape + failures) * np.log(rate + expected)
            + failures * np.log(expected)
        )
        means = (shape + failures) / (rate + expected)
        variances = means / (rate + expected)
        self._level = float(means[0, 0]), float(variances[0, 0])
        self._means, self._variances = means[1:], variances[1:]
        self._logs = np.vstack((np.zeros(JUMPS.size), self._logs)) + likely[1:] - likely[0, 0]
        self._people = np.append(run.people, self._people)
        self._begun = np.append(run.began_s, self._begun)
        self._last_expected = run.expected
        return self._sum_up()

    @property
    def onset_s(self) -> float:
        """When the share jumped, if it did; only meaningful after a run."""
        return float(self._begun[int(self._each.argmax())])

    @property
    def best(self) -> tuple[float, float]:
        """What a failure and a success weigh under the jump that fits best, in logs."""
        jump = float(JUMPS[int(self._logs[int(self._each.argmax())].argmax())])
        after = min(jump * self._last_expected, 0.97)
        return math.log(jump), math.log((1 - after) / (1 - self._last_expected))

    def _wandered(self, at_s: float) -> tuple[Floats, Floats]:
        """The filters' means and variances by then: without a jump, with one that begins now, with the earlier ones."""
        keep = math.exp(-max(at_s - self._at_s, 0.0) / self._forgets_s)
        self._at_s = max(at_s, self._at_s)
        mean, variance = (np.full((2, JUMPS.size), value) for value in self._level)
        means, variances = np.vstack((mean, self._means)), np.vstack((variance, self._variances))
        return 1 + keep * (means - 1), keep * keep * (variances - self._spread**2) + self._spread**2

    def _sum_up(self) -> float:
        self._each = self._people * (np.exp(np.minimum(self._logs, _MOST_LOG)) @ _WEIGHTS)
        self.log_e = math.log(float(self._each.sum()))
        if self._people.size > _MOMENTS:
            least = _YOUNG + int(self._each[_YOUNG:].argmin())
            stays = np.arange(self._people.size) != least
            self._means, self._variances, self._logs = self._means[stays], self._variances[stays], self._logs[stays]
            self._people, self._begun, self._each = self._people[stays], self._begun[stays], self._each[stays]
        return self.log_e


def _log_gamma(value: Floats) -> Floats:
    """Without what all hypotheses share. Stirling's series: the values are above 10, where it is exact to 1e-5."""
    return np.asarray((value - 0.5) * np.log(value) - value + 1 / (12 * value), dtype=np.float64)
