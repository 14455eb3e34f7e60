"""Parts are made on demand, share one budget, stay bounded under a flood of names, and do not repeat the whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.model.detection import Detection, Signal
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors.sign_in_parts import DETECTOR
from doorward.watch.parts import Parts
from doorward.watch.plans import Seen
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings

WHOLE = Identity(Signal.SIGN_IN_FAILURES, (("component", "auth"),), 0.1, 60.0)


def parts() -> Parts:
    return Parts(DETECTOR.parts[0], WHOLE, WatchSettings())


def feed(made: Parts, number: int, client: str, failed: bool = False, whole: bool = False) -> Detection | None:
    at_s = 1000.0 + number
    outcome, reason = (Outcome.FAILURE, Reason.PROVIDER_ERROR) if failed else (Outcome.SUCCESS, Reason.OK)
    event = SignInEvent(
        datetime.fromtimestamp(at_s, UTC), "auth", Kind.SIGN_IN, outcome, reason, person=f"p{number}", client=client
    )
    return next(iter(made.feed([Seen(event, at_s)], [failed], lambda: whole)), None)


def broken(made: Parts, whole: bool = False) -> list[Detection]:
    """One client in ten is broken; the detections."""
    found = [feed(made, n, "library" if n % 10 == 0 else "portal", n % 10 == 0 and n > 300, whole) for n in range(600)]
    return [detection for detection in found if detection is not None]


def test_one_small_client_that_breaks_is_told_by_name() -> None:
    (found,) = broken(parts())
    assert dict(found.segment)["client"] == "library"
    assert dict(found.segment)["component"] == "auth"


def test_what_the_whole_tells_is_not_told_again() -> None:
    assert broken(parts(), whole=True) == []


def test_a_million_names_leave_a_bounded_number_of_parts() -> None:
    made = parts()
    for number in range(20_000):
        feed(made, number, f"client-{number}")
    assert made.segments == ()
    assert len(made._candidates) <= 4096
    for number in range(1000):
        feed(made, number, f"client-{number // 5}")
    assert len(made.segments) == DETECTOR.parts[0].slots
    assert made.forgotten == 200 - DETECTOR.parts[0].slots


def test_the_parts_share_one_budget() -> None:
    made = parts()
    for number in range(1000):
        feed(made, number, f"client-{number // 5}")
    assert sum(segment.identity.budget for segment in made.segments) == pytest.approx(WHOLE.budget)
