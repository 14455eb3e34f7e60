"""A panel comes to what its segments would come to one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.model.detection import Detection, SegmentState, Signal
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.panel import Panel
from doorward.watch.plans import Seen, SharePlan, by_person
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment
from tests.watch.crowd import BEGAN

SETTINGS = WatchSettings(block_s=60.0)
REASONS = (Reason.CSRF, Reason.PROVIDER_ERROR)


def plan(reason: Reason) -> SharePlan:
    return SharePlan(
        reason.value,
        (("reason", reason.value),),
        Kind.SIGN_IN,
        lambda wished: wished.sign_in_failures,
        lambda seen: seen.event.outcome is Outcome.FAILURE and seen.event.reason is reason,
        by_reason=True,
    )


PLANS = tuple(plan(reason) for reason in REASONS)


def segments() -> list[ShareSegment]:
    return [
        ShareSegment(Identity(Signal.SIGN_IN_FAILURES, one.labels, 0.1, 60), one.prior(SETTINGS), SETTINGS)
        for one in PLANS
    ]


def alone(seen: Seen, watched: list[ShareSegment]) -> list[Detection]:
    event = seen.event
    told = [
        segment.observe(seen.at_s, by_person(event), bool(one.failed(seen)), event.reason, event, seen.since_s)
        for one, segment in zip(PLANS, watched, strict=True)
    ]
    return [detection for detection in told if detection is not None]


def states(watched: list[ShareSegment]) -> list[SegmentState]:
    return [segment.state() for segment in watched]


def seen(at_s: float, person: str | None, reason: Reason | None) -> Seen:
    at, outcome = BEGAN + timedelta(seconds=at_s), Outcome.FAILURE if reason else Outcome.SUCCESS
    return Seen(SignInEvent(at, "auth", Kind.SIGN_IN, outcome, reason or Reason.OK, person=person), at.timestamp())


STEPS = st.lists(
    st.tuples(
        st.floats(-2, 20),
        st.sampled_from([None, *"abcdefghijklmnop"]),
        st.sampled_from([None, None, None, *REASONS, Reason.OTHER]),
        st.booleans(),
    ),
    max_size=150,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_panel_tells_what_its_segments_tell_one_by_one(
    steps: list[tuple[float, str | None, Reason | None, bool]],
) -> None:
    panel, together, apart, at_s = Panel(by_person, SETTINGS), segments(), segments(), 0.0
    for one, segment in zip(PLANS, together, strict=True):
        panel.add(one, segment)
    for wait, person, reason, is_asked in steps:
        at_s = max(0.0, at_s + wait)
        moment = seen(at_s, person, reason)
        assert panel.feed([moment]) == alone(moment, apart)
        if is_asked:
            panel.settle()
            assert [state.detected for state in states(together)] == [state.detected for state in states(apart)]
    panel.settle()
    for mine, theirs in zip(states(together), states(apart), strict=True):
        assert mine.usual == theirs.usual
        assert mine.log_e == pytest.approx(theirs.log_e)


def test_an_outage_in_one_segment_leaves_the_other_as_it_was_and_ends_with_those_who_get_in() -> None:
    panel, (broken, other) = Panel(by_person, SETTINGS), segments()
    for one, segment in zip(PLANS, (broken, other), strict=True):
        panel.add(one, segment)
    found = [detection for n in range(20) for detection in panel.feed([seen(n, f"p{n}", Reason.CSRF)])]
    assert [dict(detection.segment)["reason"] for detection in found] == ["csrf"]
    for n in range(20, 200):
        assert panel.feed([seen(n, f"p{n}", None)]) == []
    assert not broken.is_detected
    assert not other.is_detected


def test_many_who_get_in_are_taken_in_without_being_asked_for() -> None:
    panel, (first, second) = Panel(by_person, SETTINGS), segments()
    for one, segment in zip(PLANS, (first, second), strict=True):
        panel.add(one, segment)
    for n in range(5000):
        panel.feed([seen(n / 100, f"p{n}", None)])
    assert len(panel._noted) < 4096
