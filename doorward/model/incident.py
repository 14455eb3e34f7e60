"""Incident and Entry: what people must act on, and the lines of its append-only log.

An Incident is never stored: it is `doorward.incident_log.fold(entries)`.

Rules for editing: an entry kind is never renamed or removed once shipped (old logs must fold for ever); a new kind gets
a class here, a row in `ENTRY_KINDS`, and a row in `TRANSITIONS` if it moves the state; a field gets a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.model.action import Action, ActionState, Plan
from doorward.model.config_version import Change
from doorward.model.detection import Detection
from doorward.model.diagnosis import Differential
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


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident begins: why it was declared (`reason` is a named reason), and the detection behind it."""

    service: str
    title: str
    reason: str
    detection: Detection


@dataclass(frozen=True, slots=True)
class Joined:
    """A further detection belongs to this incident."""

    detection: Detection
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A differential was made; `change` is the configuration change that it speaks of, None if there is none."""

    differential: Differential
    change: Change | None


@dataclass(frozen=True, slots=True)
class ImpactMeasured:
    """Who was hurt so far, counted from the guarded system's logs; a later measurement replaces an earlier one.

    `people_hurt` of `people_seen` distinct people, from `first_hurt_at` to `last_hurt_at`; `by_reason` counts events.
    `unnamed_networks`: networks from which failures came whose person the log does not name; they hide more people.
    """

    people_hurt: int
    people_seen: int
    first_hurt_at: datetime | None
    last_hurt_at: datetime | None
    by_reason: tuple[tuple[str, int], ...]
    source: str
    unnamed_networks: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has taken the incident; escalation by time stops."""

    note: str


@dataclass(frozen=True, slots=True)
class Escalated:
    """The incident went to this level of the escalation chain (0 = first)."""

    level: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PageQueued:
    """A page is owed: from now on it is delivered at least once, whatever is killed."""

    key: str
    channel: str
    to: str
    subject: str
    level: int


@dataclass(frozen=True, slots=True)
class PageDelivered:
    """The channel confirmed the page."""

    key: str
    attempts: int


@dataclass(frozen=True, slots=True)
class PageAttemptFailed:
    """A delivery failed; it is tried again at `next_at`."""

    key: str
    error: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A recovery plan was made (a dry run: nothing is changed yet)."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Approved:
    """The plan of that digest may be applied; `reason` says by which policy or person's word."""

    plan_digest: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActionStarted:
    """A step of the approved plan begins."""

    plan_digest: str
    step: int


@dataclass(frozen=True, slots=True)
class ActionSucceeded:
    """The step is done; `count` is what it touched, None where that does not apply."""

    plan_digest: str
    step: int
    detail: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """The step failed; the plan stops and a person is asked."""

    plan_digest: str
    step: int
    detail: str


@dataclass(frozen=True, slots=True)
class SessionsCleared:
    """Sessions of no more use were ended; `sessions` are their keyed hashes, `kept` were looked at and left."""

    component: str
    predicate: str
    sessions: tuple[str, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Verified:
    """Probes were run after the plan; `results` are (journey, outcome, reason)."""

    passed: bool
    reason: str
    results: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Doorward stopped and asks a person."""

    question: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """People can sign in again: probes pass and the signals are back in their usual course."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """The incident is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A person's note."""

    text: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """Entry `seq` was mistaken; the log is never edited, this line says what is true instead."""

    seq: int
    text: str


EntryBody = (
    Declared
    | Joined
    | Diagnosed
    | ImpactMeasured
    | Acknowledged
    | Escalated
    | PageQueued
    | PageDelivered
    | PageAttemptFailed
    | Planned
    | Approved
    | ActionStarted
    | ActionSucceeded
    | ActionFailed
    | SessionsCleared
    | Verified
    | Asked
    | Recovered
    | Resolved
    | Noted
    | Corrected
)

ENTRY_KINDS: dict[str, type[EntryBody]] = {
    "declared": Declared,
    "joined": Joined,
    "diagnosed": Diagnosed,
    "impact-measured": ImpactMeasured,
    "acknowledged": Acknowledged,
    "escalated": Escalated,
    "page-queued": PageQueued,
    "page-delivered": PageDelivered,
    "page-attempt-failed": PageAttemptFailed,
    "planned": Planned,
    "approved": Approved,
    "action-started": ActionStarted,
    "action-succeeded": ActionSucceeded,
    "action-failed": ActionFailed,
    "sessions-cleared": SessionsCleared,
    "verified": Verified,
    "asked": Asked,
    "recovered": Recovered,
    "resolved": Resolved,
    "noted": Noted,
    "corrected": Corrected,
}
KIND_OF: dict[type[EntryBody], str] = {body: kind for kind, body in ENTRY_KINDS.items()}

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
class Entry:
    """One line of the log. `seq` counts over the whole log; `hash` covers `previous` and everything else in the line.

    `by` is `doorward`, `policy`, or the operator's account name on Doorward's own dashboard.
    """

    seq: int
    incident: str
    at: datetime
    by: str
    body: EntryBody
    previous: str
    hash: str

    @property
    def kind(self) -> str:
        """The entry's kind as written in the log."""
        return KIND_OF[type(self.body)]


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
    """The fold of an incident's entries; every field comes from them and nowhere else."""

    id: str
    service: str
    title: str
    state: IncidentState
    declared_at: datetime
    detections: tuple[Detection, ...]
    differential: Differential | None = None
    diagnosed_at: datetime | None = None
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
