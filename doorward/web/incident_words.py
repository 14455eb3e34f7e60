"""An Incident and its entries → the card that the pages show; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doorward.model.action import ActionState
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Evidence, Verdict
from doorward.model.drawing import Row, draw
from doorward.model.entry import Entry
from doorward.model.incident import TRANSITIONS, ActionRecord, Incident, IncidentState, PageRecord
from doorward.model.page import PageState
from doorward.respond.status import status_update
from doorward.review.sentences import sentence
from doorward.web import pages, phrases, tones

_TONES: dict[IncidentState, str] = {
    IncidentState.OPEN: "bad",
    IncidentState.RECOVERING: "bad",
    IncidentState.PAUSED: "bad",
    IncidentState.RECOVERED: "good",
    IncidentState.RESOLVED: "good",
}
_VERDICT_TONES = {Verdict.SUPPORTED: "bad", Verdict.RULED_OUT: "good"}
_ACTION_TONES = {ActionState.SUCCEEDED: "good", ActionState.FAILED: "bad", ActionState.STARTED: "unknown"}
NONE_YET = "–"


def card(incident: Incident, entries: Sequence[Entry], now: datetime) -> pages.IncidentCard:
    """Everything that is known of an incident, newest entry last."""
    return pages.IncidentCard(
        id=incident.id,
        title=incident.title,
        service=incident.service,
        state=phrases.STATES[incident.state],
        tone=_TONES[incident.state],
        is_over=not incident.state.is_open,
        declared=phrases.day_clock(incident.declared_at),
        declared_at=incident.declared_at,
        lasted=_lasted(incident, now),
        owner=f"{incident.acknowledged_by} has it" if incident.acknowledged_by else "Nobody has taken it yet",
        level=f"Escalation level {incident.level + 1}",
        impact=impact(incident),
        impact_by_reason=_by_reason(incident),
        cause=cause(incident),
        causes=_causes(incident),
        ruled_out=_ruled_out(incident),
        not_tested=_not_tested(incident),
        change=_change(incident),
        plan=_plan(incident),
        question=incident.question or "",
        verified=_verified(incident),
        detections=detections(incident),
        pages=tuple(_page(page) for page in incident.pages),
        timeline=tuple(_line(entry, incident) for entry in entries),
        notice=status_update(incident, now),
        can_acknowledge=incident.state.is_open and incident.acknowledged_at is None,
        can_approve=awaits_approval(incident),
        can_resolve=incident.state in TRANSITIONS["resolved"],
    )


def row(incident: Incident) -> pages.IncidentRow:
    """An incident in a list."""
    return pages.IncidentRow(
        id=incident.id,
        title=incident.title,
        state=phrases.STATES[incident.state],
        tone=_TONES[incident.state],
        declared=phrases.day_clock(incident.declared_at),
        people=_people(incident),
        diagnosed=_after(incident, incident.diagnosed_at),
        acknowledged=_after(incident, incident.acknowledged_at),
        recovered=_after(incident, incident.recovered_at),
        cause=cause(incident),
    )


def _people(incident: Incident) -> str:
    if incident.impact is None or incident.impact.is_unknown:
        return NONE_YET
    return f"{'≥ ' if incident.impact.unnamed_networks else ''}{incident.impact.people_hurt:,}"


def awaits_approval(incident: Incident) -> bool:
    """Whether a plan stands that nobody approved and that would still do something."""
    return (
        incident.plan is not None
        and bool(incident.plan.actions)
        and incident.approved_plan != incident.plan.digest
        and incident.state in TRANSITIONS["action-started"]
    )


def since(incident: Incident) -> str:
    """Since when, in a sentence."""
    return f"Since {phrases.day_clock(_began(incident))}."


def _began(incident: Incident) -> datetime:
    return min(detection.onset for detection in incident.detections)


def _lasted(incident: Incident, now: datetime) -> str:
    ended = _ended(incident)
    return f"{'lasted' if ended else 'for'} {phrases.between(_began(incident), ended or now)}"


def _ended(incident: Incident) -> datetime | None:
    return incident.recovered_at or incident.resolved_at


def _after(incident: Incident, at: datetime | None) -> str:
    return phrases.between(incident.declared_at, at) if at else NONE_YET


def impact(incident: Incident) -> str:
    """Who was hurt, in a sentence."""
    measured = incident.impact
    if measured is None:
        people = max(detection.people for detection in incident.detections)
        return f"At least {phrases.count(people, 'person', 'people')} affected; the count is being made."
    if not measured.people_seen:
        return f"{phrases.count(measured.people_hurt, 'person', 'people')} affected."
    if measured.is_unknown:
        networks = phrases.count(measured.unnamed_networks, "network")
        return f"People on {networks} are affected; no log names them, so they cannot be counted."
    part = phrases.share(measured.people_hurt / measured.people_seen)
    if measured.unnamed_networks:
        networks = phrases.count(measured.unnamed_networks, "network")
        more = f"; {networks} had failures whose person no log names"
        return f"At least {measured.people_hurt:,} of {measured.people_seen:,} people seen are affected ({part}){more}."
    return f"{measured.people_hurt:,} of {measured.people_seen:,} people seen are affected ({part})."


def _by_reason(incident: Incident) -> tuple[tuple[str, int], ...]:
    found = incident.impact.by_reason if incident.impact else ()
    return tuple((phrases.readable(reason), events) for reason, events in found)


def cause(incident: Incident) -> str:
    """The conclusion of the differential as a short phrase."""
    differential = incident.differential
    if differential is None:
        return "Not known yet: tests are running."
    drawing = draw(differential)
    if differential.conclusion == CANNOT_TELL:
        return f"Cannot tell yet. {phrases.sentence_case(drawing.reason)}"
    if differential.conclusion == NOTHING_WRONG:
        return f"Nothing is wrong. {phrases.sentence_case(drawing.reason)}"
    return drawing.headline


def _causes(incident: Incident) -> tuple[pages.CauseLine, ...]:
    differential = incident.differential
    if differential is None:
        return ()
    return tuple(_cause_line(row) for row in draw(differential).rows)


def _cause_line(row: Row) -> pages.CauseLine:
    return pages.CauseLine(
        title=row.title,
        verdict=row.word,
        tone=_VERDICT_TONES.get(row.verdict, "unknown"),
        is_conclusion=row.is_conclusion,
        reason=phrases.sentence_case(row.reason),
        score=f"{row.score:+.1f}",
        speaks_for=_evidence(row.speaks_for),
        speaks_against=_evidence(row.speaks_against),
        speaks_neither=_evidence(row.speaks_neither),
        next_check=row.next_check,
    )


def _evidence(evidence: Sequence[Evidence]) -> tuple[pages.EvidenceLine, ...]:
    return tuple(
        pages.EvidenceLine(phrases.readable(item.test), item.seen, item.expected, f"{item.weight:.1f}")
        for item in evidence
    )


def _ruled_out(incident: Incident) -> tuple[str, ...]:
    return draw(incident.differential).titles(Verdict.RULED_OUT) if incident.differential else ()


def _not_tested(incident: Incident) -> tuple[tuple[str, str], ...]:
    return draw(incident.differential).not_tested if incident.differential else ()


def _change(incident: Incident) -> pages.ChangeLine | None:
    change = incident.change
    if change is None:
        return None
    by = f" by {change.author}" if change.author else ""
    versions = f"version {change.before or 'unknown'} to {change.after}"
    return pages.ChangeLine(
        words=f"Configuration of {change.component} changed{by} at {phrases.clock(change.at)}: {versions}.",
        differences=tuple((d.pointer, _value(d.before), _value(d.after)) for d in change.differences),
    )


def _value(value: str | None) -> str:
    return "not set" if value is None else value


def _plan(incident: Incident) -> pages.PlanCard | None:
    plan = incident.plan
    if plan is None:
        return None
    standing, tone = _plan_standing(incident)
    return pages.PlanCard(
        digest=plan.digest,
        reason=phrases.sentence_case(plan.reason),
        standing=standing,
        tone=tone,
        actions=tuple(_action(record) for record in incident.actions),
    )


def _plan_standing(incident: Incident) -> tuple[str, str]:
    states = {record.state for record in incident.actions}
    if ActionState.FAILED in states:
        return "A step failed; the plan stopped.", "bad"
    if states == {ActionState.SUCCEEDED}:
        return "Every step is done.", "good"
    if incident.approved_plan == (incident.plan.digest if incident.plan else None):
        return f"Approved by {incident.approved_by}; it is being applied.", "unknown"
    return "Waits for a person's approval. Nothing has been changed.", "unknown"


def _action(record: ActionRecord) -> pages.ActionLine:
    action = record.action
    touched = record.count if record.count is not None else action.count
    return pages.ActionLine(
        step=action.step,
        title=phrases.ACTIONS[action.kind].format(component=action.component or "the service"),
        effect=phrases.sentence_case(action.effect),
        count="" if touched is None else phrases.count(touched, "session"),
        state=phrases.ACTION_STATES[record.state],
        tone=_ACTION_TONES.get(record.state, "plain"),
        detail=record.detail,
    )


def _verified(incident: Incident) -> str:
    if incident.verified is None:
        return ""
    passed = sum(outcome == "passed" for _, outcome, _ in incident.verified.results)
    return f"{passed} of {len(incident.verified.results)} probes passed after the plan."


def detections(incident: Incident) -> tuple[pages.Light, ...]:
    """What the detectors said, in the order they said it."""
    return tuple(
        pages.Light(
            name=phrases.sentence_case(phrases.detected(detection)),
            kind=f"seen at {phrases.clock(detection.detected_at)}, began about {phrases.clock(detection.onset)}",
            tone="bad",
            words=phrases.count(detection.people, "person", "people"),
            detail="; ".join(detection.evidence),
        )
        for detection in incident.detections
    )


def _page(page: PageRecord) -> pages.PageLine:
    if page.state is PageState.DELIVERED and page.delivered_at:
        tries = f", at attempt {page.failures + 1}" if page.failures else ""
        said, tone = f"delivered after {phrases.between(page.queued_at, page.delivered_at)}{tries}", "good"
    elif page.failures:
        said, tone = f"not delivered yet, {phrases.count(page.failures, 'attempt')} failed; tried again", "bad"
    else:
        said, tone = "owed, on its way", "unknown"
    return pages.PageLine(phrases.clock(page.queued_at), page.to, page.channel, page.level + 1, said, tone)


def _line(entry: Entry, incident: Incident) -> pages.Line:
    after = f"+{phrases.between(incident.declared_at, entry.at)}"
    said = sentence(entry)
    return pages.Line(
        entry.seq, entry.at, phrases.clock(entry.at), after, entry.by, entry.kind, said, tones.tone(entry)
    )
