"""Deploy: new code, restarts, new exceptions and ripples, near the onset or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.causes.deploy import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examined import CodeExamined, DatabaseExamined, ProcessExamined, SchemaExamined
from doorward.diagnose.observations import Observations, Restart
from doorward.diagnose.visitors import Stretch, Visitors
from doorward.model.detection import Looks, Signal
from doorward.model.diagnosis import Verdict
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py


def failing(world: World, **changes: object) -> Observations:
    """Error pages, and what is behind them is up to the changes."""
    during = world.now_as_usual(
        failures={(Kind.REQUEST, Reason.SERVER_ERROR): 40}, exceptions=(("AttributeError", 40),)
    )
    detections = (world.detection(Signal.SERVER_ERRORS, "server-error"),)
    return replace(world.healthy(), detections=detections, during=during, **changes)


def code(world: World, before_onset_s: float) -> CodeExamined:
    """Auth's code, so many seconds old at the onset."""
    at = world.onset - timedelta(seconds=before_onset_s)
    return CodeExamined("auth", at, "views.py", 120, "fedcba987654")


def test_code_of_long_before_rules_it_out_whatever_the_log_says(world: World) -> None:
    hypothesis = CAUSE.judge(failing(world))
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "those of before" in hypothesis.reason


@pytest.mark.parametrize("before_onset_s", [5, 300, -10])
def test_new_code_and_new_exceptions_are_supported(world: World, before_onset_s: float) -> None:
    observed = world.instead(failing(world), code(world, before_onset_s))
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert hypothesis.explains == ("server",)
    assert any("0123456789ab → fedcba987654" in item.seen for item in hypothesis.evidence)


def test_new_code_after_which_nothing_new_is_thrown_is_only_a_coincidence(world: World) -> None:
    quiet = replace(failing(world), during=world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 40}))
    assert CAUSE.judge(world.instead(quiet, code(world, 5))).verdict is Verdict.OPEN


def test_code_that_came_after_the_onset_is_not_blamed(world: World) -> None:
    assert CAUSE.judge(world.instead(failing(world), code(world, -90))).verdict is not Verdict.SUPPORTED
    assert CAUSE.judge(world.instead(failing(world), code(world, -400))).score < 0


def without_code(observed: Observations) -> Observations:
    """The same where no component names its code."""
    kept = tuple(r for r in observed.examinations if not isinstance(r, CodeExamined))
    return replace(observed, examinations=kept)


def test_where_no_code_is_named_a_restart_under_the_same_settings_is_its_mark(world: World) -> None:
    restarted = Restart("auth", world.onset - timedelta(seconds=3), changed=False)
    observed = without_code(failing(world, restarts=(restarted,)))
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    reconfigured = replace(observed, restarts=(replace(restarted, changed=True),))
    assert CAUSE.judge(reconfigured).verdict is not Verdict.SUPPORTED
    assert CAUSE.judge(replace(observed, restarts=())).score == -2.0


def test_the_ripple_of_a_restart_is_a_deploys(world: World) -> None:
    ripple = replace(world.detection(Signal.SIGN_IN_FAILURES), looks=Looks.RIPPLE, evidence=("looks like the ripple",))
    restarted = Restart("auth", world.onset - timedelta(seconds=3), changed=False)
    observed = without_code(replace(world.healthy(), detections=(ripple,), restarts=(restarted,)))
    evidence = CAUSE.judge(observed).evidence
    assert [item.weight for item in evidence if item.test == "ripple"] == [2.0]


def test_without_code_restarts_and_processes_it_cannot_be_tested(world: World) -> None:
    blind = without_code(failing(world))
    kept = tuple(r for r in blind.examinations if not isinstance(r, ProcessExamined))
    assert CAUSE.judge(replace(blind, examinations=kept)).verdict is Verdict.NOT_TESTABLE


def test_new_code_that_asks_a_sound_database_for_what_it_lacks_explains_the_databases_signs(world: World) -> None:
    during = world.now_as_usual(
        failures={(Kind.REQUEST, Reason.SERVER_ERROR): 19}, exceptions=(("OperationalError", 19),)
    )
    observed = replace(world.instead(failing(world), code(world, 1)), during=during)
    assert differential(observed, world.now).conclusion == "deploy"
    dropped = world.instead(observed, SchemaExamined("auth", ("people.name",)))
    assert differential(dropped, world.now).conclusion == "database"
    elsewhere = SchemaExamined("portal", ("people.name",))
    assert differential(world.instead(observed, elsewhere), world.now).conclusion != "deploy"
    unlike_then = world.instead(observed, DatabaseExamined("auth", "sqlite", False, "disk I/O error"))
    assert differential(unlike_then, world.now).conclusion == "database"


def test_services_that_ask_one_another_far_more_often_since_the_code_is_new_speak_for_it(world: World) -> None:
    usual = Stretch(1, 4, 0, 400, 60, 20, requests=600, nobodys=100, services=90)
    visitors = Visitors(usual, Stretch(1 / 3, 1, 0, 100, 30, 20, requests=2500, nobodys=2450, services=2400))
    quiet = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), visitors=visitors)
    assert CAUSE.judge(quiet).verdict is Verdict.RULED_OUT
    hypothesis = CAUSE.judge(world.instead(quiet, code(world, 5)))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "answered 7200 times a minute, usually 90" in hypothesis.reason
