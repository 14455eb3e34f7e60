"""Attack: what was typed, from where, and how much, against the usual."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.attack import CAUSE
from doorward.model.diagnosis import Verdict
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py


def judged(world: World, **changes: object) -> Verdict:
    """The verdict on twenty seconds that differ so from the usual."""
    return CAUSE.judge(replace(world.healthy(), during=world.now_as_usual(**changes))).verdict


def test_the_usual_mistakes_from_the_usual_sources_rule_it_out(world: World) -> None:
    assert judged(world) is Verdict.RULED_OUT


@pytest.mark.parametrize("drill", ["network_binding", "gone_serializer"])
def test_failures_that_nobody_can_type_rule_it_out(world: World, drill: str) -> None:
    assert CAUSE.judge(getattr(world, drill)()).verdict is Verdict.RULED_OUT


def test_a_crowded_network_that_fails_as_one_source_is_no_attacker(world: World) -> None:
    failures = {(Kind.SESSION, Reason.NETWORK_CHANGED): 30}
    assert judged(world, failures=failures, sign_ins=40, typed=3, top=0.9) is Verdict.RULED_OUT


@pytest.mark.parametrize(
    "changes",
    [
        {"sign_ins": 400, "typed": 380, "unknown": 150, "sources": 20, "top": 0.4},
        {"sign_ins": 400, "typed": 380, "sources": 420, "top": 0.05},
        {"sign_ins": 400, "typed": 380, "sources": 21, "top": 0.95},
    ],
)
def test_guessing_shows_by_names_that_do_not_exist_or_by_its_sources(world: World, changes: dict[str, object]) -> None:
    assert judged(world, **changes) is Verdict.SUPPORTED


def test_refused_passwords_from_the_usual_sources_may_be_a_fault_and_stay_open(world: World) -> None:
    assert judged(world, sign_ins=60, typed=55) is Verdict.OPEN


def test_very_many_requests_of_the_usual_people_are_a_flood(world: World) -> None:
    hypothesis = CAUSE.judge(replace(world.healthy(), during=world.now_as_usual(requests=9000)))
    assert any(item.test == "flood" and item.weight == 4.0 for item in hypothesis.evidence)
    assert hypothesis.verdict is not Verdict.RULED_OUT


def test_without_counts_or_with_a_silent_log_it_is_not_testable(world: World) -> None:
    silent = replace(world.now_as_usual(), events=0, counts=())
    for observed in (replace(world.healthy(), usual=None), replace(world.healthy(), during=silent)):
        assert CAUSE.judge(observed).verdict is Verdict.NOT_TESTABLE
