"""Entry: one line of an incident's append-only log, and what each kind of line says.

Rules for editing: an entry kind is never renamed or removed once shipped (old logs must fold for ever); a new kind gets
a class here, a row in `ENTRY_KINDS`, and a row in `doorward.model.incident.TRANSITIONS` if it moves the state; a field
gets a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.model.action import Plan
from doorward.model.config_version import Change
from doorward.model.detection import Detection
from doorward.model.diagnosis import Differential


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident begins: why it was declared (`reason` is a named reason), and the detection behind it."""

    service: str
    title: str
    reason: str
    detection: Detection


@dataclass(frozen=True, slots=True)
class Joined:
    """A further detection belongs to this incident; `title` is what it is called from now on, empty = as before."""

    detection: Detection
    reason: str
    title: str = ""


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

    @property
    def is_unknown(self) -> bool:
        """Whether failures were seen but no log names anybody: then zero people would be a guess."""
        return self.people_hurt == 0 and self.unnamed_networks > 0


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
