"""Configuration: time, prediction and contrast, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.causes.configuration import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examined import (
    ConnectionExamined,
    Examination,
    LivenessExamined,
    NotExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.nodes import Node
from doorward.diagnose.observations import ConfigTally, Observations, Suspect
from doorward.model.detection import Signal
from doorward.model.diagnosis import Evidence, Leaning, Verdict
from doorward.model.finding import Severity, What
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
OLD, NEW = "aaaaaaaaaaaa", "bbbbbbbbbbbb"


def sent_back(world: World, *suspects: Suspect, **changes: Any) -> Observations:
    """People are sent back to the sign-in form."""
    detections = (world.detection(Signal.SESSION_REJECTIONS, "network-changed"),)
    return replace(world.healthy(), detections=detections, suspects=suspects, **changes)


def of_test(observed: Observations, test: str) -> Evidence:
    """The one piece of evidence of that test."""
    (found,) = (item for item in CAUSE.judge(observed).evidence if item.test == test)
    return found


@pytest.mark.parametrize(
    ("before_onset_s", "weight"),
    [(4, 2.0), (-20, 2.0), (599, 2.0), (7200, 1.0), (-60, -2.0), (-331, -4.0)],
)
def test_the_closer_before_the_onset_the_more_a_change_weighs(
    world: World, before_onset_s: float, weight: float
) -> None:
    observed = sent_back(world, world.suspect(before_onset_s), probes=())
    assert of_test(observed, "time").signed_weight == weight


def test_no_change_for_a_day_rules_it_out(world: World) -> None:
    for suspects in ((), (world.suspect(before_onset_s=25 * 3600),)):
        hypothesis = CAUSE.judge(sent_back(world, *suspects))
        assert hypothesis.verdict is Verdict.RULED_OUT
        assert "no watched configuration changed" in hypothesis.reason


def test_a_touched_file_and_a_first_sight_are_no_change(world: World) -> None:
    suspect = world.suspect()
    touched = replace(suspect, change=replace(suspect.change, after=suspect.change.before))
    first_seen = replace(suspect, change=replace(suspect.change, before=None))
    assert CAUSE.judge(sent_back(world, touched, first_seen)).verdict is Verdict.RULED_OUT


def test_without_watched_configurations_it_is_not_testable(world: World) -> None:
    observed = replace(sent_back(world), suspects=None)
    assert CAUSE.judge(observed).verdict is Verdict.NOT_TESTABLE


def test_the_symptom_that_the_check_foretold_speaks_for_it_and_another_half_as_much(world: World) -> None:
    met = world.finding("is signed out", What.EXISTING_SESSION)
    other = world.finding("finds every form refused (403)", What.OPEN_FORM)
    assert of_test(sent_back(world, world.suspect(findings=(met,))), "check").signed_weight == 2.0
    assert of_test(sent_back(world, world.suspect(findings=(other,))), "check").signed_weight == 1.0
    later = replace(other, severity=Severity.LATENT)
    assert of_test(sent_back(world, world.suspect(findings=(later,))), "check").signed_weight == 0.0
    assert of_test(sent_back(world, world.suspect(findings=(other, met))), "check").signed_weight == 2.0


def test_a_change_that_was_not_checked_is_neither_condemned_nor_cleared(world: World) -> None:
    assert of_test(sent_back(world, world.suspect(findings=None)), "check").leaning is Leaning.NEUTRAL


def test_notes_alone_count_as_harmless(world: World) -> None:
    note = world.finding("is signed out", What.EXISTING_SESSION, severity=Severity.NOTE)
    assert of_test(sent_back(world, world.suspect(findings=(note,))), "check").signed_weight == -1.0


def test_failing_only_under_the_new_digest_speaks_for_it(world: World) -> None:
    tallies = (ConfigTally("auth", OLD, 500, 5), ConfigTally("auth", NEW, 20, 12))
    assert of_test(sent_back(world, world.suspect(), tallies=tallies), "digest").signed_weight == 1.0


def test_failing_alike_under_both_digests_speaks_against_it(world: World) -> None:
    tallies = (ConfigTally("auth", OLD, 50, 30), ConfigTally("auth", NEW, 20, 12))
    assert of_test(sent_back(world, world.suspect(), tallies=tallies), "digest").signed_weight == -2.0


def test_the_tally_of_another_component_says_nothing(world: World) -> None:
    tallies = (ConfigTally("portal", OLD, 500, 5), ConfigTally("portal", NEW, 20, 12))
    hypothesis = CAUSE.judge(sent_back(world, world.suspect(), tallies=tallies))
    assert "digest" not in {item.test for item in hypothesis.evidence}


def test_of_two_changes_the_one_that_fits_best_is_named_and_the_other_is_shown(world: World) -> None:
    told = world.finding("is signed out", What.EXISTING_SESSION)
    culprit = world.suspect(60, (told,), "session.bind_ipv4_prefix", ("24", "32"))
    harmless = world.suspect(3, (), "service.title", ("A", "B"), component="portal")
    for order in ((culprit, harmless), (harmless, culprit)):
        hypothesis = CAUSE.judge(sent_back(world, *order))
        assert hypothesis.change == culprit.change
        assert hypothesis.component == "auth"
        assert any("service.title" in item.seen for item in hypothesis.evidence)


def process(component: str, cpu_share: float, place: str = "") -> ProcessExamined:
    """A process that is well and works so much; `place` is where it listens, if not where people ask."""
    return ProcessExamined(component, 100, True, "", 3600.0, cpu_share, 0.03, 20, 1024, 2, 0, place, 200)


def test_a_process_that_listens_elsewhere_since_its_settings_changed_does_as_it_was_told(world: World) -> None:
    observed = world.instead(sent_back(world, world.suspect(2)), process("auth", 0.2, "127.0.0.1:9001"))
    assert of_test(observed, "place").signed_weight == 4.0
    other = world.instead(sent_back(world, world.suspect(2)), process("portal", 0.2, "127.0.0.1:9001"))
    assert not any(item.test == "place" for item in CAUSE.judge(other).evidence)


def test_far_more_work_for_no_more_people_speaks_for_a_setting(world: World) -> None:
    busy = process("auth", 1.6)
    observed = world.instead(sent_back(world, world.suspect(2)), busy)
    assert of_test(observed, "work").signed_weight == 2.0
    large = world.instead(sent_back(world, world.suspect(2)), replace(process("auth", 0.2), memory_share=0.12))
    assert "12% of memory (3% while all was well)" in of_test(large, "work").seen
    crowd = replace(observed, during=world.now_as_usual(sign_ins=100, people=120, requests=1000))
    always = replace(observed, before=(process("auth", 1.5),))
    for other in (crowd, always):
        assert not any(item.test == "work" for item in CAUSE.judge(other).evidence)


def test_lock_outs_of_people_who_mistype_no_more_than_usual_speak_for_a_setting(world: World) -> None:
    locked = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.LOCKED_OUT): 6}, sign_ins=60, typed=6)
    observed = replace(sent_back(world, world.suspect(2, pointer="lockout.failures")), during=locked)
    assert of_test(observed, "strict").signed_weight == 2.0
    guessed = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.LOCKED_OUT): 30}, sign_ins=60, typed=50)
    assert not any(item.test == "strict" for item in CAUSE.judge(replace(observed, during=guessed)).evidence)


def test_a_new_version_that_does_not_read_speaks_for_it(world: World) -> None:
    broken = replace(world.suspect(findings=None), unread="auth.toml:12: a value was expected")
    told = of_test(sent_back(world, broken), "check")
    assert told.signed_weight == 2.0
    assert "auth.toml:12" in told.seen


def test_a_process_that_did_not_come_up_again_after_its_settings_changed_is_explained_by_them(world: World) -> None:
    refused = ConnectionExamined("auth", "127.0.0.1:8001", (Reach.REFUSED,) * 3, 0.2, 0.1)
    silent = LivenessExamined("auth", None, 2.0, "no connection")
    observed = world.instead(sent_back(world, world.suspect()), refused, silent)
    kept = tuple(r for r in observed.examinations if not (isinstance(r, ProcessExamined) and r.component == "auth"))
    left = NotExamined(Examination.PROCESS, "auth", "there is no auth.pid")
    assert differential(replace(observed, examinations=(*kept, left)), world.now).conclusion == "configuration"
    killed = ProcessExamined("auth", 100, alive=False, note="no process has its id")
    assert differential(world.instead(observed, killed), world.now).conclusion == "server"


def test_a_process_that_ended_before_anything_passed_by_its_new_settings_could_not_begin_by_them(world: World) -> None:
    refused = ConnectionExamined("auth", "127.0.0.1:8001", (Reach.REFUSED,) * 3, 0.2, 0.1)
    silent = LivenessExamined("auth", None, 2.0, "no connection")
    ended = ProcessExamined("auth", 101, alive=False, note="it has ended and waits to be reaped")
    begun = replace(world.suspect(), loaded_at=world.onset - timedelta(seconds=1))
    worked = ConfigTally("auth", OLD, passed=900, failed=4)
    observed = world.instead(sent_back(world, begun, tallies=(worked,)), refused, silent, ended)
    assert differential(observed, world.now).conclusion == "configuration"
    served = replace(observed, tallies=(worked, ConfigTally("auth", NEW, passed=60, failed=0)))
    assert differential(served, world.now).conclusion == "server"
    long_ago = replace(begun, loaded_at=world.onset - timedelta(minutes=5))
    assert differential(replace(observed, suspects=(long_ago,)), world.now).conclusion == "server"


def test_people_who_are_locked_out_and_try_again_do_not_hide_that_the_rule_became_stricter(world: World) -> None:
    during = world.now_as_usual(sign_ins=40, typed=14, failures={(Kind.SIGN_IN, Reason.LOCKED_OUT): 12})
    rows = tuple(c for c in during.counts if c.reason is not Reason.WRONG_PASSWORD)
    observed = sent_back(world, world.suspect(), during=replace(during, counts=rows))
    assert of_test(observed, "strict").signed_weight == 2.0


def beside(world: World, before_onset_s: float = 4, **counts: int) -> tuple[Node, Node]:
    """A node of auth that began beside one of whose 200 requests 2 are refused."""
    joined_at, long_ago = (world.onset - timedelta(seconds=s) for s in (before_onset_s, 86_400))
    joined = Node("auth", NEW, joined_at, tried=73, asked=73)
    return replace(joined, **counts), Node("auth", OLD, long_ago, tried=200, asked=200, refused=2)


def test_a_node_that_began_by_a_file_that_nobody_watches_and_alone_refuses_is_told(world: World) -> None:
    hypothesis = CAUSE.judge(sent_back(world, nodes=beside(world, refused=73)))
    assert (hypothesis.verdict, hypothesis.component, hypothesis.change) == (Verdict.SUPPORTED, "auth", None)
    assert "73 of 73 requests fail or are refused there, 2 of 200 beside it" in hypothesis.reason


def test_a_node_that_does_not_take_the_sessions_of_another_differs_from_it(world: World) -> None:
    hypothesis = CAUSE.judge(sent_back(world, nodes=beside(world, failed=6, crossed=13)))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "13 sessions that one node takes are refused by another, 0 by the same" in hypothesis.reason
    assert CAUSE.judge(sent_back(world, nodes=beside(world, crossed=13, stayed=4))).verdict is Verdict.RULED_OUT


def test_a_node_that_breaks_may_have_other_code_and_one_that_began_later_is_not_it(world: World) -> None:
    assert CAUSE.judge(sent_back(world, nodes=beside(world, broken=60))).verdict is Verdict.OPEN
    assert CAUSE.judge(sent_back(world, nodes=beside(world, -400, refused=73))).verdict is not Verdict.SUPPORTED
    assert CAUSE.judge(sent_back(world, nodes=beside(world, refused=1))).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(sent_back(world, nodes=beside(world, failed=70, sealed=66))).verdict is Verdict.RULED_OUT
