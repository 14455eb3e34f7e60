"""Upstream: what others keep, told apart from what is ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.upstream import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examined import (
    DirectoryExamined,
    Examination,
    ExaminationResult,
    IssuerExamined,
    NotExamined,
    TlsExamined,
    UpstreamExamined,
)
from doorward.diagnose.observations import Observations
from doorward.diagnose.visitors import Stretch, Visitors
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict
from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
GONE = UpstreamExamined("portal", "https://id.example.org:443", None, 1200.0, "no answer within 1.2 s")
WELL = UpstreamExamined("portal", "https://id.example.org:443", 200, 80.0)


def beside(world: World, *results: ExaminationResult) -> Observations:
    """A service in good health that needs these as well."""
    healthy = world.healthy()
    return replace(healthy, examinations=(*healthy.examinations, *results))


def provider_errors(world: World, observed: Observations) -> Observations:
    """Sign-ins fail for the provider's errors."""
    return replace(observed, during=world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 15}))


def test_where_every_provider_is_ours_it_is_ruled_out(world: World) -> None:
    hypothesis = CAUSE.judge(provider_errors(world, world.healthy()))
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "a component of ours" in hypothesis.reason


@pytest.mark.parametrize(
    "result",
    [
        GONE,
        replace(GONE, status=503, problem=""),
        replace(GONE, status=200, ms=2500.0, problem=""),
        IssuerExamined("portal", "https://id.example.org", None, 1200.0, "the discovery document: no answer"),
        DirectoryExamined("portal", "ldap.example.org:389", None, 1500.0, "no answer within 1.5 s"),
        DirectoryExamined("portal", "ldap.example.org:389", 52, 3.0),
    ],
)
def test_what_others_keep_and_does_not_answer_well_is_supported(world: World, result: ExaminationResult) -> None:
    hypothesis = CAUSE.judge(provider_errors(world, beside(world, result)))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "portal")


def test_what_others_keep_and_answers_is_ruled_out(world: World) -> None:
    refusing = DirectoryExamined("portal", "ldap.example.org:389", 48, 3.0)
    hypothesis = CAUSE.judge(beside(world, WELL, replace(WELL, status=403), refusing))
    assert hypothesis.verdict is Verdict.RULED_OUT


def test_a_provider_of_ours_that_is_gone_is_not_upstream(world: World) -> None:
    gone = IssuerExamined("portal", "http://127.0.0.1:8001/o", None, 2.0, "the discovery document: no connection")
    hypothesis = CAUSE.judge(provider_errors(world, world.instead(world.healthy(), gone)))
    assert hypothesis.verdict is Verdict.RULED_OUT


def test_the_people_of_one_provider_alone_speak_for_it(world: World) -> None:
    parts = (world.part("provider", "google", 14, 15, (1, 60)),)
    evidence = CAUSE.judge(replace(beside(world, WELL), parts=parts)).evidence
    assert [item.weight for item in evidence if item.test == "provider"] == [2.0]


def test_what_could_not_be_asked_is_not_ruled_out(world: World) -> None:
    unseen = NotExamined(Examination.UPSTREAM, "portal", "it did not end within 3 s")
    assert CAUSE.judge(beside(world, unseen)).verdict is Verdict.NOT_TESTABLE
    assert CAUSE.judge(Observations()).verdict is Verdict.NOT_TESTABLE


OTHERS = IssuerExamined("portal", "https://id.example.org", 200, 20.0, "", "https://id.example.org", ("k1",))


def ending(world: World, url: str) -> ProbeResult:
    """The trial sign-in ended so."""
    return replace(world.probe(ProbeOutcome.FAILED, "http-400"), steps=(Step("open", "GET", url, 400, 3.0),))


def test_a_trial_sign_in_that_ends_on_a_page_of_others_blames_them_if_we_changed_nothing(world: World) -> None:
    observed = replace(
        world.instead(world.healthy(), OTHERS),
        detections=(world.detection(Signal.PROBE_FAILURES),),
        probes=(ending(world, "https://id.example.org/authorize"),),
    )
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(replace(observed, suspects=(world.suspect(),))).verdict is Verdict.OPEN
    at_ours = replace(observed, probes=(ending(world, "http://127.0.0.1:8001/"),))
    assert CAUSE.judge(at_ours).verdict is Verdict.RULED_OUT


def test_an_address_of_theirs_that_answered_and_does_not_now_settles_it(world: World) -> None:
    then = replace(OTHERS, endpoints=(("token_endpoint", 405),))
    now = replace(OTHERS, endpoints=(("token_endpoint", 404),))
    observed = provider_errors(world, replace(world.instead(world.healthy(), now), before=(then,)))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "its token_endpoint answers HTTP 404, and HTTP 405 while all was well" in hypothesis.reason
    as_ever = provider_errors(world, replace(world.instead(world.healthy(), now), before=(now,)))
    assert CAUSE.judge(as_ever).verdict is Verdict.OPEN


def test_errors_of_a_provider_of_others_blame_it_when_we_changed_nothing_and_nothing_else_is_left(world: World) -> None:
    healthy = world.instead(world.healthy(), OTHERS, replace(OTHERS, component="auth"))
    observed = replace(provider_errors(world, healthy), detections=(world.detection(Signal.SIGN_IN_FAILURES),))
    assert differential(observed, world.now).conclusion == "upstream"
    changed = replace(observed, suspects=(world.suspect(),))
    assert differential(changed, world.now).conclusion != "upstream"


def test_a_certificate_of_theirs_that_ended_is_one_fault_and_not_two(world: World) -> None:
    ended = TlsExamined("portal", "id.example.org:443", "certificate has expired", world.onset, 30.0)
    observed = replace(
        beside(world, ended, OTHERS),
        detections=(world.detection(Signal.PROBE_FAILURES),),
        probes=(ending(world, "https://id.example.org/authorize"),),
    )
    assert differential(observed, world.now).conclusion == "key"


def test_exceptions_by_the_name_of_a_provider_blame_others_where_they_keep_it_and_not_our_rows(world: World) -> None:
    theirs = world.instead(world.healthy(), OTHERS, replace(OTHERS, component="auth"))
    raised = world.now_as_usual(failures={(Kind.REQUEST, Reason.SERVER_ERROR): 15}, exceptions=(("ProviderFault", 15),))
    observed = replace(theirs, during=raised, detections=(world.detection(Signal.SERVER_ERRORS),))
    assert differential(observed, world.now).conclusion == "upstream"
    other = replace(observed, during=replace(raised, exceptions=(("KeyError", 15),)))
    assert differential(other, world.now).conclusion == "upstream"
    ours = world.healthy().examinations
    assert differential(replace(observed, examinations=ours), world.now).conclusion == "cannot-tell"
    assert differential(replace(other, examinations=ours), world.now).conclusion == "database"


def test_people_who_do_not_come_back_from_others_speak_for_a_node_of_theirs(world: World) -> None:
    usual, now = Stretch(1.0, 0, 0, 300, 80, 9, requests=577, nobodys=12), Stretch(0.4, 0, 0, 40, 20, 5)
    observed = replace(
        world.instead(world.healthy(), OTHERS, replace(OTHERS, component="auth")),
        detections=(world.detection(Signal.SUPPORT_INQUIRIES),),
        visitors=Visitors(usual, replace(now, requests=200, nobodys=40)),
    )
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(replace(observed, suspects=(world.suspect(),))).verdict is not Verdict.SUPPORTED
    for other in (replace(now, requests=200, nobodys=8), replace(now, requests=600, nobodys=440)):
        as_ever = replace(observed, visitors=Visitors(usual, other))
        assert "strayed" not in {item.test for item in CAUSE.judge(as_ever).evidence}
    nobody = replace(observed, during=world.now_as_usual(sign_ins=0, typed=0))
    assert "strayed" not in {item.test for item in CAUSE.judge(nobody).evidence}
