"""Load: people are counted, not requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.load import CAUSE, surge
from doorward.diagnose.examined import ExaminationResult, LivenessExamined, ProcessExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.observations import Observations
from doorward.diagnose.visitors import Stretch, Visitors
from doorward.model.diagnosis import Leaning, Verdict
from doorward.model.sign_in import Kind, Reason

NETWORK = Reason.NETWORK_CHANGED
World = Any  # the builders of conftest.py


def test_the_usual_people_rule_it_out(world: World) -> None:
    assert CAUSE.judge(world.healthy()).verdict is Verdict.RULED_OUT


def test_retries_of_the_same_people_are_no_surge(world: World) -> None:
    during = world.now_as_usual(sign_ins=60, requests=560)
    assert surge(world.statistics(), during) < 1.5
    assert CAUSE.judge(replace(world.healthy(), during=during)).verdict is Verdict.RULED_OUT


def test_a_long_usual_time_does_not_make_a_short_stretch_look_crowded(world: World) -> None:
    usual = world.statistics(seconds=1800, sign_ins=1800, typed=150, requests=18_000, people=200, sources=120)
    assert surge(usual, world.now_as_usual()) == pytest.approx(1.0)
    assert CAUSE.judge(replace(world.healthy(), usual=usual)).verdict is Verdict.RULED_OUT


def test_slow_answers_under_the_usual_crowd_are_another_causes(world: World) -> None:
    observed = replace(world.healthy(), during=world.now_as_usual(p95_ms=9000))
    observed = world.instead(observed, LivenessExamined("auth", 200, 1300.0))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert sum("as many people as usual" in item.seen for item in hypothesis.evidence) == 2


def test_six_times_the_people_settle_it(world: World) -> None:
    during = world.now_as_usual(sign_ins=140, typed=10, people=180, requests=1400)
    assert CAUSE.judge(replace(world.healthy(), during=during)).verdict is Verdict.OPEN
    slow = world.now_as_usual(sign_ins=140, typed=10, people=180, requests=1400, p95_ms=3000)
    assert CAUSE.judge(replace(world.healthy(), during=slow)).verdict is Verdict.SUPPORTED


def test_over_twice_the_people_are_ruled_out_by_quick_answers_and_left_open_by_slow_ones(world: World) -> None:
    crowd = {"sign_ins": 50, "people": 60, "requests": 440}
    quick, slow = (world.now_as_usual(**crowd, p95_ms=p95_ms) for p95_ms in (60, 3000))
    assert CAUSE.judge(replace(world.healthy(), during=quick)).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(replace(world.healthy(), during=slow)).verdict is Verdict.OPEN


def test_people_who_are_sent_back_and_come_again_are_no_surge_as_measured_on_the_school(world: World) -> None:
    usual = world.statistics(sign_ins=95, typed=5, requests=586, people=42, p95_ms=589)
    during = world.now_as_usual(sign_ins=58, typed=1, requests=360, people=41, p95_ms=3079)
    assert CAUSE.judge(replace(world.healthy(), usual=usual, during=during)).verdict is Verdict.RULED_OUT


def test_a_handful_of_people_in_the_first_second_tells_nothing(world: World) -> None:
    during = world.now_as_usual(seconds=0.4, sign_ins=2, typed=0, requests=4, people=2)
    people = next(e for e in CAUSE.judge(replace(world.healthy(), during=during)).evidence if e.test == "people")
    assert people.leaning is Leaning.NEUTRAL


def test_many_requests_of_few_people_are_not_ruled_out_by_counting_people(world: World) -> None:
    during = world.now_as_usual(requests=1600)
    people = next(e for e in CAUSE.judge(replace(world.healthy(), during=during)).evidence if e.test == "people")
    assert people.leaning is Leaning.AGAINST
    assert people.weight == 1.0


@pytest.mark.parametrize("lacking", ["usual", "during"])
def test_without_counts_it_is_not_testable(world: World, lacking: str) -> None:
    observed = replace(world.healthy(), **{lacking: None})
    assert CAUSE.judge(observed).verdict is Verdict.NOT_TESTABLE


def test_a_log_that_fell_silent_is_not_testable(world: World) -> None:
    silent = replace(world.now_as_usual(), events=0, people=0, sources=0, counts=(), latency=None)
    assert CAUSE.judge(replace(world.healthy(), during=silent)).verdict is Verdict.NOT_TESTABLE


def test_newcomers_among_many_who_were_there_are_a_surge_where_nobody_is_refused(world: World) -> None:
    """Measured on the school: 2.8 times the sign-ins a minute make but twice the people of before."""
    usual = world.statistics(sign_ins=94, people=48, requests=744, p95_ms=142)
    during = world.statistics(seconds=17, sign_ins=74, typed=7, people=47, requests=360, p95_ms=513)
    hypothesis = CAUSE.judge(replace(world.healthy(), usual=usual, during=during))
    assert hypothesis.verdict is Verdict.SUPPORTED
    refused = world.statistics(
        seconds=17, sign_ins=74, typed=7, people=20, requests=360, p95_ms=513, failures={(Kind.SESSION, NETWORK): 14}
    )
    assert CAUSE.judge(replace(world.healthy(), usual=usual, during=refused)).verdict is not Verdict.SUPPORTED


def test_a_queue_of_connections_before_a_server_that_does_not_answer_is_a_surges(world: World) -> None:
    """Measured on the school, whose log tells only of those who were answered: 2.1 times the sign-ins a minute."""
    usual = world.statistics(sign_ins=97, people=48, requests=726, p95_ms=395)
    during = world.statistics(seconds=19, sign_ins=66, typed=6, people=47, requests=407, p95_ms=642)
    stuck = (
        LivenessExamined("portal", None, 1300.0, "no answer within 1.3 s"),
        ProcessExamined("portal", 101, True, "", 3600.0, 0.1, 0.03, 230, 1024, 2),
    )
    observed = world.instead(replace(world.healthy(), usual=usual, during=during), *stuck)
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(replace(observed, before=())).verdict is Verdict.OPEN


RELOADS = Visitors(Stretch(1, 4, 0, 500, 60, 20), Stretch(1 / 3, 1, 0, 900, 40, 60))


def test_people_who_are_signed_in_and_load_pages_anew_are_a_load_where_answers_suffer(world: World) -> None:
    observed = replace(world.healthy(), during=world.now_as_usual(requests=1100), visitors=RELOADS)
    assert CAUSE.judge(observed).verdict is not Verdict.SUPPORTED
    strained = world.instead(observed, LivenessExamined("portal", None, 1400.0, "no answer within 1.3 s"))
    assert CAUSE.judge(strained).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "during",
    [Stretch(1 / 3, 1, 0, 900, 4, 300), Stretch(1 / 3, 1, 0, 900, 40, 700), Stretch(1 / 3, 1, 0, 300, 40, 20)],
    ids=["a handful", "one machine", "hardly more"],
)
def test_a_few_who_ask_for_much_are_no_crowd(world: World, during: Stretch) -> None:
    observed = replace(world.healthy(), visitors=Visitors(RELOADS.usual, during))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_where_people_queue_a_smaller_rise_of_what_is_answered_is_enough(world: World) -> None:
    during = Stretch(1 / 3, 1, 0, 320, 40, 30)
    queued = ProcessExamined("portal", 100, True, "", 3600.0, 0.9, 0.03, 230, 1024, 2)
    observed = replace(world.healthy(), visitors=Visitors(RELOADS.usual, during))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(world.instead(observed, queued)).verdict is not Verdict.RULED_OUT
    late = LivenessExamined("portal", None, 1400.0, "no answer within 1.3 s")
    assert CAUSE.judge(world.instead(observed, queued, late)).verdict is Verdict.SUPPORTED
    fewer = replace(observed, visitors=Visitors(RELOADS.usual, Stretch(1 / 3, 1, 0, 120, 40, 30)))
    assert CAUSE.judge(world.instead(fewer, queued, late)).verdict is Verdict.RULED_OUT


def late(world: World, *results: ExaminationResult) -> Observations:
    """As many people as ever by the log, and a portal that holds many connections and answers late."""
    stuck = LivenessExamined("portal", None, 1300.0, "no answer within 1.3 s")
    swamped = ProcessExamined("portal", 101, True, "", 3600.0, 0.1, 0.03, 80, 1024, 2)
    return world.instead(world.healthy(), stuck, swamped, *results)


def test_those_who_hand_in_or_fetch_much_at_once_are_a_load_though_no_more_people_than_usual(world: World) -> None:
    busy = HeldExamined("portal", 8002, 60, 3, 0, 0, incoming=12)
    assert CAUSE.judge(late(world)).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(late(world, busy)).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(late(world, replace(busy, incoming=0, outgoing=12))).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(late(world, replace(busy, incoming=2))).verdict is Verdict.RULED_OUT


def test_who_answers_more_than_usual_while_more_and_more_wait_is_asked_too_much(world: World) -> None:
    more = replace(late(world), during=world.now_as_usual(requests=290))
    assert CAUSE.judge(more).verdict is Verdict.SUPPORTED
    assert CAUSE.judge(replace(more, during=world.now_as_usual(requests=150))).verdict is Verdict.RULED_OUT
