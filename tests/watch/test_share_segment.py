"""A share's segment raises once, counts people, recovers, and learns only from quiet stretches."""

from __future__ import annotations

import pytest

from doorward.model.detection import Detection, Looks, Signal
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

IDENTITY = Identity(Signal.SESSION_REJECTIONS, (("component", "auth"),), budget=0.1, per_min=60)


def segment(prior: float = 0.02) -> ShareSegment:
    return ShareSegment(IDENTITY, prior, WatchSettings())


def fail(watched: ShareSegment, first: int, count: int, key: str | None = None) -> list[Detection]:
    """That many failures a second apart, of different people unless a key is given."""
    answers = [watched.observe(1000.0 + n, key or f"p{n}", True, "expired") for n in range(first, first + count)]
    return [answer for answer in answers if answer is not None]


def succeed(watched: ShareSegment, first: int, count: int) -> None:
    for number in range(first, first + count):
        assert watched.observe(1000.0 + number, f"p{number}", False, "ok") is None


def test_a_run_of_failures_is_told_once_with_its_people_and_commonest_reason() -> None:
    (found,) = fail(segment(), 0, 30)
    assert found.people >= 3
    assert found.observed == 1
    assert found.segment == (("component", "auth"), ("reason", "expired"))
    assert found.onset.timestamp() == 1000
    assert found.evidence_log_e >= found.threshold_log_e


def test_one_person_who_fails_again_and_again_is_no_detection() -> None:
    assert fail(segment(), 0, 50, key="the-same") == []


def test_too_few_failures_are_suspicious_before_they_are_a_detection() -> None:
    watched = segment()
    assert fail(watched, 0, 4) == []
    assert watched.is_suspicious
    assert not watched.is_detected
    assert not watched.suspicion().detected


def test_it_recovers_with_people_who_succeed_and_tells_again_afterwards() -> None:
    watched = segment()
    assert len(fail(watched, 0, 10)) == 1
    succeed(watched, 100, 60)
    assert not watched.is_detected
    assert len(fail(watched, 300, 10)) == 1


def test_a_higher_traffic_raises_the_threshold() -> None:
    assert IDENTITY.threshold_log_e(600) == pytest.approx(IDENTITY.threshold_log_e(60) + 2.302585)
    assert IDENTITY.threshold_log_e(1) == IDENTITY.threshold_log_e(60)


def test_quiet_days_sharpen_what_is_usual() -> None:
    watched = segment(prior=0.12)
    for number in range(30 * 900):
        watched.observe(float(number), f"p{number}", number % 50 == 0, "expired")
    assert watched.learned
    assert watched.expected() < 0.05
    assert watched.usual().expected == watched.expected()


def test_wrong_passwords_on_top_of_as_many_sign_ins_as_before_are_never_first_told_as_an_outage() -> None:
    watched, told = segment(prior=0.05), []
    for number in range(600, 1300):
        watched.observe(float(number), f"p{number}", False, "ok")
        if number >= 1200:
            told += [
                watched.observe(number + part, f"bot{number}{part}", True, "wrong-password") for part in (0.3, 0.8)
            ]
    assert [found.looks for found in told if found is not None][:1] == [Looks.ATTACK]
