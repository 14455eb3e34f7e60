"""A source that is away is told in the same words each time, asked more and more rarely, and found again."""

from __future__ import annotations

import pytest

from doorward.errors import DoorwardError
from doorward.watch.sources.patience import LONGEST_PAUSE_S, Away, Patient


class Source:
    """Away while `what` is not empty; counts how often it was asked."""

    def __init__(self) -> None:
        self.what = "answers 503"
        self.after_s = 0.0
        self.asked = 0

    def step(self) -> str:
        self.asked += 1
        if self.what:
            raise Away(self.what, self.after_s)
        return "said"


class Clock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(patient: Patient, clock: Clock, seconds: float) -> set[str]:
    """Take the step every quarter of a second; what was told."""
    told = set()
    end = clock.now + seconds
    while clock.now < end:
        clock.now += 0.25
        try:
            told.add(patient())
        except DoorwardError as error:
            told.add(str(error))
    return told


def test_it_is_asked_more_and_more_rarely_told_alike_and_found_again() -> None:
    clock, source = Clock(), Source()
    patient = Patient("loki", source.step, clock)
    assert run(patient, clock, 600) == {"answers 503 [source.loki]\n    it is asked again by itself"}
    assert 10 < source.asked < 20
    source.what = ""
    assert run(patient, clock, LONGEST_PAUSE_S) == {
        "answers 503 [source.loki]\n    it is asked again by itself",
        "said",
    }
    asked = source.asked
    assert run(patient, clock, 10) == {"said"}
    assert source.asked == asked + 40


def test_who_asks_for_time_is_given_it_but_not_more_than_the_longest_pause() -> None:
    clock, source = Clock(), Source()
    patient = Patient("loki", source.step, clock)
    source.after_s = 30.0
    run(patient, clock, 29)
    assert source.asked == 1
    source.after_s = 1e6
    run(patient, clock, 5)
    assert source.asked == 2
    run(patient, clock, LONGEST_PAUSE_S)
    assert source.asked == 3


def test_what_is_no_absence_is_not_caught() -> None:
    def broken() -> str:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        Patient("loki", broken)()
