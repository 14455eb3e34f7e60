"""Attack: what was typed, from where, and how much, against the usual."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.attack import CAUSE
from doorward.diagnose.causes.session_store import CAUSE as SESSION_STORE
from doorward.diagnose.conclusion import ATTACK_AFTER, differential
from doorward.diagnose.examined import ExaminationResult, LivenessExamined, ProcessExamined, StoreExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.observations import Restart
from doorward.diagnose.visitors import Stretch, Visitors
from doorward.model.detection import Looks, Signal
from doorward.model.diagnosis import CANNOT_TELL, Leaning, Verdict
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


def test_a_spray_from_many_networks_in_ten_seconds_is_told_while_people_sign_in_as_before(world: World) -> None:
    """Measured on the school: 44 networks in ten seconds, and 45 in the minute before."""
    usual = world.statistics(sign_ins=85, typed=5, people=79, sources=45)
    during = world.statistics(seconds=10, sign_ins=39, typed=27, people=38, requests=156, sources=44, top=0.1)
    hypothesis = CAUSE.judge(replace(world.healthy(), usual=usual, during=during))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert {item.test for item in hypothesis.evidence if item.weight == 2.0} >= {"typed", "meanwhile", "sources"}


def test_passwords_that_nobody_gets_accepted_are_no_attack_by_themselves(world: World) -> None:
    during = world.now_as_usual(sign_ins=24, typed=24, people=24)
    hypothesis = CAUSE.judge(replace(world.healthy(), during=during))
    assert not [item for item in hypothesis.evidence if item.test == "meanwhile" and item.leaning is Leaning.FOR]
    assert hypothesis.verdict is not Verdict.SUPPORTED


def test_what_the_watch_calls_an_attack_speaks_for_it(world: World) -> None:
    seen = replace(world.detection(Signal.SIGN_IN_FAILURES), looks=Looks.ATTACK, evidence=("looks like an attack",))
    evidence = CAUSE.judge(replace(world.healthy(), detections=(seen,))).evidence
    assert [(item.weight, item.seen) for item in evidence if item.test == "looks"] == [(2.0, "looks like an attack")]


def test_far_more_refused_tokens_than_people_who_were_let_in_are_made_up(world: World) -> None:
    refused = {(Kind.TOKEN, Reason.TOKEN_REFUSED): 100}
    usual = world.statistics(failures={(Kind.TOKEN, Reason.TOKEN_REFUSED): 60})
    observed = replace(world.healthy(), usual=usual, during=world.now_as_usual(failures=refused, sign_ins=8, typed=1))
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    assert "100 tokens are refused" in CAUSE.judge(observed).reason


def test_one_refused_token_for_each_who_was_let_in_is_a_clients_and_no_attack(world: World) -> None:
    assert judged(world, failures={(Kind.TOKEN, Reason.TOKEN_REFUSED): 22}, sign_ins=20) is Verdict.RULED_OUT


def test_answers_to_sign_ins_that_nobody_began_are_made_up_while_people_sign_in_as_before(world: World) -> None:
    lost = {(Kind.SIGN_IN, Reason.STATE_MISMATCH): 100}
    assert judged(world, failures=lost, sign_ins=120) is Verdict.SUPPORTED
    assert judged(world, failures=lost, sign_ins=103) is Verdict.RULED_OUT


def test_who_guesses_keeps_nobody_else_out_unless_accounts_are_locked_by_it(world: World) -> None:
    guesses = {"sign_ins": 62, "typed": 61, "sources": 80, "top": 0.05}
    assert judged(world, **guesses) is not Verdict.SUPPORTED
    assert judged(world, **guesses, failures={(Kind.SIGN_IN, Reason.LOCKED_OUT): 5}) is Verdict.SUPPORTED


def test_guesses_that_come_slowly_from_everywhere_are_told_when_nothing_else_is_left(world: World) -> None:
    seen = replace(world.detection(Signal.SIGN_IN_FAILURES), looks=Looks.ATTACK, evidence=("looks like an attack",))
    during = world.now_as_usual(sign_ins=30, typed=11, sources=22)
    observed = replace(world.healthy(), detections=(seen,), during=during)
    assert differential(observed, world.now).conclusion == "attack"
    assert differential(replace(observed, suspects=(world.suspect(),)), world.now).conclusion != "attack"


def test_requests_that_never_end_and_hold_connections_settle_it_whatever_else_is_counted(world: World) -> None:
    silent = LivenessExamined("auth", None, 1300.0, "no answer within 1.3 s")
    held = HeldExamined("auth", 8001, 60, 50, 48, 12)
    observed = replace(world.healthy(), during=None, examinations=(held, silent))
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")


@pytest.mark.parametrize(
    "examinations",
    [
        (HeldExamined("auth", 8001, 60, 50, 3, 12),),
        (
            HeldExamined("auth", 8001, 60, 50, 48, 12),
            LivenessExamined("auth", 200, 3000.0),
            ProcessExamined("auth", 100, True, own_place="127.0.0.1:8001", own_status=200, own_ms=4.0),
        ),
        (HeldExamined("auth", 8001, 60, 50, 48, 12), LivenessExamined("auth", 200, 4.0)),
    ],
    ids=["a few", "a slow way, and the process is quick", "it answers all the same"],
)
def test_people_on_a_slow_way_hold_nobody(world: World, examinations: tuple[ExaminationResult, ...]) -> None:
    assert CAUSE.judge(replace(world.healthy(), examinations=examinations)).verdict is Verdict.RULED_OUT


def test_slow_guesses_from_where_nobody_gets_in_are_told_while_people_sign_in_as_before(world: World) -> None:
    during = world.now_as_usual(sign_ins=46, typed=18, sources=36, top=0.3)
    usual, guesses = Stretch(1, 4, 1, 400, 60, 9), Stretch(1 / 3, 18, 17, 130, 30, 9)
    observed = replace(world.healthy(), during=during, visitors=Visitors(usual, guesses))
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    known = replace(observed, visitors=Visitors(usual, Stretch(1 / 3, 18, 4, 130, 30, 9)))
    assert CAUSE.judge(known).verdict is not Verdict.SUPPORTED
    at_home = replace(observed, visitors=Visitors(Stretch(5, 40, 30, 400, 60, 9), guesses))
    assert CAUSE.judge(at_home).verdict is not Verdict.SUPPORTED


def test_pages_for_people_who_are_signed_in_are_no_flood(world: World) -> None:
    reloads = Visitors(Stretch(1, 4, 0, 500, 60, 20), Stretch(1 / 3, 1, 0, 2700, 40, 200))
    observed = replace(world.healthy(), during=world.now_as_usual(requests=3000), visitors=reloads)
    assert not any(item.test == "flood" and item.leaning is Leaning.FOR for item in CAUSE.judge(observed).evidence)


def test_an_attack_is_concluded_only_when_what_it_may_hide_had_time_to_show(world: World) -> None:
    during = world.now_as_usual(sign_ins=400, typed=380, sources=420, top=0.05)
    seen = replace(world.detection(Signal.SIGN_IN_FAILURES), looks=Looks.ATTACK, evidence=("looks like an attack",))
    observed = replace(world.healthy(), detections=(seen,), during=during)
    early = differential(observed, world.onset + ATTACK_AFTER / 2)
    assert early.conclusion == CANNOT_TELL
    assert "looks like a cyberattack" in early.reason
    assert differential(observed, world.onset + ATTACK_AFTER).conclusion == "attack"


def test_what_was_started_since_is_given_its_time_before_guesses_are_blamed(world: World) -> None:
    later = world.onset + ATTACK_AFTER
    observed = replace(
        world.healthy(),
        during=world.now_as_usual(sign_ins=400, typed=380, sources=420, top=0.05),
        detections=(world.detection(Signal.SIGN_IN_FAILURES),),
    )
    assert differential(observed, later).conclusion == "attack"
    begun = replace(observed, restarts=(Restart("portal", later - ATTACK_AFTER / 2, changed=False),))
    assert differential(begun, later).conclusion == CANNOT_TELL
    assert differential(begun, later + ATTACK_AFTER).conclusion == "attack"


FEW = Stretch(1, 4, 0, 400, 60, 20, requests=600, nobodys=100, sources=45, signing=40)
FLOOD = Stretch(1 / 3, 1, 0, 100, 30, 20, requests=900, nobodys=750, sources=400, signing=10)
LATE = LivenessExamined("auth", None, 1300.0, "no answer within 1.3 s")


@pytest.mark.parametrize(
    ("now", "result", "is_flood"),
    [
        (FLOOD, LATE, True),
        (FLOOD, LivenessExamined("auth", 200, 20.0), False),
        (replace(FLOOD, signing=100), LATE, False),
        (replace(FLOOD, nobodys=150), LATE, False),
        (replace(FLOOD, services=700), LATE, False),
        (replace(FLOOD, documents=700), LATE, False),
    ],
    ids=["a flood", "that hurts nobody", "a crowd", "hardly more", "services of ours", "documents for applications"],
)
def test_as_many_requests_from_where_nobody_gets_in_as_are_usual_in_all_are_a_flood(
    world: World, now: Stretch, result: LivenessExamined, is_flood: bool
) -> None:
    observed = replace(world.instead(world.healthy(), result), visitors=Visitors(FEW, now))
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict is Verdict.SUPPORTED) is is_flood
    assert ("server" in hypothesis.explains) is is_flood


def test_requests_of_services_that_have_always_asked_are_no_flood(world: World) -> None:
    observed = replace(world.healthy(), during=world.now_as_usual(requests=9000))
    services = replace(FLOOD, requests=9000, nobodys=8800, services=8700)
    for now, leaning in ((services, Leaning.NEUTRAL), (replace(services, services=100), Leaning.FOR)):
        told = CAUSE.judge(replace(observed, visitors=Visitors(FEW, now))).evidence
        assert next(item.leaning for item in told if item.test == "flood") is leaning


@pytest.mark.parametrize(("unread", "is_attack"), [(28, True), (12, False)])
def test_forms_that_nobody_was_given_are_an_attack_and_no_browsers_fault(
    world: World, unread: int, is_attack: bool
) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.CSRF): 29})
    observed = replace(
        world.healthy(), during=during, visitors=Visitors(FEW, Stretch(1 / 3, 1, 0, 10, 9, 4, forms=29, unread=unread))
    )
    hypothesis = CAUSE.judge(observed)
    assert (hypothesis.verdict is Verdict.SUPPORTED) is is_attack
    assert ("client" in hypothesis.explains) is is_attack


AT_HOME = Stretch(1 / 3, 30, 4, 100, 30, 20, places=12, busiest_place=8)


@pytest.mark.parametrize(
    ("now", "is_at_home"),
    [
        (AT_HOME, True),
        (replace(AT_HOME, strange=20, forgotten=3), True),
        (replace(AT_HOME, strange=28), False),
        (replace(AT_HOME, places=3, busiest_place=25), False),
        (replace(AT_HOME, places=3, busiest_place=21), True),
    ],
    ids=["everywhere", "known people", "strangers", "from one network", "most share one"],
)
def test_people_who_fail_where_they_always_got_in_are_not_guesses(world: World, now: Stretch, is_at_home: bool) -> None:
    during = world.now_as_usual(sign_ins=50, typed=35, unknown=30)
    observed = replace(
        world.healthy(),
        during=during,
        visitors=Visitors(FEW, now),
        detections=(world.detection(Signal.SIGN_IN_FAILURES),),
    )
    assert (CAUSE.judge(observed).score < 0) is is_at_home
    assert (differential(observed, world.now).conclusion == "database") is is_at_home


FORGED = Stretch(1 / 3, 1, 0, 100, 30, 20, refused=40, never_seen=38)


def test_sessions_from_where_nobody_gets_in_were_made_up_and_not_lost(world: World) -> None:
    store = StoreExamined("auth", True, 0.4, "", 1_500_000, 0, "noeviction", 0, 500, 86_400.0, True, 2, 1)
    unknown = world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 40})
    healthy = world.healthy()
    observed = replace(
        healthy,
        examinations=(*healthy.examinations, store),
        before=(*healthy.before, store),
        during=unknown,
        visitors=Visitors(FEW, FORGED),
        detections=(world.detection(Signal.SESSION_REJECTIONS),),
    )
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    assert SESSION_STORE.judge(observed).verdict is Verdict.RULED_OUT
    lost = replace(observed, visitors=Visitors(FEW, replace(FORGED, never_seen=8)))
    assert CAUSE.judge(lost).verdict is not Verdict.SUPPORTED
    assert SESSION_STORE.judge(lost).score > 0
