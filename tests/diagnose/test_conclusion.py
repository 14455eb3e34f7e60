"""Every drill and decoy as a table of observations, and the differential that must follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose import differential, explain
from doorward.diagnose.causes import causes
from doorward.diagnose.conclusion import CLEAR_LEAD, goes_beyond_guesses
from doorward.diagnose.examined import (
    ConnectionExamined,
    DatabaseExamined,
    LivenessExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.observations import ConfigTally, Observations
from doorward.model.action import ActionKind
from doorward.model.detection import Looks, Signal
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Leaning, Verdict
from doorward.model.finding import What
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py

WRONG_TRAILS = {"server", "database", "network", "load", "attack"}
OTHERS = WRONG_TRAILS | {"key", "clock", "session-store", "upstream", "client", "deploy"}
LOCKED = DatabaseExamined("auth", "sqlite", True, "database is locked", 0.3, True, True, 1004.0)
DEAD = (
    ProcessExamined("auth", 100, False, "no process has its id"),
    ConnectionExamined("auth", "127.0.0.1:8001", (Reach.REFUSED,) * 3, 0.2, 0.1, Reach.CONNECTED),
    LivenessExamined("auth", None, 2.0, "no connection"),
)


def broken(world: World, **changes: object) -> Observations:
    """Error pages for everyone; what is behind them is up to the changes."""
    return replace(
        world.healthy(),
        detections=(world.detection(Signal.SERVER_ERRORS, "server-error"),),
        probes=(world.probe(ProbeOutcome.FAILED, "http-500"),),
        during=world.now_as_usual(failures={(Kind.REQUEST, Reason.SERVER_ERROR): 60}, requests=120),
        **changes,
    )


@pytest.mark.parametrize("drill", ["network_binding", "gone_serializer"])
def test_a_misconfiguration_is_found_and_every_wrong_trail_is_ruled_out_with_evidence(world: World, drill: str) -> None:
    made = differential(getattr(world, drill)(), world.now)
    assert made.conclusion == "configuration"
    assert set(made.ruled_out) >= WRONG_TRAILS
    assert OTHERS - set(made.ruled_out) <= {"deploy"}
    for hypothesis in made.hypotheses:
        assert any(item.leaning is not Leaning.NEUTRAL and item.seen for item in hypothesis.evidence)


def test_a_misconfiguration_names_the_component_and_the_change_and_licenses_the_roll_back(world: World) -> None:
    concluded = differential(world.network_binding(), world.now).concluded
    assert concluded is not None
    assert (concluded.component, concluded.remedy) == ("auth", ActionKind.ROLL_BACK)
    assert concluded.change is not None
    assert concluded.change.differences[0].pointer == "session.bind_ipv4_prefix"


def test_a_harmless_change_without_a_signal_is_nothing_wrong(world: World) -> None:
    made = differential(replace(world.healthy(), suspects=(world.suspect(),)), world.now)
    assert made.conclusion == NOTHING_WRONG
    assert all(hypothesis.remedy is None for hypothesis in made.hypotheses)


def test_even_a_change_that_the_check_condemns_is_not_blamed_before_anybody_is_hurt(world: World) -> None:
    told = world.finding("is signed out", What.EXISTING_SESSION)
    made = differential(replace(world.healthy(), suspects=(world.suspect(findings=(told,)),)), world.now)
    assert made.conclusion == NOTHING_WRONG


def test_a_harmless_change_just_before_a_locked_database_is_not_blamed(world: World) -> None:
    tallies = (ConfigTally("auth", "aaaaaaaaaaaa", 900, 2), ConfigTally("auth", "bbbbbbbbbbbb", 5, 30))
    observed = world.instead(broken(world, suspects=(world.suspect(),), tallies=tallies), LOCKED)
    made = differential(observed, world.now)
    assert made.conclusion == "database"
    assert made.concluded is not None
    assert made.concluded.component == "auth"
    configuration = made.hypothesis("configuration")
    assert configuration is not None
    assert configuration.verdict is Verdict.OPEN


def test_a_killed_process_is_a_server_failure_and_no_other(world: World) -> None:
    observed = world.instead(
        replace(
            broken(world),
            probes=(world.probe(ProbeOutcome.UNREACHABLE, "refused"),),
            detections=(world.detection(Signal.PROBE_FAILURES),),
        ),
        *DEAD,
    )
    made = differential(observed, world.now)
    assert made.conclusion == "server"
    assert made.concluded is not None
    assert (made.concluded.component, made.concluded.remedy) == ("auth", ActionKind.RESTART)
    assert {"configuration", "database", "network", "load"} <= set(made.ruled_out)


def test_a_harmless_change_just_before_a_killed_process_is_not_blamed(world: World) -> None:
    made = differential(world.instead(broken(world, suspects=(world.suspect(),)), *DEAD), world.now)
    assert made.conclusion == "server"


def test_a_change_that_keeps_the_process_from_starting_explains_the_dead_process(world: World) -> None:
    told = world.finding("cannot be reached: the process will not start", What.START)
    observed = replace(
        broken(world, suspects=(world.suspect(findings=(told,)),)),
        probes=(world.probe(ProbeOutcome.UNREACHABLE, "refused"),),
    )
    made = differential(world.instead(observed, *DEAD), world.now)
    assert made.conclusion == "configuration"
    server = made.hypothesis("server")
    assert server is not None
    assert server.verdict is Verdict.SUPPORTED


def test_guessed_passwords_from_many_new_sources_are_an_attack(world: World) -> None:
    during = world.now_as_usual(sign_ins=400, typed=380, unknown=150, people=30, sources=300, requests=1000, top=0.05)
    observed = replace(
        world.healthy(), detections=(world.detection(Signal.SIGN_IN_FAILURES, "wrong-password"),), during=during
    )
    made = differential(observed, world.now)
    assert made.conclusion == "attack"
    assert {"configuration", "server", "database", "network"} <= set(made.ruled_out)
    assert made.concluded is not None
    assert made.concluded.remedy is None


def test_guessed_passwords_from_one_source_just_after_a_harmless_change_are_an_attack(world: World) -> None:
    during = world.now_as_usual(sign_ins=300, typed=280, people=60, requests=700, top=0.93)
    observed = replace(
        world.healthy(),
        detections=(world.detection(Signal.SIGN_IN_FAILURES, "wrong-password"),),
        during=during,
        suspects=(world.suspect(),),
    )
    assert differential(observed, world.now).conclusion == "attack"


def test_several_times_the_usual_people_with_slow_answers_are_heavy_traffic(world: World) -> None:
    during = world.now_as_usual(sign_ins=130, typed=10, people=180, requests=1300, sources=130, p95_ms=2600)
    observed = replace(world.healthy(), detections=(world.detection(Signal.SIGN_IN_VOLUME),), during=during)
    made = differential(observed, world.now)
    assert made.conclusion == "load"
    assert {"configuration", "database", "network", "attack"} <= set(made.ruled_out)


def test_two_faults_at_once_are_both_shown_and_neither_is_preferred(world: World) -> None:
    told = world.finding("gets an error page (500)", What.NEW_SIGN_IN)
    observed = world.instead(broken(world, suspects=(world.suspect(findings=(told,)),)), LOCKED)
    made = differential(observed, world.now)
    supported = {h.cause for h in made.hypotheses if h.verdict is Verdict.SUPPORTED}
    assert made.conclusion == CANNOT_TELL
    assert supported == {"configuration", "database"}
    scores = sorted(h.score for h in made.hypotheses if h.cause in supported)
    assert scores[1] - scores[0] < CLEAR_LEAD


def test_failures_without_any_cause_on_the_list_cannot_be_told(world: World) -> None:
    made = differential(broken(world), world.now)
    assert made.conclusion == CANNOT_TELL
    assert set(made.ruled_out) == {cause.id for cause in causes()}
    assert "another one" in made.reason


def test_an_unforeseen_change_is_blamed_only_when_tests_rule_out_all_else(world: World) -> None:
    tallies = (ConfigTally("auth", "aaaaaaaaaaaa", 900, 2), ConfigTally("auth", "bbbbbbbbbbbb", 5, 30))
    unforeseen = broken(world, suspects=(world.suspect(),), tallies=tallies)
    made = differential(unforeseen, world.now)
    assert made.conclusion == "configuration"
    assert made.concluded is not None
    assert made.concluded.evidence[-1].test == "elimination"
    assert made.concluded.remedy is ActionKind.ROLL_BACK

    unexamined = replace(unforeseen, examinations=())
    assert differential(unexamined, world.now).conclusion == CANNOT_TELL


@pytest.mark.parametrize(("late_s", "verdict"), [(90, Verdict.OPEN), (400, Verdict.RULED_OUT)])
def test_a_change_after_the_onset_is_not_blamed(world: World, late_s: float, verdict: Verdict) -> None:
    told = world.finding("gets an error page (500)", What.NEW_SIGN_IN)
    tallies = (ConfigTally("auth", "aaaaaaaaaaaa", 900, 40), ConfigTally("auth", "bbbbbbbbbbbb", 5, 30))
    late = world.suspect(before_onset_s=-late_s, findings=(told,))
    observed = replace(broken(world, suspects=(late,), tallies=tallies), probes=())
    made = differential(observed, world.now)
    assert made.conclusion == CANNOT_TELL
    configuration = made.hypothesis("configuration")
    assert configuration is not None
    assert configuration.verdict is verdict


def test_what_could_not_be_examined_is_not_testable_rather_than_ruled_out(world: World) -> None:
    made = differential(replace(world.network_binding(), examinations=(), usual=None, during=None), world.now)
    assert made.conclusion == "configuration"
    assert {h.cause for h in made.hypotheses if h.verdict is Verdict.NOT_TESTABLE} == OTHERS - {"client"}


def test_nothing_observed_at_all_is_nothing_wrong_and_rules_nothing_out(world: World) -> None:
    made = differential(Observations(), world.now)
    assert made.conclusion == NOTHING_WRONG
    assert made.ruled_out == ()


def test_a_locked_database_is_told_even_before_people_notice(world: World) -> None:
    assert differential(world.instead(world.healthy(), LOCKED), world.now).conclusion == "database"


def test_the_same_observations_give_the_same_differential_and_text(world: World) -> None:
    first, second = (differential(world.network_binding(), world.now) for _ in range(2))
    assert first == second
    assert explain(first) == explain(second)


def test_the_order_of_the_causes_does_not_matter(world: World) -> None:
    forward = differential(world.gone_serializer(), world.now, causes())
    backward = differential(world.gone_serializer(), world.now, reversed(causes()))
    assert forward == backward


def test_the_score_is_the_sum_of_the_shown_weights(world: World) -> None:
    for hypothesis in differential(world.gone_serializer(), world.now + timedelta(seconds=1)).hypotheses:
        assert hypothesis.score == pytest.approx(sum(item.signed_weight for item in hypothesis.evidence), abs=0.01)


def test_in_the_first_seconds_nothing_is_concluded_because_it_is_all_that_is_left(world: World) -> None:
    slow = DatabaseExamined("auth", "sqlite", True, "", 900.0, True, False, 0.5)
    failing = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),))
    observed = world.instead(failing, slow)
    assert differential(observed, world.onset + timedelta(seconds=5)).conclusion == CANNOT_TELL
    assert "elimination" in {item.test for item in differential(observed, world.now).hypotheses[0].evidence}
    guesses = replace(world.detection(Signal.SIGN_IN_FAILURES, "typed"), looks=Looks.ATTACK)
    broke = world.detection(Signal.SERVER_ERRORS, onset=world.onset + timedelta(seconds=9))
    both = differential(replace(observed, detections=(guesses, broke)), world.onset + timedelta(seconds=12))
    assert "elimination" in {item.test for item in both.hypotheses[0].evidence}


def test_guesses_do_not_hide_what_a_test_settles(world: World) -> None:
    guessed = replace(world.healthy(), during=world.now_as_usual(sign_ins=400, typed=380, sources=420, top=0.05))
    observed = replace(guessed, detections=(world.detection(Signal.SIGN_IN_FAILURES, "wrong-password"),))
    assert differential(observed, world.now).conclusion == "attack"
    made = differential(world.instead(observed, LOCKED), world.now)
    assert made.conclusion == "database"
    assert made.hypothesis("attack").verdict is Verdict.SUPPORTED
    assert "guesses hurt nobody by themselves" in explain(made)


def test_guesses_are_not_concluded_where_trial_sign_ins_fail_and_people_by_no_mistake_of_theirs(world: World) -> None:
    guesses = {"sign_ins": 400, "typed": 330, "sources": 420, "top": 0.05}
    alone = replace(world.healthy(), detections=(world.detection(Signal.SIGN_IN_FAILURES),),
                    during=world.now_as_usual(**guesses))  # fmt: skip
    assert differential(alone, world.now).conclusion == "attack"
    failures = {(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 12}
    beside = replace(
        alone,
        probes=(world.probe(ProbeOutcome.FAILED, "provider-error"),),
        during=world.now_as_usual(**guesses, failures=failures),
    )
    assert goes_beyond_guesses(beside)
    made = differential(beside, world.now)
    assert made.conclusion != "attack"
    assert "guesses hurt nobody by themselves, and something else is broken" in made.steps


def test_trial_sign_ins_that_fail_as_no_guess_makes_them_are_beyond_guesses_before_people_tell(world: World) -> None:
    observed = replace(world.healthy(), probes=(world.probe(ProbeOutcome.FAILED, "http-400"),) * 2)
    assert goes_beyond_guesses(observed)
    assert not goes_beyond_guesses(replace(observed, probes=(world.probe(ProbeOutcome.FAILED, "wrong-password"),) * 2))
    assert not goes_beyond_guesses(replace(observed, probes=observed.probes[:1]))


def test_what_fails_for_some_is_looked_at_again_before_what_is_left_is_blamed(world: World) -> None:
    failing = {(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 10}
    observed = replace(
        world.healthy(),
        during=world.now_as_usual(failures=failing, sign_ins=30),
        detections=(world.detection(Signal.SIGN_IN_FAILURES),),
    )
    assert differential(replace(observed, looks=0), world.now).conclusion == CANNOT_TELL
    assert differential(replace(observed, looks=2), world.now).conclusion == "network"
    assert differential(observed, world.now).conclusion == "network"
