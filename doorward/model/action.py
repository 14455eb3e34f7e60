"""Action and Plan: steps that change a guarded system, planned, approved, run and verified.

Rules for editing the table: an action may only reach `succeeded` through `started`; a failed action ends the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """What an action does."""

    ROLL_BACK = "roll-back"
    RESTART = "restart"
    CLEAR_SESSIONS = "clear-sessions"
    VERIFY = "verify"


class ActionState(StrEnum):
    """Where an action stands."""

    PLANNED = "planned"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ACTION_TRANSITIONS: dict[ActionState, tuple[ActionState, ...]] = {
    ActionState.PLANNED: (ActionState.STARTED,),
    ActionState.STARTED: (ActionState.SUCCEEDED, ActionState.FAILED),
    ActionState.SUCCEEDED: (),
    ActionState.FAILED: (),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan. `step` counts from 1; `effect` says in people's words what it does; `target` is a digest,
    a component or a predicate; `count` is how many sessions it would touch (None = does not apply or not known)."""

    step: int
    kind: ActionKind
    component: str
    target: str
    effect: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, in order, and why; `digest` identifies it, so that an approval names one plan."""

    digest: str
    reason: str
    actions: tuple[Action, ...]
