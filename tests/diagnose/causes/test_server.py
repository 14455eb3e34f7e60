"""Server: each sign of a dead or starved process, judged on figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.causes.server import CAUSE
from doorward.diagnose.examined import (
    ConnectionExamined,
    Examination,
    ExaminationResult,
    HostExamined,
    KeyFile,
    KeysExamined,
    LivenessExamined,
    NotExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.examined_process import Bound, HeldExamined, SurroundingsExamined
from doorward.model.detection import Signal
from doorward.model.diagnosis import Leaning, Verdict

World = Any  # the builders of conftest.py


def test_a_service_in_good_health_is_ruled_out(world: World) -> None:
    assert CAUSE.judge(world.healthy()).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    "result",
    [
        ProcessExamined("auth", 100, False, "no process has its id"),
        ConnectionExamined("auth", "127.0.0.1:8001", (Reach.REFUSED,) * 3, 0.2, 0.1),
        ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 1020, 1024, 2),
        HostExamined("auth", 0.001, 20_000.0, 0.5, 0.7, 2),
        HostExamined("auth", 0.2, 12.0, 0.5, 0.7, 2),
        HostExamined("auth", 0.6, 90_000.0, 0.5, 0.7, 2, files_free_share=0.0),
        HostExamined("auth", 0.6, 90_000.0, 0.5, 0.7, 2, read_only=True),
        ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, 1),
        ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, full_files=("auth.jsonl",)),
    ],
)
def test_each_decisive_sign_names_the_component(world: World, result: ExaminationResult) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), result))
    assert hypothesis.component == "auth"
    told = [item for item in hypothesis.evidence if item.leaning is Leaning.FOR]
    assert [item.weight for item in told] == [4.0]
    assert hypothesis.verdict is not Verdict.RULED_OUT


def test_a_dead_process_that_answers_no_more_is_supported(world: World) -> None:
    observed = world.instead(
        world.healthy(),
        ProcessExamined("auth", 100, False, "no process has its id"),
        LivenessExamined("auth", None, 2.0, "no connection"),
    )
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED


def test_error_pages_beside_a_healthy_health_path_are_no_server_failure(world: World) -> None:
    assert CAUSE.judge(world.gone_serializer()).verdict is Verdict.RULED_OUT


def test_a_process_that_lives_but_never_answers_stays_open(world: World) -> None:
    observed = world.instead(world.healthy(), LivenessExamined("auth", None, 1400.0, "no answer within 1.3 s"))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.OPEN
    assert hypothesis.component == "auth"


def test_a_process_that_is_asked_more_than_it_can_answer_is_not_taken_for_a_starved_one(world: World) -> None:
    silent = LivenessExamined("auth", None, 1400.0, "no answer within 1.3 s")
    swamped = ProcessExamined("auth", 100, True, "", 3600.0, 0.9, 0.03, 60, 1024, 2)
    told = CAUSE.judge(world.instead(world.healthy(), silent, swamped)).evidence
    assert [item.weight for item in told if item.test == "liveness" and item.leaning is Leaning.FOR] == [1.0]


def test_a_loaded_host_alone_says_nothing(world: World) -> None:
    observed = world.instead(world.healthy(), HostExamined("auth", 0.6, 90_000.0, 0.5, 20.0, 2))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_process_that_may_not_be_looked_at_leaves_the_health_path(world: World) -> None:
    because = "this account may not look at the process"
    unseen = tuple(NotExamined(Examination.PROCESS, name, because) for name in ("auth", "portal"))
    kept = tuple(r for r in world.healthy().examinations if not isinstance(r, ProcessExamined))
    hypothesis = CAUSE.judge(replace(world.healthy(), examinations=(*unseen, *kept)))
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert sum(because in item.seen for item in hypothesis.evidence) == 2


def test_with_neither_process_nor_health_path_it_is_not_testable(world: World) -> None:
    kept = tuple(r for r in world.healthy().examinations if isinstance(r, ConnectionExamined | HostExamined))
    assert CAUSE.judge(replace(world.healthy(), examinations=kept)).verdict is Verdict.NOT_TESTABLE


def test_a_settled_sign_is_not_weighed_against_what_else_is_well(world: World) -> None:
    full = HostExamined("auth", 0.2, 12.0, 0.5, 0.7, 2)
    hypothesis = CAUSE.judge(world.instead(world.healthy(), full))
    assert (hypothesis.verdict, hypothesis.score) == (Verdict.SUPPORTED, 4.0)


def test_workers_that_are_gone_since_all_was_well_speak_for_it(world: World) -> None:
    fewer = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 1)
    told = [item for item in CAUSE.judge(world.instead(world.healthy(), fewer)).evidence if item.leaning is Leaning.FOR]
    assert [(item.weight, item.seen) for item in told] == [(2.0, "auth: 1 workers, 2 while all was well")]


def test_a_refused_connection_to_where_it_no_longer_listens_is_no_server_failure(world: World) -> None:
    refused = ConnectionExamined("auth", "127.0.0.1:8001", (Reach.REFUSED,) * 3, 0.2, 0.1)
    elsewhere = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, 0, "127.0.0.1:9001", 200)
    silent = LivenessExamined("auth", None, 2.0, "no connection")
    observed = world.instead(world.healthy(), refused, elsewhere, silent)
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT
    gone = world.instead(world.healthy(), refused, silent)
    assert CAUSE.judge(gone).verdict is Verdict.SUPPORTED


def test_a_busy_host_whose_services_answer_at_once_says_nothing(world: World) -> None:
    busy = HostExamined("auth", 0.6, 90_000.0, 0.5, 4.0, 2, 1.0)
    assert CAUSE.judge(world.instead(world.healthy(), busy)).verdict is Verdict.RULED_OUT


def test_a_directory_that_is_gone_settles_it(world: World) -> None:
    gone = HostExamined("auth", 0.6, 90_000.0, 0.5, 0.7, 2, gone=("log",))
    hypothesis = CAUSE.judge(world.instead(world.healthy(), gone))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "the directory of its log is not there" in hypothesis.reason


def test_a_worker_that_was_replaced_since_all_was_well_settles_it_unless_that_is_of_every_day(world: World) -> None:
    then = ProcessExamined("auth", 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2, youngest_s=3600.0, oldest_s=3600.0)
    now = replace(then, youngest_s=4.0)
    observed = replace(world.instead(world.healthy(), now), before=(then,))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "a worker began 4 s ago, another 3600 s ago" in hypothesis.reason
    reloaded = world.instead(observed, replace(now, oldest_s=4.2))
    assert CAUSE.judge(reloaded).verdict is Verdict.RULED_OUT
    renewed = replace(observed, before=(replace(then, youngest_s=40.0),))
    assert CAUSE.judge(renewed).verdict is Verdict.RULED_OUT


def test_something_else_that_answers_where_the_process_of_before_did_settles_it(world: World) -> None:
    other = LivenessExamined("auth", 404, 2.0)
    left = NotExamined(Examination.PROCESS, "auth", "there is no auth.pid")
    observed = world.instead(world.healthy(), other)
    kept = tuple(r for r in observed.examinations if not (isinstance(r, ProcessExamined) and r.component == "auth"))
    hypothesis = CAUSE.judge(replace(observed, examinations=(*kept, left)))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert (
        "something else answers in its place: its health path says 404, and 200 while all was well" in hypothesis.reason
    )
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def began(pid: int, uptime_s: float = 2.0, youngest_s: float = 1.0) -> ProcessExamined:
    """The portal's process, a moment after it began."""
    return ProcessExamined("portal", pid, True, "", uptime_s, 0.2, 0.03, 20, 1024, 2, youngest_s=youngest_s)


def test_a_process_that_begins_anew_again_and_again_though_nothing_was_put_in_place_is_a_server_failure(
    world: World,
) -> None:
    troubled = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),))
    again = replace(world.instead(troubled, began(303)), processes=(began(201), began(202)))
    assert CAUSE.judge(again).verdict is Verdict.SUPPORTED
    once = CAUSE.judge(world.instead(troubled, began(201)))
    assert once.verdict is not Verdict.SUPPORTED
    assert any("it began anew 2 s ago" in item.seen for item in once.evidence)
    deployed = replace(again, suspects=(world.suspect(component="portal"),))
    assert CAUSE.judge(deployed).verdict is not Verdict.SUPPORTED


def test_workers_that_are_young_at_every_look_crash(world: World) -> None:
    looks = tuple(began(100, 3600.0 + 3 * n, youngest) for n, youngest in enumerate((0.4, 2.1, 1.2)))
    troubled = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), processes=looks)
    crashing = world.instead(troubled, began(100, 3612.0, 0.9))
    assert CAUSE.judge(crashing).verdict is Verdict.SUPPORTED
    taken = began(100, 3590.0, 1.0)
    last_look = replace(crashing, before=(taken, *crashing.before))
    calm = tuple(began(100, 3000.0 + n, 2990.0) for n in range(3))
    assert CAUSE.judge(replace(last_look, usual_processes=(*calm, taken))).verdict is Verdict.SUPPORTED
    replaced = replace(last_look, usual_processes=(taken,) * 3)
    assert CAUSE.judge(replaced).verdict is not Verdict.SUPPORTED
    written = KeysExamined("portal", (KeyFile("signing.pem", world.onset, "d1"),), world.now)
    assert CAUSE.judge(world.instead(crashing, written)).verdict is not Verdict.SUPPORTED
    reloaded = replace(world.instead(troubled, began(100, 3612.0, 12.0)), processes=looks[:1])
    assert CAUSE.judge(reloaded).verdict is Verdict.RULED_OUT


def test_a_process_that_may_use_less_than_while_all_was_well_is_told(world: World) -> None:
    long_ago = world.onset - timedelta(hours=9)
    free = SurroundingsExamined(
        "auth", 100, long_ago, (), (Bound("seconds of processor", None), Bound("priority", 20.0))
    )
    bound = replace(free, bounds=(Bound("seconds of processor", 9.0), Bound("priority", 20.0)))
    observed = replace(world.healthy(), before=(*world.healthy().before, free))
    told = CAUSE.judge(world.instead(observed, bound))
    assert (told.verdict, told.component) == (Verdict.SUPPORTED, "auth")
    assert CAUSE.judge(world.instead(observed, free)).verdict is Verdict.RULED_OUT
    anew = CAUSE.judge(world.instead(observed, replace(bound, pid=200)))
    assert anew.verdict is not Verdict.SUPPORTED


def test_where_the_process_could_not_be_looked_at_the_connections_tell_that_it_is_swamped(world: World) -> None:
    late = NotExamined(Examination.PROCESS, "portal", "it did not end within 3 s")
    silent = LivenessExamined("portal", None, 1400.0, "no answer within 1.3 s")
    healthy = world.healthy()
    kept = tuple(r for r in healthy.examinations if not (isinstance(r, ProcessExamined) and r.component == "portal"))
    held = HeldExamined("portal", 8002, 300, 280, 0, 20)
    before = (*healthy.before, HeldExamined("portal", 8002, 9, 0, 0, 0))
    observed = world.instead(replace(healthy, examinations=(*kept, late, held), before=before), silent)
    weights = [item.weight for item in CAUSE.judge(observed).evidence if item.test == "liveness"]
    assert max(weights) == 1.0
