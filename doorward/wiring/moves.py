"""What an open incident needs next, read from the incident alone; pure. Every move is safe to repeat after a kill."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from doorward.model.action import ActionState
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG
from doorward.model.incident import Incident, IncidentState

# While it cannot tell, a differential is made anew after so long.
DIAGNOSE_AGAIN = timedelta(seconds=3)
# What joins an incident may show that its stated cause is not all: for so long after it is looked at again.
LOOK_AGAIN_FOR = timedelta(seconds=30)
# A first differential may come before the evidence is in: a person is asked only when it still cannot tell then.
PATIENCE = timedelta(seconds=20)


class Move(StrEnum):
    """The next step of an incident."""

    DIAGNOSE = "diagnose"
    PLAN = "plan"
    APPROVE = "approve"
    APPLY = "apply"
    SETTLE = "settle"
    SEE = "see"
    WAIT = "wait"


def next_move(incident: Incident, last_diagnosed_at: datetime | None, now: datetime, calm: bool = False) -> Move:
    """The move; `last_diagnosed_at` is when this process last made a differential, None if it never did.

    `calm` says that all signals are back in their usual course: where Doorward repairs nothing, that is seen.
    """
    if incident.state is IncidentState.RECOVERED:
        return Move.SETTLE
    if calm and not _is_repairing(incident):
        return Move.SEE
    again = last_diagnosed_at is None or now - last_diagnosed_at >= DIAGNOSE_AGAIN
    if again and _is_questioned(incident, now):
        return Move.DIAGNOSE
    if incident.plan is not None:
        return _with_plan(incident)
    if incident.differential is None:
        return Move.DIAGNOSE
    if incident.differential.conclusion in (CANNOT_TELL, NOTHING_WRONG):
        if again:
            return Move.DIAGNOSE
        asked = incident.question is not None or now - incident.declared_at < PATIENCE
        return Move.WAIT if asked else Move.PLAN
    return Move.WAIT if incident.question is not None else Move.PLAN


def _is_questioned(incident: Incident, now: datetime) -> bool:
    """Whether something joined after a cause was stated, and no repair of that cause has been approved."""
    made, joined_at = incident.differential, incident.joined_at
    if made is None or made.concluded is None or joined_at is None or incident.approved_plan is not None:
        return False
    return made.made_at < joined_at and now - joined_at <= LOOK_AGAIN_FOR


def _is_repairing(incident: Incident) -> bool:
    """Whether an approved plan is under way or done; one that failed has handed over to people."""
    if incident.plan is None or incident.approved_plan != incident.plan.digest:
        return False
    return ActionState.FAILED not in {record.state for record in incident.actions}


def _with_plan(incident: Incident) -> Move:
    assert incident.plan is not None
    if incident.approved_plan != incident.plan.digest:
        return Move.WAIT if incident.question is not None else Move.APPROVE
    states = {record.state for record in incident.actions}
    if ActionState.FAILED in states:
        return Move.WAIT
    return Move.SETTLE if states == {ActionState.SUCCEEDED} else Move.APPLY
