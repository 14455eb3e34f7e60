"""Which false-alarm budget the past speaks for.

In: Scores of one history at several budgets, and how many false alarms a month people accept. Out: a Proposal: a
budget, or the reason why there is too little history to propose one. Pure, no clock.

Proposed is, of the budgets whose false alarms on this history are no more than accepted, the one that misses fewest,
then the one that is quickest, then the smallest. Beside each budget stands what so short a history can rule out: the
most false alarms a month that would still give so few with a chance of 5 % (Poisson, exact).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from doorward.watch.backtest_score import Score

# Four weeks hold every hour of the week four times; of fewer than three incidents a median delay says nothing.
LEAST_DAYS = 28.0
LEAST_INCIDENTS = 3
_DAYS_A_MONTH = 30.0
_CHANCE = 0.05


class Ground(StrEnum):
    """Why a budget is proposed, or none."""

    QUICKEST_OF_THE_QUIET = "quickest-of-the-quiet"
    TOO_FEW_DAYS = "too-few-days"
    TOO_FEW_INCIDENTS = "too-few-incidents"
    NONE_IS_QUIET = "none-is-quiet"


@dataclass(frozen=True, slots=True)
class Trial:
    """A budget (false alarms a month for the whole service) and how it did."""

    budget: float
    score: Score

    @property
    def at_most_per_month(self) -> float:
        """The rate of false alarms that this history still allows, 95 % one-sided; infinite without history."""
        months = self.score.days / _DAYS_A_MONTH
        return poisson_at_most(len(self.score.false_alarms)) / months if months > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Proposal:
    """`budget` None where none can be proposed; `ground` says why."""

    budget: float | None
    ground: Ground


def propose(trials: Sequence[Trial], accepted_per_month: float) -> Proposal:
    """The budget to choose, given at least one trial."""
    history = trials[0].score
    if history.days < LEAST_DAYS:
        return Proposal(None, Ground.TOO_FEW_DAYS)
    if len(history.incidents) < LEAST_INCIDENTS:
        return Proposal(None, Ground.TOO_FEW_INCIDENTS)
    accepted = accepted_per_month * history.days / _DAYS_A_MONTH
    quiet = [trial for trial in trials if len(trial.score.false_alarms) <= accepted]
    if not quiet:
        return Proposal(None, Ground.NONE_IS_QUIET)
    return Proposal(min(quiet, key=_merit).budget, Ground.QUICKEST_OF_THE_QUIET)


def _merit(trial: Trial) -> tuple[int, float, float]:
    delay_s = trial.score.median_delay_s
    return trial.score.missed, math.inf if delay_s is None else delay_s, trial.budget


def poisson_at_most(count: int) -> float:
    """The mean at which so few or fewer come with a chance of 5 %: 3.0 for none, 4.7 for one."""
    low, high = float(count), count + 10 * math.sqrt(count + 1)
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        if _chance_of_at_most(count, middle) > _CHANCE:
            low = middle
        else:
            high = middle
    return high


def _chance_of_at_most(count: int, mean: float) -> float:
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
