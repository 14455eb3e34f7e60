"""The heart: an append-only, hash-chained log of entries; an Incident is `fold(entries)`, never a stored row.

In: entries in order. Out: incidents, and whether the chain holds. Pure: no I/O, no clock (`doorward.store` keeps the
lines). The chain: `hash = SHA-256(previous hash, newline, canonical JSON of the line)`, from sixty-four zeros on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar, cast

import msgspec

from doorward.errors import LogBroken
from doorward.model.action import ACTION_TRANSITIONS, ActionState
from doorward.model.entry import (
    ENTRY_KINDS,
    Acknowledged,
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Asked,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    Escalated,
    ImpactMeasured,
    Joined,
    Noted,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Planned,
    Recovered,
    Resolved,
    SessionsCleared,
    Verified,
)
from doorward.model.incident import TRANSITIONS, ActionRecord, Incident, IncidentState, PageRecord
from doorward.model.page import PageState

GENESIS = "0" * 64
_ENCODE = msgspec.json.Encoder(order="deterministic").encode

B = TypeVar("B", bound=EntryBody)


def encode_body(body: EntryBody) -> str:
    """The body as canonical JSON: sorted keys, no spaces, times in ISO 8601."""
    return _ENCODE(body).decode()


def decode_body(kind: str, text: str) -> EntryBody:
    """The body back from its JSON. Raises LogBroken for a kind that is not known here, or a line that does not fit."""
    known = ENTRY_KINDS.get(kind)
    if known is None:
        raise LogBroken(f"entry kind {kind!r} is unknown", fix="read this log with the Doorward version that wrote it")
    try:
        return msgspec.json.decode(text, type=known)
    except msgspec.DecodeError as error:
        raise LogBroken(f"an entry of kind {kind!r} does not read: {error}") from error


def link(previous: str, seq: int, incident: str, at: datetime, by: str, kind: str, body_json: str) -> str:
    """The hash of a line: hex SHA-256 over the previous hash and the line's fields."""
    line = _ENCODE([seq, incident, at.astimezone(UTC).isoformat(timespec="microseconds"), by, kind, body_json])
    return hashlib.sha256(previous.encode() + b"\n" + line).hexdigest()


def verify(entries: Iterable[Entry], anchor: tuple[int, str] | None = None) -> int:
    """Check the whole chain and return how many lines it has.

    `anchor` is a (seq, hash) that was kept elsewhere: a log that was cut short no longer reaches it. Raises LogBroken
    naming the first line that does not hold.
    """
    previous, count, anchored = GENESIS, 0, anchor is None or anchor[0] == 0
    for expected_seq, entry in enumerate(entries, start=1):
        if entry.seq != expected_seq:
            raise LogBroken(f"line {expected_seq} is missing: the log goes on with {entry.seq}")
        made = link(previous, entry.seq, entry.incident, entry.at, entry.by, entry.kind, encode_body(entry.body))
        if entry.previous != previous or entry.hash != made:
            raise LogBroken(f"line {entry.seq} was changed: its hash does not follow from the line before it")
        if anchor is not None and anchor[0] == entry.seq:
            if anchor[1] != entry.hash:
                raise LogBroken(f"line {entry.seq} is not the line that the anchor remembers: the log was rewritten")
            anchored = True
        previous, count = entry.hash, expected_seq
    if not anchored and anchor is not None:
        raise LogBroken(f"the log ends at line {count}, but line {anchor[0]} had been written: its end was cut off")
    return count


def fold(entries: Iterable[Entry]) -> Incident:
    """The incident as its entries tell it; the first must be `declared`. Raises LogBroken if they cannot be true."""
    incident: Incident | None = None
    for entry in entries:
        if incident is None:
            incident = _declare(entry)
            continue
        if isinstance(entry.body, Declared):
            raise LogBroken(f"line {entry.seq}: incident {entry.incident} is declared twice")
        incident = _step(incident, entry)
    if incident is None:
        raise LogBroken("an incident without entries does not exist")
    return incident


def fold_all(entries: Iterable[Entry]) -> tuple[Incident, ...]:
    """Every incident of a log, in the order of declaration."""
    by_incident: dict[str, list[Entry]] = {}
    for entry in entries:
        by_incident.setdefault(entry.incident, []).append(entry)
    return tuple(fold(lines) for lines in by_incident.values())


def _declare(entry: Entry) -> Incident:
    body = entry.body
    if not isinstance(body, Declared):
        raise LogBroken(f"line {entry.seq}: incident {entry.incident} does not begin with a declaration")
    return Incident(
        id=entry.incident,
        service=body.service,
        title=body.title,
        state=IncidentState.OPEN,
        declared_at=entry.at,
        detections=(body.detection,),
        last_seq=entry.seq,
    )


def _step(incident: Incident, entry: Entry) -> Incident:
    moved = _move(incident, entry)
    applier = _APPLIERS.get(type(entry.body))
    return replace(applier(moved, entry, entry.body) if applier else moved, last_seq=entry.seq)


def _move(incident: Incident, entry: Entry) -> Incident:
    row = TRANSITIONS.get(entry.kind)
    if row is None:
        return incident
    state = row.get(incident.state)
    if state is None:
        raise LogBroken(f"line {entry.seq}: {entry.kind} cannot follow while {incident.id} is {incident.state}")
    return replace(incident, state=state)


_Applier = Callable[[Incident, Entry, EntryBody], Incident]
_APPLIERS: dict[type[EntryBody], _Applier] = {}


def _applies(kind: type[B]) -> Callable[[Callable[[Incident, Entry, B], Incident]], Callable[..., Incident]]:
    """Register how entries of `kind` change the incident; the type of the body is checked before the call."""

    def register(function: Callable[[Incident, Entry, B], Incident]) -> Callable[..., Incident]:
        def apply(incident: Incident, entry: Entry, body: EntryBody) -> Incident:
            assert isinstance(body, kind)
            return function(incident, entry, body)

        _APPLIERS[cast(type[EntryBody], kind)] = apply
        return function

    return register


@_applies(Joined)
def _joined(incident: Incident, entry: Entry, body: Joined) -> Incident:
    joined = replace(
        incident,
        detections=(*incident.detections, body.detection),
        title=body.title or incident.title,
        joined_at=entry.at,
    )
    if incident.recovered_at is None:
        return joined
    # A relapse is diagnosed and planned anew; what was done stays in the log.
    return replace(
        joined,
        recovered_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
        differential=None,
        diagnosed_at=None,
        change=None,
        plan=None,
        approved_at=None,
        approved_by=None,
        approved_plan=None,
        actions=(),
        verified=None,
    )


@_applies(Diagnosed)
def _diagnosed(incident: Incident, entry: Entry, body: Diagnosed) -> Incident:
    known = incident.differential
    is_same = known is not None and known.conclusion == body.differential.conclusion
    diagnosed_at = incident.diagnosed_at if is_same else entry.at
    diagnosed = replace(incident, differential=body.differential, diagnosed_at=diagnosed_at, change=body.change)
    if is_same or body.differential.concluded is None or incident.approved_plan is not None:
        return diagnosed
    # What was planned or asked for another conclusion is planned or asked anew.
    return replace(diagnosed, plan=None, actions=(), question=None)


@_applies(ImpactMeasured)
def _impact(incident: Incident, entry: Entry, body: ImpactMeasured) -> Incident:
    return replace(incident, impact=body)


@_applies(Acknowledged)
def _acknowledged(incident: Incident, entry: Entry, body: Acknowledged) -> Incident:
    if incident.acknowledged_at is not None:
        return incident
    return replace(incident, acknowledged_at=entry.at, acknowledged_by=entry.by)


@_applies(Escalated)
def _escalated(incident: Incident, entry: Entry, body: Escalated) -> Incident:
    return replace(incident, level=body.level)


@_applies(PageQueued)
def _page_queued(incident: Incident, entry: Entry, body: PageQueued) -> Incident:
    page = PageRecord(body.key, body.channel, body.to, body.level, entry.at, PageState.QUEUED)
    return replace(incident, pages=(*incident.pages, page))


@_applies(PageDelivered)
def _page_delivered(incident: Incident, entry: Entry, body: PageDelivered) -> Incident:
    return _with_page(incident, body.key, lambda p: replace(p, state=PageState.DELIVERED, delivered_at=entry.at))


@_applies(PageAttemptFailed)
def _page_failed(incident: Incident, entry: Entry, body: PageAttemptFailed) -> Incident:
    return _with_page(incident, body.key, lambda p: replace(p, failures=p.failures + 1))


def _with_page(incident: Incident, key: str, change: Callable[[PageRecord], PageRecord]) -> Incident:
    return replace(incident, pages=tuple(change(page) if page.key == key else page for page in incident.pages))


@_applies(Planned)
def _planned(incident: Incident, entry: Entry, body: Planned) -> Incident:
    actions = tuple(ActionRecord(action, ActionState.PLANNED) for action in body.plan.actions)
    return replace(incident, plan=body.plan, actions=actions)


@_applies(Approved)
def _approved(incident: Incident, entry: Entry, body: Approved) -> Incident:
    if incident.plan is None or incident.plan.digest != body.plan_digest:
        raise LogBroken(f"line {entry.seq}: plan {body.plan_digest} is approved but is not the plan of {incident.id}")
    return replace(incident, approved_at=entry.at, approved_by=entry.by, approved_plan=body.plan_digest, question=None)


@_applies(ActionStarted)
def _started(incident: Incident, entry: Entry, body: ActionStarted) -> Incident:
    if incident.approved_plan != body.plan_digest:
        raise LogBroken(f"line {entry.seq}: an action of plan {body.plan_digest} started without approval")
    return _with_action(incident, entry, body.step, ActionState.STARTED)


@_applies(ActionSucceeded)
def _succeeded(incident: Incident, entry: Entry, body: ActionSucceeded) -> Incident:
    return _with_action(incident, entry, body.step, ActionState.SUCCEEDED, body.detail, body.count)


@_applies(ActionFailed)
def _failed(incident: Incident, entry: Entry, body: ActionFailed) -> Incident:
    return _with_action(incident, entry, body.step, ActionState.FAILED, body.detail)


def _with_action(
    incident: Incident, entry: Entry, step: int, state: ActionState, detail: str = "", count: int | None = None
) -> Incident:
    records = list(incident.actions)
    for index, record in enumerate(records):
        if record.action.step != step:
            continue
        # A step that was cut off by a crash is started again: the one repeat that is allowed.
        resumed = record.state is state is ActionState.STARTED
        if not resumed and state not in ACTION_TRANSITIONS[record.state]:
            raise LogBroken(f"line {entry.seq}: step {step} cannot go from {record.state} to {state}")
        started_at = entry.at if state is ActionState.STARTED else record.started_at
        ended_at = None if state is ActionState.STARTED else entry.at
        records[index] = ActionRecord(record.action, state, started_at, ended_at, detail, count)
        return replace(incident, actions=tuple(records))
    raise LogBroken(f"line {entry.seq}: step {step} is not in the plan of {incident.id}")


@_applies(SessionsCleared)
def _cleared(incident: Incident, entry: Entry, body: SessionsCleared) -> Incident:
    return replace(incident, sessions_cleared=(*incident.sessions_cleared, *body.sessions))


@_applies(Verified)
def _verified(incident: Incident, entry: Entry, body: Verified) -> Incident:
    return replace(incident, verified=body)


@_applies(Asked)
def _asked(incident: Incident, entry: Entry, body: Asked) -> Incident:
    return replace(incident, question=body.question)


@_applies(Recovered)
def _recovered(incident: Incident, entry: Entry, body: Recovered) -> Incident:
    return replace(incident, recovered_at=entry.at, question=None)


@_applies(Resolved)
def _resolved(incident: Incident, entry: Entry, body: Resolved) -> Incident:
    return replace(incident, resolved_at=entry.at, question=None)


@_applies(Noted)
def _noted(incident: Incident, entry: Entry, body: Noted) -> Incident:
    return replace(incident, notes=(*incident.notes, (entry.at, entry.by, body.text)))
