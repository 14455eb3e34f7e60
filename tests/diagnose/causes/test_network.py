"""Network: the component's address against its control target, and whether people arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from doorward.diagnose.causes import server
from doorward.diagnose.causes.network import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examinations.fetch import CUT_OFF
from doorward.diagnose.examined import (
    ConnectionExamined,
    IssuerExamined,
    LivenessExamined,
    NamesExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.examined_process import FrontExamined, HeldExamined
from doorward.diagnose.observations import Observations, Restart
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict
from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


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


def behind_a_proxy(world: World, own_status: int | None, at_the_front: LivenessExamined) -> Observations:
    """Auth listens at a port of its own behind a proxy that accepts connections."""
    own = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, 0, "127.0.0.1:9001", own_status)
    stood = tuple(r for r in world.healthy().before if not isinstance(r, ProcessExamined))
    return replace(world.instead(world.healthy(), own, at_the_front), before=(own, *stood))


@pytest.mark.parametrize("status", [None, 502, 504])
def test_a_process_that_answers_itself_but_not_at_its_address_is_cut_off(world: World, status: int | None) -> None:
    front = LivenessExamined("auth", status, 1300.0, "" if status else "no answer within 1.3 s")
    observed = replace(behind_a_proxy(world, 200, front), during=world.now_as_usual(requests=60))
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "it answers at 127.0.0.1:9001" in hypothesis.reason
    assert server.CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_process_that_listens_elsewhere_than_before_is_no_matter_of_the_way(world: World) -> None:
    front = LivenessExamined("auth", None, 2.0, "no connection")
    observed = replace(behind_a_proxy(world, 200, front), before=world.healthy().before)
    assert not any(item.test == "way" for item in CAUSE.judge(observed).evidence)
    assert server.CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_process_that_answers_nowhere_is_no_matter_of_the_way(world: World) -> None:
    front = LivenessExamined("auth", None, 1300.0, "no answer within 1.3 s")
    assert CAUSE.judge(behind_a_proxy(world, None, front)).verdict is Verdict.RULED_OUT


def test_a_component_that_cannot_reach_another_which_answers_us_speaks_for_it(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 12}, requests=60)
    hypothesis = CAUSE.judge(replace(world.healthy(), during=during))
    assert [item.weight for item in hypothesis.evidence if item.test == "between"] == [2.0]
    assert hypothesis.verdict is Verdict.OPEN


def test_an_answer_that_is_cut_off_speaks_for_it(world: World) -> None:
    cut = IssuerExamined("auth", "http://127.0.0.1:8001/o", None, 9.0, f"the discovery document: {CUT_OFF}")
    hypothesis = CAUSE.judge(replace(world.instead(world.healthy(), cut), during=None))
    assert [item.weight for item in hypothesis.evidence if item.test == "large"] == [2.0]


@pytest.mark.parametrize(("known", "weight"), [(True, 4.0), (False, 2.0)])
def test_a_name_that_is_lost_speaks_for_it_more_so_if_it_was_known(world: World, known: bool, weight: float) -> None:
    lost = NamesExamined("auth", (("id.example.org", 0),), 3.0)
    before = (NamesExamined("auth", (("id.example.org", 2),), 3.0),) if known else ()
    observed = replace(world.healthy(), examinations=(*world.healthy().examinations, lost), before=before)
    evidence = CAUSE.judge(observed).evidence
    assert [item.weight for item in evidence if item.test == "names"] == [weight]


@pytest.mark.parametrize(("still", "explains"), [(0, ("upstream",)), (1, ())])
def test_where_no_name_resolves_that_of_others_does_not_either(
    world: World, still: int, explains: tuple[str, ...]
) -> None:
    now = NamesExamined("auth", (("id.example.org", 0), ("school.example", still)), 3.0)
    before = (NamesExamined("auth", (("id.example.org", 2), ("school.example", 1)), 3.0),)
    observed = replace(world.healthy(), examinations=(*world.healthy().examinations, now), before=before)
    assert CAUSE.judge(observed).explains == explains


@pytest.mark.parametrize(
    ("office", "cloud", "supported"),
    [("passed", "unreachable", True), ("unreachable", "unreachable", False), ("passed", "failed", False)],
)
def test_a_probe_that_reaches_the_service_from_one_place_and_not_from_another_blames_the_way(
    world: World, office: str, cloud: str, supported: bool
) -> None:
    healthy = world.healthy()
    probes = tuple(
        ProbeResult("sign-in", NOW, ProbeOutcome(outcome), "timeout", "", (), vantage=vantage)
        for vantage, outcome in (("office", office), ("cloud", cloud))
    )
    hypothesis = CAUSE.judge(replace(healthy, probes=probes))
    assert (hypothesis.verdict is Verdict.SUPPORTED) == supported
    assert ("probe sign-in from cloud: timeout" in hypothesis.reason) == supported


def test_a_process_that_answers_itself_at_once_and_late_at_its_address_has_a_narrow_way(world: World) -> None:
    front = LivenessExamined("auth", 200, 1200.0)
    observed = behind_a_proxy(world, 200, front)
    own = replace(next(r for r in observed.of(ProcessExamined) if r.own_place), own_ms=3.0)
    hypothesis = CAUSE.judge(world.instead(observed, own))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "at once; where people ask, in 1200 ms" in hypothesis.reason
    assert server.CAUSE.judge(world.instead(observed, own)).score < 0
    as_late = world.instead(observed, replace(own, own_ms=1100.0))
    assert CAUSE.judge(as_late).verdict is Verdict.RULED_OUT


def test_a_provider_that_others_keep_or_that_is_swamped_says_nothing_of_the_way(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 12}, requests=60)
    observed = replace(world.healthy(), during=during)
    theirs = [replace(i, issuer="https://id.example.org/o") for i in observed.of(IssuerExamined)]
    late = [replace(one, ms=900.0) for one in observed.of(LivenessExamined)]
    swamped = [*late, *(replace(p, open_files=90) for p in observed.of(ProcessExamined))]
    for results in (theirs, swamped):
        evidence = CAUSE.judge(world.instead(observed, *results)).evidence
        assert "between" not in {item.test for item in evidence}


def test_a_component_that_was_started_anew_and_cannot_reach_another_may_have_another_fault(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 12}, requests=60)
    failing = replace(world.healthy(), during=during, detections=(world.detection(Signal.SIGN_IN_FAILURES),))
    anew = replace(failing, restarts=(Restart("portal", world.onset, changed=False),))
    assert differential(failing, world.now).conclusion == "network"
    assert differential(anew, world.now).conclusion == "cannot-tell"


def test_workers_that_were_replaced_a_moment_ago_failed_whom_they_had_in_hand(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 12}, requests=60)
    rolled = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, youngest_s=4.0, oldest_s=9.0)
    hypothesis = CAUSE.judge(world.instead(replace(world.healthy(), during=during), rolled))
    assert [item.weight for item in hypothesis.evidence if item.test == "between"] == [1.0]


def unanswered(world: World, held: HeldExamined, *reasons: str) -> Observations:
    """Trial sign-ins that ended so at the provider, and who waits there."""
    step = Step("sign-in", "POST", "http://127.0.0.1:8001/sign-in/", None, 4000.0)
    probes = tuple(replace(world.probe(ProbeOutcome.FAILED, reason), steps=(step,)) for reason in reasons)
    own = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, 0, "127.0.0.1:9001", 200)
    found = world.instead(world.healthy(), held, own)
    return replace(found, probes=probes, detections=(world.detection(Signal.PROBE_FAILURES),))


def test_what_gets_no_answer_while_nobody_waits_at_the_process_is_lost_on_the_way(world: World) -> None:
    idle = HeldExamined("auth", 9001, 3, 0, 0, 0)
    lost = unanswered(world, idle, "timeout", "timeout")
    assert CAUSE.judge(lost).verdict is Verdict.SUPPORTED
    assert differential(lost, world.now).conclusion == "network"
    for other in (
        unanswered(world, replace(idle, unanswered=2), "timeout", "timeout"),
        unanswered(world, idle, "timeout"),
        unanswered(world, idle, "timeout", "timeout", "http-500", "http-500"),
        world.instead(lost, LivenessExamined("auth", 200, 2500.0)),
    ):
        assert not [item for item in CAUSE.judge(other).evidence if item.test == "swallowed"]


@pytest.mark.parametrize(
    ("before", "now", "supported"),
    [((), ("/: 403",), True), (("/: 403",), ("/: 403",), False), (None, ("/: 403",), False), ((), (), False)],
    ids=["altered since", "altered as ever", "unknown before", "not altered"],
)
def test_what_stands_before_a_process_is_blamed_for_what_it_alters_since(
    world: World, before: tuple[str, ...] | None, now: tuple[str, ...], supported: bool
) -> None:
    def front(altered: tuple[str, ...]) -> FrontExamined:
        return FrontExamined("auth", "127.0.0.1:9001", altered)

    earlier = () if before is None else (front(before),)
    healthy = world.healthy()
    observed = replace(healthy, examinations=(*healthy.examinations, front(now)), before=earlier)
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict is Verdict.SUPPORTED) == supported
    assert ("itself, at 127.0.0.1:9001, says otherwise: /: 403" in hypothesis.reason) == supported
