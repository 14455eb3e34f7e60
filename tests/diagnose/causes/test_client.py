"""Client: one part fails and the rest does not, or all alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.client import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.observations import Observations, Part
from doorward.diagnose.visitors import Stretch, Visitors
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict

World = Any  # the builders of conftest.py


def with_parts(world: World, *parts: Part) -> Observations:
    """A service whose sign-ins fall into these parts."""
    return replace(world.healthy(), parts=parts)


def test_one_browser_that_fails_while_others_get_in_is_supported(world: World) -> None:
    safari = world.part("browser", "safari", 18, 20, (2, 90))
    hypothesis = CAUSE.judge(with_parts(world, safari, world.part("browser", "firefox", 1, 40, (19, 70))))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "safari: 18 of 20 fail, 2 of 90 of all others" in hypothesis.reason
    assert hypothesis.remedy is None


def test_what_the_detector_found_to_explain_its_departure_weighs_as_much(world: World) -> None:
    detection = replace(world.detection(Signal.SIGN_IN_FAILURES), within=(("client", "library"),))
    parts = with_parts(world, world.part("client", "library", 9, 10, (0, 60)))
    assert CAUSE.judge(replace(parts, detections=(detection,))).score == 5.0
    network = replace(detection, within=(("network", "n1"),))
    assert CAUSE.judge(replace(parts, detections=(network,))).score == 3.0


def test_a_part_that_is_watched_by_itself_counts_only_beside_others(world: World) -> None:
    detection = world.detection(Signal.SIGN_IN_FAILURES)
    told = replace(detection, segment=(*detection.segment, ("client", "library"), ("reason", "token-refused")))
    beside = with_parts(world, world.part("client", "library", 9, 18, (0, 60)))
    assert CAUSE.judge(replace(beside, detections=(told,))).score == 5.0
    alone = with_parts(world, world.part("client", "library", 9, 18, (0, 0)))
    assert CAUSE.judge(replace(alone, detections=(told,))).evidence == ()


def test_parts_that_fail_alike_rule_it_out(world: World) -> None:
    alike = (world.part("client", "portal", 30, 60, (10, 20)), world.part("client", "library", 10, 20, (30, 60)))
    assert CAUSE.judge(with_parts(world, *alike)).verdict is Verdict.RULED_OUT


def test_a_part_that_failed_as_much_before_needs_more_than_its_share(world: World) -> None:
    always = Part("browser", "robot", 18, 20, 1, 90, 17, 20)
    assert CAUSE.judge(with_parts(world, always)).verdict is Verdict.OPEN


def test_one_client_that_fails_by_turns_while_no_other_ever_does_is_supported(world: World) -> None:
    one, service = world.part("client", "library", 16, 57, (0, 253)), world.part("client", "portal", 0, 253, (16, 57))
    assert CAUSE.judge(with_parts(world, one, service)).verdict is Verdict.SUPPORTED
    few = world.part("client", "library", 5, 19, (0, 21))
    assert CAUSE.judge(with_parts(world, few)).verdict is not Verdict.SUPPORTED
    most = world.part("client", "portal", 60, 253, (0, 57))
    assert CAUSE.judge(with_parts(world, most)).verdict is not Verdict.SUPPORTED


def test_one_client_alone_cannot_be_compared(world: World) -> None:
    hypothesis = CAUSE.judge(with_parts(world, world.part("client", "portal", 30, 60, (0, 0))))
    assert hypothesis.verdict is Verdict.NOT_TESTABLE


def test_a_part_that_most_people_are_of_and_that_fails_rarely_explains_less(world: World) -> None:
    detection = replace(world.detection(Signal.SESSION_REJECTIONS), within=(("browser", "chromium"),))
    parts = with_parts(world, world.part("browser", "chromium", 56, 1960, (1, 1484)))
    told = CAUSE.judge(replace(parts, detections=(detection,))).evidence
    assert [item.weight for item in told if item.test == "within"] == [1.0]


USUALLY = Stretch(1, 4, 0, 400, 60, 20, tried=54)
FILLED_IN = Stretch(
    *(0.5, 20, 3, 100, 30, 20),
    places=4,
    busiest_place=12,
    tried=60,
    browser="safari",
    browser_tried=24,
    browser_typed=18,
)


@pytest.mark.parametrize(
    ("now", "conclusion"),
    [
        (FILLED_IN, "client"),
        (replace(FILLED_IN, browser_typed=12, browser_tried=24), "database"),
        (replace(FILLED_IN, browser_tried=55), "database"),
    ],
    ids=["in one browser", "in all of them", "hardly any other came"],
)
def test_people_who_mistype_in_one_browser_alone_have_it_filled_in(world: World, now: Stretch, conclusion: str) -> None:
    observed = replace(
        world.healthy(),
        during=world.now_as_usual(sign_ins=40, typed=20),
        visitors=Visitors(USUALLY, now),
        detections=(world.detection(Signal.SIGN_IN_FAILURES),),
    )
    assert differential(observed, world.now).conclusion == conclusion
