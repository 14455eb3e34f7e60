"""What is usual is learned from quiet history, slowly, and never from what is suspicious."""

from __future__ import annotations

from random import Random

import pytest

from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch, UsualMost, UsualVolume

SETTINGS = WatchSettings()


def learned(usual: UsualMost, share: float, stretches: int, quiet: bool = True, amount: int = 200) -> UsualMost:
    chance = Random(1)
    for number in range(stretches):
        events = sum(chance.random() < share for _ in range(amount))
        usual.close(Stretch(900.0 * number, amount, events), quiet)
    return usual


def test_too_little_history_teaches_nothing() -> None:
    assert learned(UsualMost(0.12, 50, SETTINGS), 0.05, 6).envelope() is None


def test_the_envelope_lies_above_what_was_seen_and_below_the_prior() -> None:
    envelope = learned(UsualMost(0.12, 50, SETTINGS), 0.05, 60).envelope()
    assert envelope is not None
    assert 0.05 < envelope < 0.12


def test_a_share_that_never_occurs_keeps_a_tenth_of_the_prior() -> None:
    assert learned(UsualMost(0.02, 250, SETTINGS), 0.0, 400).envelope() == pytest.approx(0.002)


def test_learning_alone_stays_within_three_times_the_prior_and_vouched_history_does_not() -> None:
    usual = learned(UsualMost(0.02, 250, SETTINGS), 0.2, 60)
    assert usual.envelope() == pytest.approx(0.06)
    usual.trusted = True
    assert (usual.envelope() or 0) > 0.2


def test_suspicious_stretches_and_the_one_before_them_are_not_learned() -> None:
    usual = UsualMost(0.12, 50, SETTINGS)
    for number in range(20):
        usual.close(Stretch(900.0 * number, 100, 50), quiet=number % 2 == 0)
    assert usual.envelope() is None


def test_old_history_counts_less_than_new() -> None:
    usual = UsualMost(0.12, 50, SETTINGS)
    for day in range(120):
        for hour in range(4):
            usual.close(Stretch(86400.0 * day + 900 * hour, 200, 20 if day < 60 else 4), quiet=True)
    share = usual.envelope()
    assert share is not None
    assert share < 0.07


def volume(rate_per_s: float, hours: float) -> UsualVolume:
    usual = UsualVolume(SETTINGS)
    for block in range(int(hours * 4)):
        usual.close(Stretch(900.0 * (block + 1), 900, rate_per_s * 900), quiet=True)
    return usual


def test_volume_is_known_after_a_day_and_is_a_quarter_of_the_least() -> None:
    assert volume(1.0, 23).envelope(23 * 3600.0) is None
    assert volume(1.0, 26).envelope(26 * 3600.0) == pytest.approx(0.25)


def test_low_volume_says_nothing() -> None:
    assert volume(0.03, 26).envelope(26 * 3600.0) is None
    assert volume(0.05, 26).envelope(26 * 3600.0) == pytest.approx(0.0125)


def test_volume_is_compared_with_the_same_hour_of_the_week_once_a_week_is_known() -> None:
    """Sixty a minute on working days, six on the last day of each week: the seventh day is no outage, the first is."""
    usual, day = UsualVolume(SETTINGS), 96
    for block in range(14 * day):
        rate = 0.1 if block // day % 7 == 6 else 1.0
        usual.close(Stretch(900.0 * (block + 1), 900, rate * 900), quiet=True)
    for block in range(14 * day, 20 * day):
        usual.close(Stretch(900.0 * (block + 1), 900, 900), quiet=True)
    quiet_day_s, busy_s = (20 * day + 20) * 900.0, (19 * day + 20) * 900.0
    assert (usual.envelope(quiet_day_s) or 0) == pytest.approx(0.05)
    assert (usual.envelope(busy_s) or 0) == pytest.approx(0.25)
