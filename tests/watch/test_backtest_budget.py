"""A budget is proposed where the past can speak for one, and not otherwise."""

from __future__ import annotations

import math

import pytest

from doorward.watch.backtest_budget import Ground, Proposal, Trial, poisson_at_most, propose
from doorward.watch.backtest_recorded import RecordedIncident
from doorward.watch.backtest_score import Met, Score
from tests.watch.test_backtest_score import at, told


def trial(budget: float, delays_s: list[float | None], false_alarms: int, days: float = 60) -> Trial:
    met = []
    for place, delay_s in enumerate(delays_s):
        incident = RecordedIncident(at(1000 * place), at(1000 * place + 500), "")
        by = None if delay_s is None else told(1000 * place + delay_s / 60)
        met.append(Met(incident, by))
    return Trial(budget, Score(days, tuple(met), ((told(0),),) * false_alarms, 0))


def test_fewest_missed_then_quickest_of_those_that_are_quiet() -> None:
    trials = [
        trial(0.1, [40, 50, None], 0),
        trial(1, [30, 40, 60], 1),
        trial(3, [20, 30, 50], 2),
        trial(10, [5, 5, 5], 3),
    ]
    assert propose(trials, accepted_per_month=1) == Proposal(3, Ground.QUICKEST_OF_THE_QUIET)
    assert propose(trials, accepted_per_month=0.5) == Proposal(1, Ground.QUICKEST_OF_THE_QUIET)
    assert propose(trials[2:], accepted_per_month=0.5) == Proposal(None, Ground.NONE_IS_QUIET)


def test_of_equals_the_smallest_budget() -> None:
    assert propose([trial(3, [9, 9, 9], 0), trial(1, [9, 9, 9], 0)], 1).budget == 1


def test_too_little_history_is_said() -> None:
    assert propose([trial(1, [1, 1, 1], 0, days=20)], 1).ground is Ground.TOO_FEW_DAYS
    assert propose([trial(1, [1, 1], 0)], 1).ground is Ground.TOO_FEW_INCIDENTS


@pytest.mark.parametrize(("count", "mean"), [(0, 2.9957), (1, 4.7439), (3, 7.7537), (10, 16.9622)])
def test_the_most_that_so_few_allow_is_the_tables_of_poisson(count: int, mean: float) -> None:
    assert poisson_at_most(count) == pytest.approx(mean, rel=1e-4)


def test_a_month_without_a_false_alarm_allows_three() -> None:
    assert trial(1, [], 0, days=30).at_most_per_month == pytest.approx(3.0, abs=0.01)
    assert math.isinf(trial(1, [], 0, days=0).at_most_per_month)
