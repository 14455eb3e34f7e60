"""Applying: only what was approved, from the first unfinished step on, and every end is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from doorward.errors import ActionRefused, DoorwardError, LogBroken, StoreUnavailable, SystemUnreachable
from doorward.model.action import Action, ActionKind, ActionState
from doorward.model.entry import (
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Asked,
    Diagnosed,
    EntryBody,
    Planned,
    SessionsCleared,
    Verified,
)
from doorward.model.incident import Incident, IncidentState
from doorward.recover.applying import Applied, apply
from tests.recover.cases import BAD, CHANGE, GOOD, Record, approved, differential, situation, whole_plan

PASSED = Verified(True, "2 of 2 probes pass", (("sign-in", "passed", "ok"), ("portal", "passed", "ok")))
FAILED = Verified(False, "sign-in: sent-back-to-sign-in", (("sign-in", "failed", "sent-back-to-sign-in"),))


@dataclass
class Bench:
    """A guarded system as small as it can be: it notes what is done to it, and one kind of step may fail."""

    verified: Verified = PASSED
    fails: dict[ActionKind, DoorwardError] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def _do(self, kind: ActionKind, what: str) -> str:
        if kind in self.fails:
            raise self.fails[kind]
        self.done.append(what)
        return what

    def roll_back(self, action: Action, bad: str) -> str:
        return self._do(action.kind, f"{action.target} back, {bad} pinned")

    def restart(self, action: Action) -> str:
        return self._do(action.kind, f"{action.component} restarted")

    def clear_sessions(self, action: Action, since_incident: Incident) -> SessionsCleared:
        self._do(action.kind, f"sessions of {since_incident.id} ended")
        return SessionsCleared(action.component, "refused", ("s1", "s2"), 7)

    def verify(self) -> Verified:
        self._do(ActionKind.VERIFY, "probed")
        return self.verified


ALL = [f"{GOOD} back, {BAD} pinned", "auth restarted", "sessions of 2026-03-01-1 ended", "probed"]


def _states(record: Record) -> list[ActionState]:
    return [action.state for action in record.incident.actions]


def test_an_approved_plan_runs_to_its_end_and_each_step_is_written_down() -> None:
    record, bench = approved(), Bench()
    assert apply(record.incident, bench, record) is Applied.VERIFIED
    assert bench.done == ALL
    told = record.bodies[4:]
    assert [type(body) for body in told] == [
        *(ActionStarted, ActionSucceeded) * 2,
        *(ActionStarted, SessionsCleared, ActionSucceeded),
        *(ActionStarted, Verified, ActionSucceeded),
    ]
    assert told[6] == ActionSucceeded(whole_plan().digest, 3, "ended 2 sessions, kept 7", 2)
    assert record.incident.sessions_cleared == ("s1", "s2")
    assert record.incident.verified == PASSED


def test_without_an_approval_nothing_is_touched() -> None:
    record, bench = Record(), Bench()
    for bodies in ([], [Diagnosed(differential(), CHANGE), Planned(whole_plan())]):
        if bodies:
            record(bodies)
        before = list(record.bodies)
        with pytest.raises(ActionRefused, match="not approved"):
            apply(record.incident, bench, record)
        assert (bench.done, record.bodies) == ([], before)


def test_the_approval_of_an_earlier_plan_does_not_run_a_later_one() -> None:
    record, bench = approved(whole_plan(condemned=None)), Bench()
    record([Planned(whole_plan())])
    with pytest.raises(ActionRefused, match="not approved"):
        apply(record.incident, bench, record)
    assert bench.done == []


class PowerCut(BaseException):
    """The process is gone: nothing is written after it."""


@dataclass
class CutOff:
    """A record that a power cut ends after so many calls."""

    record: Record
    after: int

    def __call__(self, bodies: Sequence[EntryBody]) -> None:
        if self.after == 0:
            raise PowerCut
        self.after -= 1
        self.record(bodies)


@pytest.mark.parametrize("calls", range(8))
def test_after_a_crash_it_goes_on_with_the_first_unfinished_step(calls: int) -> None:
    record, before, after = approved(), Bench(), Bench()
    with pytest.raises(PowerCut):
        apply(record.incident, before, CutOff(record, calls))
    finished = _states(record).count(ActionState.SUCCEEDED)
    assert finished == calls // 2
    assert apply(record.incident, after, record) is Applied.VERIFIED
    assert after.done == ALL[finished:]
    assert _states(record) == [ActionState.SUCCEEDED] * 4


def test_a_finished_plan_run_again_does_nothing() -> None:
    record, bench = approved(), Bench()
    apply(record.incident, Bench(), record)
    before = list(record.bodies)
    assert apply(record.incident, bench, record) is Applied.VERIFIED
    assert (bench.done, record.bodies) == ([], before)


@pytest.mark.parametrize("kind", [ActionKind.ROLL_BACK, ActionKind.RESTART, ActionKind.CLEAR_SESSIONS])
def test_a_step_that_fails_ends_the_plan_and_asks_a_person(kind: ActionKind) -> None:
    record, bench = approved(), Bench(fails={kind: SystemUnreachable("no running process")})
    assert apply(record.incident, bench, record) is Applied.STEP_FAILED
    step = [action.kind for action in whole_plan().actions].index(kind) + 1
    assert record.bodies[-2] == ActionFailed(whole_plan().digest, step, "no running process")
    question = f"Step {step} ({kind}) failed: no running process. What now?"
    assert record.bodies[-1] == Asked(question)
    assert record.incident.state is IncidentState.PAUSED
    assert bench.done == ALL[: step - 1]


def test_a_failed_plan_is_never_run_further_by_itself() -> None:
    record = approved()
    apply(record.incident, Bench(fails={ActionKind.RESTART: ActionRefused("reload ended with 1")}), record)
    with pytest.raises(LogBroken, match="cannot go from failed to started"):
        apply(record.incident, Bench(), record)


def test_probes_that_still_fail_are_told_and_a_person_is_asked() -> None:
    record = approved()
    assert apply(record.incident, Bench(verified=FAILED), record) is Applied.NOT_VERIFIED
    assert record.incident.verified == FAILED
    assert _states(record)[-1] is ActionState.FAILED
    assert record.incident.question is not None
    assert "sent-back-to-sign-in" in record.incident.question
    assert record.incident.state is IncidentState.PAUSED


def test_a_database_of_ours_that_is_away_fails_no_step_and_asks_nobody() -> None:
    record = approved()
    with pytest.raises(StoreUnavailable):
        apply(record.incident, Bench(fails={ActionKind.ROLL_BACK: StoreUnavailable("locked")}), record)
    assert _states(record)[0] is ActionState.STARTED
    assert record.incident.question is None
    assert apply(record.incident, Bench(), record) is Applied.VERIFIED


def test_the_version_that_is_pinned_is_the_one_that_the_diagnosis_blames() -> None:
    assert situation().change == CHANGE
    bench = Bench(fails={ActionKind.RESTART: ActionRefused("stop here")})
    record = approved()
    apply(record.incident, bench, record)
    assert bench.done == [f"{GOOD} back, {CHANGE.after} pinned"]
