"""Who is hurt, what a diagnosis looks at, and that what was settled once stays settled."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.diagnose import differential as judged
from doorward.model.config_version import ConfigVersion, Standing
from doorward.model.diagnosis import Differential, Hypothesis, Verdict
from doorward.model.entry import Diagnosed
from doorward.model.finding import Difference
from doorward.model.incident import Incident
from doorward.model.sign_in import TYPED, Kind, Reason
from doorward.store import versions as kept
from doorward.wiring.diagnosing import hurts
from doorward.wiring.rounds import Rounds
from tests.entries import T0
from tests.recover.cases import BAD, CHANGE, GOOD, differential, hypothesis
from tests.wiring.bench import Bench
from tests.wiring.cases import at, auth_toml, diagnosed, event, incident_of, settings_of

NETWORK = Reason.NETWORK_CHANGED


@pytest.fixture
def bench(store: Path) -> Bench:
    """A site with one component whose log and configuration are known."""
    return Bench(settings_of(store.parent, {"log": "auth.jsonl", "reload": {"command": ["true"]}}))


@pytest.mark.parametrize(
    ("kind", "reason", "is_hurt"),
    [
        (Kind.SIGN_IN, Reason.PROVIDER_ERROR, True),
        (Kind.SIGN_IN, Reason.CSRF, True),
        (Kind.SESSION, NETWORK, True),
        (Kind.TOKEN, Reason.TOKEN_REFUSED, True),
        (Kind.REQUEST, Reason.SERVER_ERROR, True),
        (Kind.ERROR, Reason.SERVER_ERROR, False),
        (Kind.CONFIGURATION, Reason.OTHER, False),
        (Kind.SESSION, Reason.OK, False),
        (Kind.SESSION, Reason.SESSION_EXPIRED, False),
        (Kind.SESSION, Reason.SESSION_UNKNOWN, False),
        *((Kind.SIGN_IN, reason, False) for reason in sorted(TYPED)),
    ],
)
def test_a_failure_hurts_unless_it_was_typed_or_is_of_every_day(kind: Kind, reason: Reason, is_hurt: bool) -> None:
    assert hurts(event(1, kind, reason)) is is_hurt


def test_a_probe_is_nobody_who_could_be_hurt() -> None:
    assert not hurts(event(1, Kind.SESSION, NETWORK, probe=True))


def test_each_person_is_counted_once_however_often_they_try(bench: Bench) -> None:
    bench.add(
        event(-60, Kind.SESSION, NETWORK, "p0"),
        *(event(n, Kind.SESSION, NETWORK, "p1") for n in (1, 2, 3)),
        event(4, Kind.SIGN_IN, Reason.PROVIDER_ERROR, "p2"),
        event(5, Kind.SIGN_IN, Reason.WRONG_PASSWORD, "p3"),
        event(6, person="p4"),
        event(7, Kind.SESSION, NETWORK, "monitor", probe=True),
    )
    impact = bench.diagnosing.impact(incident_of())
    assert impact is not None
    assert (impact.people_hurt, impact.people_seen) == (2, 4)
    assert (impact.first_hurt_at, impact.last_hurt_at) == (at(1), at(4))
    assert impact.by_reason == (("network-changed (auth)", 3), ("provider-error (auth)", 1))
    assert (impact.unnamed_networks, impact.is_unknown, impact.source) == (0, False, "logs of auth")


def test_failures_whose_person_no_log_names_are_counted_by_network(bench: Bench) -> None:
    failures = [event(n, Kind.REQUEST, Reason.SERVER_ERROR, None, source=f"n{n % 3}") for n in range(9)]
    bench.add(*failures, event(9, Kind.REQUEST, Reason.SERVER_ERROR, None))
    impact = bench.diagnosing.impact(incident_of())
    assert impact is not None
    assert (impact.people_hurt, impact.unnamed_networks, impact.is_unknown) == (0, 3, True)


def test_where_nobody_was_hurt_the_impact_says_so(bench: Bench) -> None:
    bench.add(event(1))
    impact = bench.diagnosing.impact(incident_of())
    assert impact is not None
    assert (impact.people_hurt, impact.people_seen, impact.by_reason) == (0, 1, ())
    assert (impact.first_hurt_at, impact.unnamed_networks, impact.is_unknown) == (None, 0, False)
    assert bench.diagnosing.last_hurt(incident_of()) is None


def test_where_no_log_is_followed_nobody_is_counted(store: Path) -> None:
    bench = Bench(settings_of(store.parent))
    assert bench.diagnosing.impact(incident_of()) is None
    assert bench.diagnosing.last_hurt(incident_of()) is None


def test_when_somebody_was_last_hurt_is_known(bench: Bench) -> None:
    bench.add(event(1, Kind.SESSION, NETWORK), event(2, Kind.SESSION, NETWORK), event(3))
    assert bench.diagnosing.last_hurt(incident_of()) == at(2)


def _diagnosed(*others: Hypothesis) -> Incident:
    return incident_of(Diagnosed(differential("configuration", *others), CHANGE))


def _verdict(found: Differential, cause: str) -> Verdict:
    made = found.hypothesis(cause)
    assert made is not None
    return made.verdict


def test_what_was_settled_stays_and_what_was_open_is_judged_again(bench: Bench) -> None:
    ruled_out = hypothesis("load", Verdict.RULED_OUT, reason="as it was then")
    incident = _diagnosed(ruled_out, hypothesis("attack", Verdict.OPEN))
    bench.add(*(event(n, person=f"p{n % 40}", source=f"n{n % 30}") for n in range(-120, 60)))
    now = at(60)
    refined = bench.diagnosing.refined(incident, now)
    assert refined is not None
    assert {incident.differential.hypotheses[0], ruled_out} < set(refined.hypotheses)  # type: ignore[union-attr]
    assert {h.cause for h in refined.hypotheses} == {"configuration", "load", "attack"}
    assert _verdict(refined, "attack") is Verdict.RULED_OUT
    assert (refined.conclusion, refined.made_at) == ("configuration", now)
    assert bench.diagnosing.last_made[incident.id] == now


def test_what_is_judged_again_is_ranked_again(bench: Bench) -> None:
    incident = _diagnosed(hypothesis("attack", Verdict.OPEN), hypothesis("left open", Verdict.OPEN))
    bench.add(*(event(n, person=f"p{n % 40}", source=f"n{n % 30}") for n in range(-120, 60)))
    refined = bench.diagnosing.refined(incident, at(60))
    assert refined is not None
    assert [h.cause for h in refined.hypotheses] == ["configuration", "left open", "attack"]


def test_a_differential_in_which_all_is_settled_is_not_made_again(bench: Bench) -> None:
    incident = _diagnosed(hypothesis("load", Verdict.RULED_OUT))
    assert bench.diagnosing.refined(incident, at(60)) is None
    assert bench.diagnosing.refined(incident_of(), at(60)) is None
    assert bench.diagnosing.last_made == {}


def test_what_is_as_open_as_before_is_not_said_again(bench: Bench) -> None:
    unknown = hypothesis("a cause that is not judged any more", Verdict.OPEN)
    assert bench.diagnosing.refined(_diagnosed(unknown), at(60)) is None


def _fault(bench: Bench) -> tuple[str, str]:
    """auth.toml changes before the onset, and people are refused under it; gives both digests."""
    bench.versions.take(at(-3600))
    (bench.settings.directory / "auth.toml").write_text(auth_toml(prefix=32))
    (reviewed,) = bench.versions.take(at(-4))
    before, after = reviewed.change.before, reviewed.change.after
    assert before is not None
    # The file's own time is that of this test: the change is dated as the story has it.
    bench.versions.changes[:] = [replace(reviewed, change=replace(reviewed.change, at=at(-4)))]
    bench.add(*(event(n, Kind.SESSION, person=f"p{-n % 40}", config=before) for n in range(-300, -4)))
    bench.add(event(-3, Kind.CONFIGURATION, person=None, config=after))
    for n in range(30):
        bench.add(event(n, Kind.SESSION, NETWORK if n % 2 else Reason.OK, f"p{n}", config=after))
    return before, after


def test_a_diagnosis_names_the_change_that_broke_it(bench: Bench) -> None:
    before, after = _fault(bench)
    made, change = bench.diagnosing.differential(incident_of(), at(30))
    assert made.conclusion == "configuration"
    assert change is not None
    assert (change.before, change.after) == (before, after)
    assert change.differences == (Difference("session.bind_ipv4_prefix", "24", "32"),)
    tests = {evidence.test for evidence in made.hypotheses[0].evidence}
    assert {"time", "check", "digest"} <= tests


def test_a_change_that_hurts_only_once_it_is_loaded_is_felt_from_then_on(bench: Bench) -> None:
    _fault(bench)
    made, _ = bench.diagnosing.differential(incident_of(), at(30))
    told = next(evidence.seen for evidence in made.hypotheses[0].evidence if evidence.test == "time")
    assert "loaded 3 s before the onset" in told


def test_where_nothing_changed_the_configuration_is_ruled_out(bench: Bench) -> None:
    bench.versions.take(at(-3600))
    bench.add(*(event(n, Kind.SESSION, NETWORK, f"p{n}") for n in range(30)))
    made, change = bench.diagnosing.differential(incident_of(), at(30))
    assert "configuration" in made.ruled_out
    assert change is None


def test_a_node_that_alone_refuses_people_is_named_though_no_watched_file_changed(bench: Bench) -> None:
    bench.versions.take(at(-3600))
    bench.add(*(event(n, Kind.SESSION, person=f"p{n % 40}", config="old") for n in range(-300, 30)))
    bench.add(*(event(n, Kind.SESSION, NETWORK, f"p{n}", config="new") for n in range(30)))
    made, _ = bench.diagnosing.differential(incident_of(), at(30))
    assert (made.conclusion, made.hypotheses[0].component) == ("configuration", "auth")


def test_where_no_configuration_is_watched_it_cannot_be_judged(store: Path) -> None:
    bench = Bench(settings_of(store.parent, {"config": []}))
    made, _ = bench.diagnosing.differential(incident_of(), at(30))
    assert _verdict(made, "configuration") is Verdict.NOT_TESTABLE


def test_a_plan_is_made_from_the_change_the_good_version_and_what_the_component_can_do(bench: Bench) -> None:
    seen_at = T0 - timedelta(hours=1)
    kept.add(ConfigVersion("auth", GOOD, seen_at, seen_at, None))
    kept.set_standing("auth", GOOD, Standing.PROVED_GOOD, "probes passed")
    situation = bench.diagnosing.situation(diagnosed(), ("tried",))
    assert situation.good is not None
    assert (situation.good.digest, situation.change, situation.tried) == (GOOD, CHANGE, ("tried",))
    # Without settings and a key of its own, the component's sessions cannot be listed.
    assert (situation.can_restart, situation.condemned, situation.probes) == (True, None, ())


def test_sessions_that_the_log_condemns_are_counted_for_the_plan(store: Path) -> None:
    sessions = {"settings": "auth.settings", "session_hash_key_file": "key", "log": "auth.jsonl"}
    bench = Bench(settings_of(store.parent, sessions))
    for n in range(3):
        bench.add(event(n, session=f"s{n}", config=BAD), event(n, Kind.SESSION, NETWORK, session=f"s{n}", config=BAD))
    situation = bench.diagnosing.situation(diagnosed(), ())
    assert (situation.condemned, situation.can_restart, situation.good) == (3, False, None)


def test_without_a_change_there_is_nothing_to_go_back_to(bench: Bench) -> None:
    situation = bench.diagnosing.situation(incident_of(), ())
    assert (situation.change, situation.good, situation.condemned, situation.can_restart) == (None, None, None, False)


def test_what_a_differential_was_made_from_is_kept_and_gives_the_same_again(bench: Bench) -> None:
    _fault(bench)
    incident = incident_of()
    made, _ = bench.diagnosing.differential(incident, at(30))
    ((moment, observations),) = Rounds(bench.settings.state).kept(incident.id)
    assert moment == at(30)
    assert judged(observations, moment) == made
    assert observations.visitors is not None


def test_earlier_looks_at_the_processes_and_keys_of_an_incident_are_remembered(store: Path) -> None:
    bench = Bench(settings_of(store.parent, {"pid_file": "auth.pid", "keys": ["auth.pid"]}))
    (bench.settings.directory / "auth.pid").write_text(str(os.getpid()))
    incident = incident_of()
    for seconds in (30, 33):
        bench.diagnosing.differential(incident, at(seconds))
    first, second = (seen for _, seen in Rounds(bench.settings.state).kept(incident.id))
    assert first.processes == ()
    assert [process.pid for process in second.processes] == [os.getpid()]
    assert first.keys == ()
    assert [file.name for keys in second.keys for file in keys.files] == ["auth.pid"]
