"""From a differential to a Plan, or a named reason why there is none; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from doorward.model.action import Action, ActionKind, Plan
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.diagnosis import Differential
from doorward.model.incident import Incident

ROLL_BACK_CAUSE = "configuration"


class NoPlan(StrEnum):
    """Why Doorward plans nothing and asks a person instead."""

    NO_DIFFERENTIAL = "no-differential-yet"
    CAUSE_NOT_REPAIRABLE = "cause-is-not-one-that-a-roll-back-mends"
    NO_CHANGE = "no-configuration-change-is-known"
    NO_GOOD_VERSION = "no-version-was-proved-good-by-probes"
    GOOD_VERSION_PINNED = "the-earlier-version-is-pinned-as-bad"
    ALREADY_TRIED = "this-plan-was-tried-and-did-not-help"


@dataclass(frozen=True, slots=True)
class Situation:
    """What planning looks at. `condemned` counts sessions that could be cleared now; None = the kind cannot list."""

    differential: Differential | None
    change: Change | None
    good: ConfigVersion | None
    can_restart: bool
    condemned: int | None
    probes: tuple[str, ...]
    tried: tuple[str, ...] = ()


def plan(situation: Situation) -> Plan | NoPlan:
    """Roll back to the last version proved good, restart, clear condemned sessions, verify."""
    refusal = _refusal(situation)
    if refusal is not None:
        return refusal
    change, good = situation.change, situation.good
    assert change is not None
    assert good is not None
    actions = _number(_actions(situation, change, good), change.component)
    digest = plan_digest(actions)
    if digest in situation.tried:
        return NoPlan.ALREADY_TRIED
    keys = ", ".join(difference.pointer for difference in change.differences) or "its files"
    reason = (
        f"the configuration of {change.component} changed from {good.digest} to {change.after} ({keys}) and is the "
        "only cause that the tests support"
    )
    return Plan(digest, reason, actions)


def _refusal(situation: Situation) -> NoPlan | None:
    if situation.differential is None:
        return NoPlan.NO_DIFFERENTIAL
    if situation.differential.conclusion != ROLL_BACK_CAUSE:
        return NoPlan.CAUSE_NOT_REPAIRABLE
    if situation.change is None:
        return NoPlan.NO_CHANGE
    if situation.good is None or situation.good.digest == situation.change.after:
        return NoPlan.NO_GOOD_VERSION
    if situation.good.standing is Standing.PINNED:
        return NoPlan.GOOD_VERSION_PINNED
    return None


def _actions(
    situation: Situation, change: Change, good: ConfigVersion
) -> list[tuple[ActionKind, str, str, int | None]]:
    steps: list[tuple[ActionKind, str, str, int | None]] = [
        (
            ActionKind.ROLL_BACK,
            good.digest,
            f"put configuration {good.digest} of {change.component} back (proved good by probes) and pin "
            f"{change.after} as bad",
            None,
        )
    ]
    if situation.can_restart:
        steps.append(
            (ActionKind.RESTART, good.digest, f"reload {change.component} so that it takes {good.digest}", None)
        )
    if situation.condemned is not None:
        steps.append(
            (
                ActionKind.CLEAR_SESSIONS,
                change.after,
                f"end the sessions of {change.component} that cannot be used any more; all others stay signed in",
                situation.condemned,
            )
        )
    steps.append((ActionKind.VERIFY, ", ".join(situation.probes), "sign in by every probe and compare", None))
    return steps


def _number(steps: Sequence[tuple[ActionKind, str, str, int | None]], component: str) -> tuple[Action, ...]:
    return tuple(
        Action(number, kind, component, target, effect, count)
        for number, (kind, target, effect, count) in enumerate(steps, start=1)
    )


def plan_digest(actions: Sequence[Action]) -> str:
    """Identifies what would be done; the number of condemned sessions, which grows, is left out."""
    text = "\n".join(f"{a.step} {a.kind} {a.component} {a.target}" for a in actions)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Approval(StrEnum):
    """Whether a plan may run."""

    GIVEN = "given"
    BY_POLICY = "recover.approval=policy"
    AWAITED = "a-person-must-approve"
    NO_PLAN = "nothing-to-approve"
    TOO_MANY_SESSIONS = "more-sessions-than-recover.most_sessions"


def approval(incident: Incident, policy: bool, most_sessions: int) -> Approval:
    """Who approves the incident's present plan."""
    if incident.plan is None:
        return Approval.NO_PLAN
    if incident.approved_plan == incident.plan.digest:
        return Approval.GIVEN
    if any((action.count or 0) > most_sessions for action in incident.plan.actions):
        return Approval.TOO_MANY_SESSIONS
    return Approval.BY_POLICY if policy else Approval.AWAITED
