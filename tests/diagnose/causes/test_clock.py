"""Clock: the Date of each component and the times in its log, against ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.clock import CAUSE
from doorward.diagnose.examined import LivenessExamined
from doorward.model.diagnosis import Verdict
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py


def dated(ahead_s: float | None, ms: float = 4.0) -> LivenessExamined:
    """Auth's answer with a clock of its own."""
    return LivenessExamined("auth", 200, ms, "", ahead_s)


def test_dates_that_agree_rule_it_out(world: World) -> None:
    assert CAUSE.judge(world.healthy()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize("ahead_s", [3600.0, -3600.0, 45.0, -31.0])
def test_a_date_far_from_ours_is_supported_and_names_the_component(world: World, ahead_s: float) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), dated(ahead_s)))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert ("ahead of" if ahead_s > 0 else "behind") in hypothesis.reason


def test_some_seconds_need_refused_tokens_to_be_supported(world: World) -> None:
    off = world.instead(world.healthy(), dated(12.0))
    assert CAUSE.judge(off).verdict is Verdict.OPEN
    refused = replace(off, during=world.now_as_usual(failures={(Kind.TOKEN, Reason.TOKEN_REFUSED): 12}))
    assert CAUSE.judge(refused).verdict is Verdict.SUPPORTED


def test_what_a_slow_answer_took_is_no_difference_of_clocks(world: World) -> None:
    assert CAUSE.judge(world.instead(world.healthy(), dated(6.0, ms=1300.0))).verdict is Verdict.RULED_OUT


def test_a_log_of_the_future_speaks_for_it(world: World) -> None:
    observed = replace(world.instead(world.healthy(), dated(None)), logs_ahead_s=(("auth", 3600.0),))
    told = [item for item in CAUSE.judge(observed).evidence if item.test == "log"]
    assert [item.component for item in told] == ["auth"]


def test_without_any_date_it_cannot_be_tested(world: World) -> None:
    silent = world.instead(world.healthy(), dated(None), replace(dated(None), component="portal"))
    assert CAUSE.judge(silent).verdict is Verdict.NOT_TESTABLE


def test_refused_tokens_alone_say_nothing_of_clocks(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.TOKEN, Reason.TOKEN_REFUSED): 40})
    assert CAUSE.judge(replace(world.healthy(), during=during)).verdict is Verdict.RULED_OUT
