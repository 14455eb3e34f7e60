"""Network: the component's address against its control target, and whether people arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.network import CAUSE
from doorward.diagnose.examined import ConnectionExamined, Reach
from doorward.model.diagnosis import Verdict
from doorward.model.journey import ProbeOutcome

World = Any  # the builders of conftest.py


def connection(reach: Reach, control: Reach | None = Reach.CONNECTED, ms: float = 1.0) -> ConnectionExamined:
    """The provider's address, always ending the same way."""
    return ConnectionExamined("auth", "10.0.0.5:443", (reach,) * 3, ms, 0.5, control)


def test_addresses_that_connect_rule_it_out(world: World) -> None:
    assert CAUSE.judge(world.healthy()).verdict is Verdict.RULED_OUT


def test_a_refusal_shows_that_the_way_there_works(world: World) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), connection(Reach.REFUSED)))
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "the way there works" in hypothesis.reason


@pytest.mark.parametrize("reach", [Reach.TIMED_OUT, Reach.UNREACHABLE, Reach.UNRESOLVED])
def test_no_way_there_while_the_control_target_answers_is_supported(world: World, reach: Reach) -> None:
    observed = replace(world.instead(world.healthy(), connection(reach)), during=world.now_as_usual(requests=10))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert hypothesis.component == "auth"


def test_people_who_arrive_all_the_same_keep_it_open(world: World) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), connection(Reach.TIMED_OUT)))
    assert hypothesis.verdict is Verdict.OPEN


def test_when_the_control_target_fails_too_our_own_network_is_blamed_and_nothing_said(world: World) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), connection(Reach.UNREACHABLE, Reach.UNREACHABLE)))
    assert hypothesis.verdict is Verdict.NOT_TESTABLE
    assert "our own network" in hypothesis.reason


def test_a_blind_probe_makes_it_not_testable(world: World) -> None:
    observed = replace(world.healthy(), probes=(world.probe(ProbeOutcome.BLIND, "no-network"),))
    assert CAUSE.judge(observed).verdict is Verdict.NOT_TESTABLE


def test_without_a_control_target_no_answer_at_all_is_supported(world: World) -> None:
    observed = world.instead(world.healthy(), connection(Reach.TIMED_OUT, None))
    assert CAUSE.judge(replace(observed, during=None)).verdict is Verdict.SUPPORTED


def test_slow_connections_do_not_settle_it(world: World) -> None:
    observed = world.instead(world.healthy(), connection(Reach.CONNECTED, ms=900.0))
    assert CAUSE.judge(observed).verdict is Verdict.OPEN


def test_fewer_requests_alone_say_nothing(world: World) -> None:
    observed = replace(world.healthy(), during=world.now_as_usual(requests=10))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT
