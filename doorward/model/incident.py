"""Incident: what people must act on; the fold of its entries, and the states that it goes through.

Rules for editing: a state is never renamed; an entry kind that moves the state has a row in `TRANSITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.model.action import Action, ActionState, Plan
from doorward.model.config_version import Change
from doorward.model.detection import Detection, Looks
from doorward.model.diagnosis import Differential
from doorward.model.entry import ImpactMeasured, Verified
from doorward.model.page import PageState


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RECOVERING = "recovering"
    PAUSED = "paused"
    RECOVERED = "recovered"
    RESOLVED = "resolved"

    @property
    def is_open(self) -> bool:
        """Whether people must still act or watch."""
        return self is not IncidentState.RESOLVED


# Which entries move the state, from where to where. An entry kind without a row leaves the state as it is; one with a
# row that lacks the present state does not fold: the log is broken or the writer is.
_S = IncidentState
TRANSITIONS: dict[str, dict[IncidentState, IncidentState]] = {
    "joined": {
        _S.OPEN: _S.OPEN,
        _S.RECOVERING: _S.RECOVERING,
        _S.PAUSED: _S.PAUSED,
        _S.RECOVERED: _S.OPEN,
    },
    "action-started": {_S.OPEN: _S.RECOVERING, _S.RECOVERING: _S.RECOVERING, _S.PAUSED: _S.RECOVERING},
    "asked": {_S.OPEN: _S.PAUSED, _S.RECOVERING: _S.PAUSED, _S.PAUSED: _S.PAUSED},
    "recovered": {_S.OPEN: _S.RECOVERED, _S.RECOVERING: _S.RECOVERED, _S.PAUSED: _S.RECOVERED},
    "resolved": {_S.OPEN: _S.RESOLVED, _S.PAUSED: _S.RESOLVED, _S.RECOVERED: _S.RESOLVED},
}


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """How one action of the plan stands, as folded from the log."""

    action: Action
    state: ActionState
    started_at: datetime | None = None
    ended_at: datetime | None = None
    detail: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """How one page stands, as folded from the log."""

    key: str
    channel: str
    to: str
    level: int
    queued_at: datetime
    state: PageState
    delivered_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """The fold of an incident's entries; every field comes from them alone. `joined_at`: when a sign last joined it."""

    id: str
    service: str
    title: str
    state: IncidentState
    declared_at: datetime
    detections: tuple[Detection, ...]
    differential: Differential | None = None
    diagnosed_at: datetime | None = None
    joined_at: datetime | None = None
    change: Change | None = None
    impact: ImpactMeasured | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    level: int = 0
    pages: tuple[PageRecord, ...] = ()
    plan: Plan | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None
    approved_plan: str | None = None
    actions: tuple[ActionRecord, ...] = ()
    sessions_cleared: tuple[str, ...] = ()
    verified: Verified | None = None
    question: str | None = None
    recovered_at: datetime | None = None
    resolved_at: datetime | None = None
    notes: tuple[tuple[datetime, str, str], ...] = ()
    last_seq: int = 0

    @property
    def is_attack_alone(self) -> bool:
        """Whether all that was detected looks like an attack under which people sign in as usual."""
        return all(detection.looks is Looks.ATTACK for detection in self.detections)
