"""What share is usual is learned by hour of day and week, fades, and never from what is suspicious."""

from __future__ import annotations

from random import Random

import pytest

from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch
from doorward.watch.usual_share import FORGETS_S, RUN, UsualShare, unevenness

SETTINGS = WatchSettings()
WEEK_S = 7 * 86400.0


def learned(usual: UsualShare, share: float, stretches: int, quiet: bool = True, amount: int = 200) -> UsualShare:
    chance = Random(1)
    for number in range(stretches):
        events = sum(chance.random() < share for _ in range(amount))
        usual.close(Stretch(900.0 * (number + 1), amount, events), quiet)
    return usual


def test_too_little_history_teaches_nothing() -> None:
    assert learned(UsualShare(0.12, SETTINGS), 0.05, 2).envelope(9000) is None
    assert learned(UsualShare(0.12, SETTINGS), 0.05, 50, quiet=False).envelope(9000) is None


def test_the_envelope_lies_above_what_was_seen_and_below_the_prior() -> None:
    usual = learned(UsualShare(0.12, SETTINGS), 0.05, 60)
    assert 0.05 < (usual.envelope(60 * 900) or 0) < 0.07
    assert usual.expected(60 * 900) == pytest.approx(0.05, rel=0.1)


def test_a_share_that_never_occurs_keeps_a_tenth_of_the_prior() -> None:
    assert learned(UsualShare(0.02, SETTINGS), 0.0, 400).envelope(400 * 900) == pytest.approx(0.002)


def test_learning_alone_stays_within_three_times_the_prior_and_vouched_history_does_not() -> None:
    usual = learned(UsualShare(0.02, SETTINGS), 0.2, 60)
    assert usual.envelope(60 * 900) == pytest.approx(0.06)
    usual.trusted = True
    assert (usual.envelope(60 * 900) or 0) > 0.19


def test_suspicious_stretches_and_the_one_before_them_are_not_learned() -> None:
    usual = UsualShare(0.12, SETTINGS)
    for number in range(20):
        usual.close(Stretch(900.0 * number, 100, 50), quiet=number % 2 == 0)
    assert usual.envelope(9000) is None


def seasonal() -> UsualShare:
    """Four weeks: 6 % from eight to noon and all of one day, 3 % else."""
    usual = UsualShare(0.12, SETTINGS)
    for block in range(4 * 7 * 96):
        hour, day = block // 4 % 24, block // 96 % 7
        usual.close(Stretch(900.0 * (block + 1), 900, 54 if 8 <= hour < 12 or day == 1 else 27), quiet=True)
    return usual


def test_each_hour_of_the_day_and_of_the_week_has_its_own_envelope() -> None:
    usual, day_s = seasonal(), 86400.0
    for at_s, share in ((8.5 * 3600, 0.06), (20.5 * 3600, 0.03), (day_s + 20.5 * 3600, 0.06)):
        assert usual.expected(4 * WEEK_S + at_s) == pytest.approx(share, rel=0.12)
    assert (usual.envelope(4 * WEEK_S + 8.5 * 3600) or 0) > 1.5 * (usual.envelope(4 * WEEK_S + 20.5 * 3600) or 1)


def test_a_day_and_an_hour_that_both_differ_are_learned_together() -> None:
    """Eight weeks: half more from eight to noon, and half more on the second day."""
    usual = UsualShare(0.12, SETTINGS)
    for block in range(8 * 7 * 96):
        hour, day = block // 4 % 24, block // 96 % 7
        share = 0.03 * (1.5 if 8 <= hour < 12 else 1.0) * (1.5 if day == 1 else 1.0)
        usual.close(Stretch(900.0 * (block + 1), 900, 900 * share), quiet=True)
    began_s, day_s = 8 * WEEK_S, 86400.0
    for at_s, share in ((day_s + 8.5 * 3600, 0.0675), (day_s + 20.5 * 3600, 0.045), (8.5 * 3600, 0.045)):
        assert usual.expected(began_s + at_s) == pytest.approx(share, rel=0.05)


def test_the_margin_for_wandering_is_smaller_where_chance_hides_it() -> None:
    usual = learned(UsualShare(0.12, SETTINGS), 0.05, 60)
    few, many, unknown = (usual.envelope(60 * 900.0, come) or 0 for come in (90, 9000, float("inf")))
    assert few < many < unknown < 1.2 * few


def test_the_margin_is_wider_where_the_level_is_followed_besides() -> None:
    usual = learned(UsualShare(0.12, SETTINGS), 0.05, 60)
    come = 80 / (usual.expected(60 * 900.0) or 1) * SETTINGS.block_s / FORGETS_S
    few, enough = (usual.judge(60 * 900.0, times * come) for times in (0.99, 1.01))
    assert few is not None
    assert enough is not None
    assert (few.is_followed, enough.is_followed) == (False, True)
    assert enough.envelope > 1.005 * few.envelope


def test_what_was_learned_can_be_kept_and_taken_up() -> None:
    first, second = seasonal(), UsualShare(0.12, SETTINGS)
    kept = first.learned()
    assert kept is not None
    second.take_up(kept)
    at_s = 4 * WEEK_S + 8.5 * 3600
    assert second.envelope(at_s) == pytest.approx(first.envelope(at_s), rel=1e-3)
    assert UsualShare(0.12, SETTINGS).learned() is None


def test_old_history_counts_less_than_new() -> None:
    usual = UsualShare(0.12, SETTINGS)
    for day in range(120):
        for hour in range(4):
            usual.close(Stretch(86400.0 * day + 900 * hour, 200, 20 if day < 60 else 4), quiet=True)
    usual.settle()
    assert (usual.expected(120 * 86400.0) or 1) < 0.03


def dispersion(together: int) -> float:
    """Of failures that come in groups of that size, at 5 % in all."""
    chance, usual = Random(2), UsualShare(0.12, SETTINGS)
    squares, runs = 0.0, 400
    for _ in range(runs):
        seen, failures = 0, 0
        while failures < RUN:
            seen += 1
            if chance.random() < 0.05 / together:
                failures += together
        squares += unevenness(seen, 0.05)
    usual.close(Stretch(900.0, 60_000, 3000, runs, squares), quiet=True)
    usual.settle()
    return usual.dispersion()


def test_failures_that_come_in_pairs_are_told_from_independent_ones() -> None:
    assert dispersion(1) < 1.2
    assert dispersion(2) > 1.35
    assert UsualShare(0.12, SETTINGS).dispersion() == pytest.approx(1.225)
