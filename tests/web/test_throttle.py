"""Guessing is slowed down, and nobody is shut out by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorward.settings import Settings
from doorward.web import throttle
from doorward.web.models import Attempt


def test_the_wait_is_over_after_the_window(guarded: Settings, now: datetime) -> None:
    for _ in range(throttle.MOST_PER_PERSON):
        assert throttle.wait_s("mara", "192.0.2.1", now) == 0
    assert throttle.wait_s("mara", "192.0.2.1", now) == 600
    assert throttle.wait_s("mara", "192.0.2.1", now + timedelta(minutes=10)) == 0


def test_a_stranger_who_guesses_does_not_shut_the_operator_out(guarded: Settings, now: datetime) -> None:
    for _ in range(throttle.MOST_PER_PERSON + 5):
        throttle.wait_s("mara", "198.51.100.7", now)
    assert throttle.wait_s("mara", "192.0.2.1", now) == 0


def test_an_address_that_tries_many_names_waits(guarded: Settings, now: datetime) -> None:
    waits = [throttle.wait_s(f"name{number}", "192.0.2.1", now) for number in range(throttle.MOST_PER_ADDRESS + 1)]
    assert [bool(wait) for wait in waits] == [False] * throttle.MOST_PER_ADDRESS + [True]


def test_attempts_name_nobody(guarded: Settings, now: datetime) -> None:
    throttle.wait_s("mara", "192.0.2.1", now)
    kept = " ".join(Attempt.objects.values_list("key", flat=True))
    assert "mara" not in kept
    assert "192" not in kept.split()
