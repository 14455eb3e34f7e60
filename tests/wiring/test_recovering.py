"""An incident is taken through its repair: each step is in the ledger, and people are asked once."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.errors import ActionRefused
from doorward.model.action import ActionState
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.diagnosis import Differential, Hypothesis, Verdict
from doorward.model.entry import (
    Asked,
    Diagnosed,
    Entry,
    EntryBody,
    ImpactMeasured,
    Planned,
    Recovered,
    SessionsCleared,
)
from doorward.model.incident import Incident, IncidentState
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason, SignInEvent
from doorward.store import versions as kept
from doorward.wiring import repair as waits
from doorward.wiring.recovering import MENDED_BY_OTHERS, REFINED_FOR
from tests.entries import declared
from tests.recover.cases import hypothesis
from tests.wiring.bench import Bench, probe
from tests.wiring.cases import at, auth_toml, event, settings_of

ID = "2026-03-01-1"
NETWORK = Reason.NETWORK_CHANGED
SESSIONS: dict[str, object] = {
    "settings": "tiny_settings",
    "session_hash_key_file": "key",
    "python": sys.executable,
}


class Story:
    """A change of auth.toml, ten seconds of harm, and the incident that it became."""

    def __init__(self, home: Path, auth: dict[str, object] | None = None, **recover: object) -> None:
        policy = {"approval": "policy", "settle_s": 4, "pause_s": 0, **recover}
        self.bench = Bench(settings_of(home, {"log": "auth.jsonl", **(auth or {})}, recover=policy, probe=[{
            "name": "sign-in", "journey": "form", "start": "http://127.0.0.1:1/"}]))  # fmt: skip
        self.bench.now = at(0)
        self.path = self.bench.settings.directory / "auth.toml"
        self.good = self._keep(auth_toml(), -3600)
        self.bad = self._keep(auth_toml(prefix=32), -4)
        kept.set_standing("auth", self.good, Standing.PROVED_GOOD, "probes passed")
        self.change = Change("auth", self.good, self.bad, at(-4), None)
        self.record(declared())

    def _keep(self, text: str, seconds: float) -> str:
        """The version as it was taken then; what the check says of it does not matter here."""
        self.path.write_text(text)
        files = {"auth.toml": text.encode()}
        digest = kept.digest(files)
        kept.keep_files(self.bench.settings.state, "auth", digest, files)
        kept.add(ConfigVersion("auth", digest, at(seconds), at(seconds), None))
        return digest

    def record(self, *bodies: EntryBody) -> None:
        self.bench.ledger.record(ID, "doorward", self.bench.now, bodies)

    def diagnose(self, *others: Hypothesis) -> None:
        """The change is found to be the cause."""
        first = hypothesis("configuration", Verdict.SUPPORTED, self.change)
        made = Differential(self.bench.now, (first, *others), "configuration", "the tests support it")
        self.record(Diagnosed(made, self.change))

    @property
    def incident(self) -> Incident:
        found = self.bench.ledger.incident(ID)
        assert found is not None
        return found

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.bench.ledger.entries(ID)

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]

    def repair(self) -> None:
        """From the diagnosis to the verification."""
        self.bench.recovering.plan(self.incident)
        self.bench.recovering.approve(self.incident)
        self.bench.recovering.apply(self.incident)

    def settle(self, seconds: float) -> None:
        """So many seconds after the onset."""
        self.bench.now = at(seconds)
        self.bench.recovering.settle(self.incident)

    def broken(self, *sessions: str) -> list[SignInEvent]:
        """Each was issued under the fault and refused since."""
        return [
            made
            for session in sessions
            for made in (
                event(-2, session=session, config=self.bad),
                event(-1, Kind.SESSION, NETWORK, session=session, config=self.bad),
            )
        ]


@pytest.fixture
def story(store: Path) -> Story:
    """Repairs are approved by policy."""
    return Story(store.parent)


def test_an_end_by_another_hand_is_seen_with_its_impact(story: Story) -> None:
    story.bench.add(event(1, Kind.SESSION, NETWORK))
    story.bench.recovering.see(story.incident)
    assert story.incident.state is IncidentState.RECOVERED
    assert story.entries[-1].body == Recovered(MENDED_BY_OTHERS)
    assert story.incident.impact is not None
    assert story.incident.impact.people_hurt == 1


def test_where_no_log_is_followed_an_end_is_seen_without_counting_anybody(store: Path) -> None:
    story = Story(store.parent, {"log": None})
    story.bench.recovering.see(story.incident)
    assert story.kinds == ["declared", "recovered"]


def test_a_repair_by_policy_goes_from_plan_to_verification(story: Story) -> None:
    story.diagnose()
    story.repair()
    assert story.path.read_text() == auth_toml()
    assert {record.state for record in story.incident.actions} == {ActionState.SUCCEEDED}
    assert story.incident.approved_by == "policy"
    assert story.incident.verified is not None
    assert story.incident.verified.passed
    assert [version.standing for version in kept.all_of("auth")] == [Standing.PROVED_GOOD, Standing.PINNED]


def test_without_a_repair_a_person_is_asked_and_told_why(story: Story) -> None:
    story.bench.recovering.plan(story.incident)
    assert story.incident.question is not None
    assert "no differential yet" in story.incident.question
    assert story.incident.state is IncidentState.PAUSED


def test_whoever_was_asked_for_a_cause_that_fell_hears_of_the_one_that_stands(story: Story) -> None:
    kept.set_standing("auth", story.good, Standing.UNPROVED, "of a test")
    attack = hypothesis("attack", Verdict.SUPPORTED)
    story.record(Diagnosed(Differential(story.bench.now, (attack,), "attack", "it looks like one"), None))
    story.bench.recovering.plan(story.incident)
    first = story.incident.question
    assert first is not None
    story.diagnose()
    assert story.incident.question is None
    story.bench.recovering.plan(story.incident)
    assert (story.incident.question or "").startswith("The cause is now held to be: configuration. Doorward has")
    assert story.incident.question != first


def test_no_version_proved_good_is_no_plan(story: Story) -> None:
    kept.set_standing("auth", story.good, Standing.UNPROVED, "of a test")
    story.diagnose()
    story.bench.recovering.plan(story.incident)
    assert "no version was proved good by probes" in (story.incident.question or "")


def test_a_plan_that_was_tried_is_not_made_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "VERIFY_WAIT_S", 0.0)
    story.bench.answers = [(probe(ProbeOutcome.FAILED, "http-500"),)]
    story.diagnose()
    story.repair()
    assert "http-500" in (story.incident.question or "")
    story.bench.recovering.plan(story.incident)
    assert "this plan was tried and did not help" in (story.incident.question or "")
    assert story.kinds.count("planned") == 1


def test_where_people_approve_a_person_is_asked_and_nothing_runs(store: Path) -> None:
    story = Story(store.parent, approval="ask")
    story.diagnose()
    story.bench.recovering.plan(story.incident)
    story.bench.recovering.approve(story.incident)
    assert story.incident.plan is not None
    assert story.incident.question == f"May plan {story.incident.plan.digest} be applied?"
    with pytest.raises(ActionRefused, match="not approved"):
        story.bench.recovering.apply(story.incident)
    assert story.path.read_text() == auth_toml(prefix=32)


def test_no_policy_approves_more_sessions_than_the_cap(store: Path) -> None:
    story = Story(store.parent, SESSIONS, most_sessions=1)
    story.bench.add(*story.broken("s1", "s2"))
    story.diagnose()
    story.bench.recovering.plan(story.incident)
    story.bench.recovering.approve(story.incident)
    assert "more sessions than recover.most_sessions" in (story.incident.question or "")
    assert story.incident.approved_plan is None


def test_an_incident_has_recovered_when_it_was_quiet_for_long_enough(story: Story) -> None:
    story.diagnose()
    story.bench.now = at(10)
    story.repair()
    story.settle(13.9)
    assert story.incident.state is IncidentState.RECOVERING
    story.settle(14)
    assert story.incident.state is IncidentState.RECOVERED
    assert isinstance(story.entries[-2].body, ImpactMeasured)
    count = len(story.entries)
    story.settle(15)
    assert len(story.entries) == count


def test_while_people_are_still_hurt_an_incident_has_not_recovered(story: Story) -> None:
    story.diagnose()
    story.bench.now = at(10)
    story.repair()
    story.bench.add(event(13, Kind.SESSION, NETWORK))
    story.settle(14)
    assert story.incident.state is IncidentState.RECOVERING
    story.settle(15)
    assert story.incident.state is IncidentState.RECOVERED


def test_what_was_left_open_is_judged_again_only_for_a_while_and_the_change_stays(story: Story) -> None:
    story.diagnose(hypothesis("attack", Verdict.OPEN))
    story.repair()
    story.bench.add(*(event(n, person=f"p{n % 40}", source=f"n{n % 30}") for n in range(-120, 60)))
    story.settle(REFINED_FOR.total_seconds() + 1)
    assert story.kinds.count("diagnosed") == 1
    story.settle(60)
    assert story.kinds.count("diagnosed") == 2
    assert story.incident.differential is not None
    assert "attack" in story.incident.differential.ruled_out
    assert story.incident.change == story.change


def test_sessions_that_turn_out_to_be_broken_later_are_ended_too(store: Path, sessions: tuple[str, ...]) -> None:
    story = Story(store.parent, SESSIONS)
    story.diagnose()
    story.repair()
    assert story.incident.sessions_cleared == ()
    story.bench.add(*story.broken(sessions[1]))
    story.settle(1)
    assert story.incident.sessions_cleared == (sessions[1],)
    cleared = [entry.body for entry in story.entries if isinstance(entry.body, SessionsCleared)]
    assert [body.kept for body in cleared] == [4, 3]
    story.settle(1.5)
    assert story.kinds.count("sessions-cleared") == 2


def test_at_the_cap_a_person_is_asked_once_and_no_session_is_ended(store: Path, sessions: tuple[str, ...]) -> None:
    story = Story(store.parent, SESSIONS, most_sessions=0)
    story.diagnose()
    story.repair()
    story.bench.add(*story.broken(sessions[1]))
    story.settle(1)
    assert "more than recover.most_sessions leaves (0)" in (story.incident.question or "")
    story.settle(2)
    assert [entry.kind for entry in story.entries].count("asked") == 1
    assert story.incident.sessions_cleared == ()


def test_an_incident_that_has_recovered_is_not_opened_again_by_the_cap(store: Path, sessions: tuple[str, ...]) -> None:
    story = Story(store.parent, SESSIONS, most_sessions=0)
    story.diagnose()
    story.repair()
    story.settle(30)
    assert story.incident.state is IncidentState.RECOVERED
    story.bench.add(*story.broken(sessions[1]))
    for seconds in (31, 32):
        story.settle(seconds)
    assert story.incident.state is IncidentState.RECOVERED
    assert story.kinds.count("noted") == 1
    assert not any(isinstance(entry.body, Asked) for entry in story.entries)


def test_a_plan_that_nobody_approved_clears_nothing_while_settling(story: Story) -> None:
    story.diagnose()
    story.bench.recovering.plan(story.incident)
    story.record(Recovered("mended by hand"))
    story.settle(timedelta(minutes=2).total_seconds())
    assert isinstance(story.entries[-2].body, Planned)
    assert story.entries[-1].body == Recovered("mended by hand")
