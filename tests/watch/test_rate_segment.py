"""A rate's segment tells a rise of people, waits until it has begun, and recovers with silence."""

from __future__ import annotations

from doorward.model.detection import Detection, Signal
from doorward.watch.rate_segment import RateSegment
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings

IDENTITY = Identity(Signal.SUPPORT_INQUIRIES, (("component", "portal"),), budget=0.05, per_min=60)


def begun() -> RateSegment:
    watched = RateSegment(IDENTITY, 0.5 / 60, falling=False, settings=WatchSettings())
    watched.begin(0)
    return watched


def write(watched: RateSegment, first_s: int, count: int, gap_s: float = 2.0) -> list[Detection]:
    """That many people, one after another."""
    return [found for n in range(count) for found in watched.observe(first_s + n * gap_s, f"p{first_s}-{n}")]


def test_a_rush_of_inquiries_is_told_once_as_a_rate_a_minute() -> None:
    (found,) = write(begun(), 600, 20)
    assert found.expected == 0.5
    assert 15 < found.observed < 60
    assert 600 <= found.onset.timestamp() <= 604


def test_one_person_who_writes_often_is_no_rush() -> None:
    watched = begun()
    assert [found for second in range(600, 650) for found in watched.observe(second, "the-same")] == []


def test_inquiries_at_their_usual_rate_are_no_rush() -> None:
    assert write(begun(), 600, 60, gap_s=120.0) == []


def test_it_recovers_with_silence() -> None:
    watched = begun()
    write(watched, 600, 20)
    assert watched.is_detected
    watched.advance(900)
    assert not watched.is_detected


def test_a_gap_of_weeks_begins_afresh() -> None:
    watched = begun()
    write(watched, 600, 4)
    watched.advance(30 * 86400)
    assert watched.log_e() == float("-inf")


def test_a_segment_that_knows_nothing_says_nothing() -> None:
    watched = RateSegment(IDENTITY, None, falling=True, settings=WatchSettings())
    watched.begin(0)
    assert watched.advance(86400) == ()
    assert watched.expected() is None
    assert not watched.is_suspicious
