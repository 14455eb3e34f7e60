"""Run an approved plan step by step, writing down each beginning and end; a failure stops the plan and asks a person.

A plan that a crash cut off is run again from its first unfinished step: every step may be repeated without harm. The
same holds where Doorward's own database does not answer: that says nothing of the step, so nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from doorward.errors import ActionRefused, DoorwardError, StoreUnavailable
from doorward.model.action import Action, ActionKind, ActionState
from doorward.model.entry import (
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Asked,
    EntryBody,
    SessionsCleared,
    Verified,
)
from doorward.model.incident import Incident

Record = Callable[[Sequence[EntryBody]], None]


class Tools(Protocol):
    """What applying needs of the guarded system; each raises DoorwardError when it cannot."""

    def roll_back(self, action: Action, bad: str) -> str:
        """Put the version `action.target` back and pin `bad`; returns what was done in words."""
        ...

    def restart(self, action: Action) -> str:
        """Have the component take its configuration, and wait until it has."""
        ...

    def clear_sessions(self, action: Action, since_incident: Incident) -> SessionsCleared:
        """End the sessions that cannot be used any more."""
        ...

    def verify(self) -> Verified:
        """Sign in by every probe."""
        ...


class Applied(StrEnum):
    """How applying ended."""

    VERIFIED = "verified-by-probes"
    NOT_VERIFIED = "probes-still-fail"
    STEP_FAILED = "a-step-failed"


def apply(incident: Incident, tools: Tools, record: Record) -> Applied:
    """Run what is left of the incident's approved plan. Raises ActionRefused without an approval of this very plan, and
    StoreUnavailable in the middle of a step, which is then to be run again."""
    if incident.plan is None or incident.approved_plan != incident.plan.digest:
        raise ActionRefused(f"the plan of {incident.id} is not approved", fix="approve it first")
    digest = incident.plan.digest
    for position in incident.actions:
        if position.state is ActionState.SUCCEEDED:
            continue
        action = position.action
        record([ActionStarted(digest, action.step)])
        try:
            ended = _run(incident, action, tools)
        except StoreUnavailable:
            raise
        except DoorwardError as error:
            what = error.problem.what
            question = f"Step {action.step} ({action.kind}) failed: {what}. What now?"
            record([ActionFailed(digest, action.step, what), Asked(question)])
            return Applied.STEP_FAILED
        record(_entries(digest, action, ended))
        if isinstance(ended, Verified) and not ended.passed:
            return Applied.NOT_VERIFIED
    return Applied.VERIFIED


def _run(incident: Incident, action: Action, tools: Tools) -> str | SessionsCleared | Verified:
    if action.kind is ActionKind.ROLL_BACK:
        return tools.roll_back(action, incident.change.after if incident.change else "")
    if action.kind is ActionKind.RESTART:
        return tools.restart(action)
    if action.kind is ActionKind.CLEAR_SESSIONS:
        return tools.clear_sessions(action, incident)
    return tools.verify()


def _entries(digest: str, action: Action, ended: str | SessionsCleared | Verified) -> list[EntryBody]:
    """What the log says of a step that came to its end."""
    if isinstance(ended, SessionsCleared):
        count = len(ended.sessions)
        detail = f"ended {count} sessions, kept {ended.kept}"
        return [ended, ActionSucceeded(digest, action.step, detail, count)]
    if isinstance(ended, Verified):
        if ended.passed:
            return [ended, ActionSucceeded(digest, action.step, ended.reason)]
        question = f"The plan was applied, but probes still fail ({ended.reason}). What now?"
        return [ended, ActionFailed(digest, action.step, ended.reason), Asked(question)]
    return [ActionSucceeded(digest, action.step, ended)]
