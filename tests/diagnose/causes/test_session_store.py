"""Session store: what its examination, what it held before, and the sessions refused say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.session_store import CAUSE
from doorward.diagnose.examined import CodeExamined, Examination, NotExamined, ProcessExamined, StoreExamined
from doorward.diagnose.nodes import Node
from doorward.diagnose.observations import Observations
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
WELL = StoreExamined("auth", True, 0.4, "", 1_500_000, 3_000_000, "noeviction", 0, 500, 86_400.0, True, 2, 1)


def observed(world: World, store: StoreExamined, before: StoreExamined | None = WELL) -> Observations:
    """Auth keeps its sessions in Redis, as it did while all was well."""
    healthy = world.healthy()
    kept = tuple(r for r in healthy.examinations if not (isinstance(r, NotExamined) and r.component == "auth"))
    return replace(healthy, examinations=(*kept, store), before=(before,) if before else ())


def test_a_store_with_room_that_answers_is_ruled_out_with_its_figures(world: World) -> None:
    hypothesis = CAUSE.judge(observed(world, WELL))
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "500 keys held" in hypothesis.reason


def test_sessions_in_the_database_and_no_lost_ones_rule_it_out(world: World) -> None:
    assert CAUSE.judge(world.healthy()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (StoreExamined("auth", False, 1000.0, "timed out"), "timed out"),
        (replace(WELL, writable=False), "no writes"),
        (replace(WELL, policy="allkeys-lru", evicted=40), "dropped 40 keys since all was well"),
        (replace(WELL, memory_used=2_990_000), "2990000 of 3000000 bytes"),
        (replace(WELL, sessions=3), "holds 3 keys, and held 500"),
        (replace(WELL, refused=40), "refused 38 commands since all was well"),
    ],
)
def test_one_sick_store_is_supported(world: World, store: StoreExamined, said: str) -> None:
    hypothesis = CAUSE.judge(observed(world, store))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert (hypothesis.component, hypothesis.remedy) == ("auth", None)
    assert said in hypothesis.reason


def test_one_that_began_anew_needs_lost_sessions_to_be_supported(world: World) -> None:
    young = observed(world, replace(WELL, uptime_s=20.0))
    assert CAUSE.judge(young).verdict is Verdict.OPEN
    lost = replace(young, during=world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 40}))
    assert CAUSE.judge(lost).verdict is Verdict.SUPPORTED


def test_what_a_store_dropped_long_ago_says_nothing_of_now(world: World) -> None:
    cache = replace(WELL, policy="allkeys-lru", evicted=40)
    assert CAUSE.judge(observed(world, cache, cache)).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(observed(world, cache, None)).verdict is Verdict.OPEN


def test_a_store_that_could_not_be_examined_is_not_ruled_out(world: World) -> None:
    unseen = NotExamined(Examination.STORE, "auth", "only redis:// stores are asked")
    hypothesis = CAUSE.judge(replace(world.healthy(), examinations=(*world.healthy().examinations, unseen)))
    assert hypothesis.verdict is Verdict.NOT_TESTABLE
    assert "redis://" in hypothesis.reason


def test_lost_sessions_without_a_store_to_look_at_are_not_ruled_out(world: World) -> None:
    lost = replace(world.healthy(), during=world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 40}))
    assert CAUSE.judge(lost).verdict is Verdict.NOT_TESTABLE


def test_clients_that_wait_are_not_ruled_out_by_an_answer_to_ping(world: World) -> None:
    hypothesis = CAUSE.judge(observed(world, replace(WELL, blocked=4)))
    assert hypothesis.verdict is Verdict.OPEN
    assert "3 more clients wait" in " ".join(one.seen for one in hypothesis.evidence)


def test_lost_sessions_are_not_ruled_out_by_an_answer_to_ping(world: World) -> None:
    lost = {(Kind.SESSION, Reason.SESSION_UNKNOWN): 40}
    spoiled = replace(observed(world, WELL), during=world.now_as_usual(failures=lost))
    assert CAUSE.judge(spoiled).verdict is Verdict.OPEN


def test_sessions_that_do_not_read_any_more_are_told_where_nothing_else_changed(world: World) -> None:
    lost = {(Kind.SESSION, Reason.SESSION_UNKNOWN): 15}
    during = world.now_as_usual(failures=lost, sign_ins=24, exceptions=(("UnpicklingError", 6),))
    healthy = replace(observed(world, WELL), detections=(world.detection(Signal.SESSION_REJECTIONS),), during=during)
    stood = tuple(result for result in world.healthy().before if not isinstance(result, NotExamined))
    untouched = replace(healthy, before=(WELL, *stood))
    hypothesis = CAUSE.judge(untouched)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "6 × UnpicklingError" in hypothesis.reason
    assert CAUSE.judge(replace(untouched, suspects=(world.suspect(),))).verdict is Verdict.OPEN


def test_an_address_that_leads_to_two_servers_settles_it_unless_it_always_did(world: World) -> None:
    split = replace(WELL, servers=2)
    assert CAUSE.judge(observed(world, split)).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(observed(world, split, split)).verdict is Verdict.RULED_OUT


def test_sessions_that_are_gone_raise_nothing_and_no_exception_says_nothing(world: World) -> None:
    lost = replace(
        observed(world, WELL),
        during=world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 14}),
        before=(*world.healthy().before, WELL),
        detections=(world.detection(Signal.SESSION_REJECTIONS),),
    )
    hypothesis = CAUSE.judge(lost)
    assert not [item for item in hypothesis.evidence if item.test == "log" and item.weight]
    assert hypothesis.score == 2.0


def test_a_store_that_new_code_took_all_connections_of_is_not_to_blame(world: World) -> None:
    refusing = StoreExamined("auth", False, 4.0, "-ERR max number of clients reached")
    process, code = (
        next(one for one in world.well("auth") if type(one) is kind) for kind in (ProcessExamined, CodeExamined)
    )
    used_up = observed(world, refusing)
    used_up = replace(used_up, before=(*used_up.before, process, code))
    used_up = world.instead(used_up, replace(process, open_files=52))
    assert CAUSE.judge(used_up).verdict is Verdict.SUPPORTED
    new_code = world.instead(used_up, replace(code, newest="middleware.py"))
    assert CAUSE.judge(new_code).verdict is not Verdict.SUPPORTED
    few = world.instead(new_code, process)
    assert CAUSE.judge(few).verdict is Verdict.SUPPORTED


def test_nodes_that_refuse_each_others_sessions_may_each_have_a_store_of_its_own(world: World) -> None:
    unknown = world.now_as_usual(failures={(Kind.SESSION, Reason.SESSION_UNKNOWN): 18})
    kept = replace(observed(world, WELL), before=(*world.healthy().before, WELL), during=unknown)
    lost = replace(kept, detections=(world.detection(Signal.SESSION_REJECTIONS),))
    assert "sign-ins" in {item.test for item in CAUSE.judge(lost).evidence if item.weight}
    nodes = tuple(Node("auth", digest, world.onset, 20, 9, crossed=3) for digest in ("first", "second"))
    of_nodes = CAUSE.judge(replace(lost, nodes=nodes))
    assert "sign-ins" not in {item.test for item in of_nodes.evidence if item.weight}
