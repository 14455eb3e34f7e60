"""A step of the escalation → the pages and the entries that owe them, in words that a woken engineer needs.

In: the folded incident and the step. Out: a Notice, whose bodies and pages go into one `store.log.append`. A page says
what happens to people, since when, to how many, why and why not, what Doorward does and what is asked of the reader.
It holds no secret and no name, address or hash of a person who was hurt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from doorward.model.action import ActionState
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Verdict
from doorward.model.drawing import Drawing, draw
from doorward.model.entry import EntryBody, Escalated, PageQueued
from doorward.model.incident import Incident, IncidentState
from doorward.model.page import Page, PageKey
from doorward.respond.channels import CONSOLE, address
from doorward.respond.escalate import Step, StepReason
from doorward.settings_tables import ChannelTable, LevelTable

# Mail clients and telephones cut a subject at about so many characters.
SUBJECT_CHARACTERS = 120
LABEL_WIDTH = 11


@dataclass(frozen=True, slots=True)
class Notice:
    """What to append (in this order) and which pages to queue with it."""

    bodies: tuple[EntryBody, ...]
    pages: tuple[Page, ...]


def notice(
    incident: Incident,
    step: Step,
    chain: Sequence[LevelTable],
    channels: Mapping[str, ChannelTable],
    now: datetime,
    link: str = "",
) -> Notice:
    """The pages of that step; `link` is where the incident is shown, empty if nowhere."""
    subject, body = _subject(incident, step), _body(incident, step, chain, now, link)
    pages: list[Page] = []
    bodies: list[EntryBody] = []
    if step.is_new_level:
        bodies.append(Escalated(step.level, step.name, step.reason.value))
    for name in step.channels:
        to = address(channels.get(name, CONSOLE.model_copy(update={"name": name})))
        key = str(PageKey(incident.id, step.level, name, step.occasion))
        pages.append(Page(key, incident.id, name, to, subject, body, now))
        bodies.append(PageQueued(key, name, to, subject, step.level))
    return Notice(tuple(bodies), tuple(pages))


OPENING: dict[StepReason, str] = {
    StepReason.DECLARED: "",
    StepReason.NOT_ACKNOWLEDGED: "Nobody answered: ",
    StepReason.LEVEL_UNREACHABLE: "Nobody could be reached: ",
    StepReason.QUESTION: "Your decision is needed: ",
    StepReason.RELAPSE: "It is back: ",
    StepReason.RECOVERED: "Over: ",
    StepReason.ATTACK: "No outage: ",
}


def _subject(incident: Incident, step: Step) -> str:
    return _line(f"[{incident.service}] {OPENING[step.reason]}{incident.title}")[:SUBJECT_CHARACTERS]


def _body(incident: Incident, step: Step, chain: Sequence[LevelTable], now: datetime, link: str) -> str:
    drawing = draw(incident.differential) if incident.differential else None
    rows = [
        ("Since", _since(incident)),
        ("People", _people(incident)),
        ("Cause", _cause(incident)),
        ("Change", _change(incident)),
        ("Ruled out", ", ".join(drawing.titles(Verdict.RULED_OUT)) if drawing else ""),
        ("Open", _open(drawing)),
        ("Not tested", "; ".join(f"{what} ({why})" for what, why in drawing.not_tested) if drawing else ""),
        ("Next check", _next_check(drawing)),
        ("Doorward", _doing(incident, step)),
        ("You", _asked_of_you(incident, step, chain, now)),
        ("Look", link),
        ("Incident", incident.id),
    ]
    lines = [f"{label:<{LABEL_WIDTH}}{_line(text)}" for label, text in rows if text]
    return "\n".join([f"{_line(incident.title)}.", "", *lines])


def _since(incident: Incident) -> str:
    onset = min(detection.onset for detection in incident.detections)
    seen_at = min(detection.detected_at for detection in incident.detections)
    began = incident.impact.first_hurt_at if incident.impact and incident.impact.first_hurt_at else onset
    return f"{_utc(began)}, noticed {max((seen_at - began).total_seconds(), 0):.0f} s later"


def _people(incident: Incident) -> str:
    impact = incident.impact
    if impact is None or not impact.people_seen:
        people = max(detection.people for detection in incident.detections)
        return f"at least {people} hurt; not counted yet" if people else "not counted yet"
    share = impact.people_hurt / impact.people_seen
    if impact.is_unknown:
        return f"hurt on {impact.unnamed_networks} networks; the log does not name them, so they cannot be counted"
    least = "at least " if impact.unnamed_networks else ""
    return f"{least}{impact.people_hurt} of {impact.people_seen} seen are hurt ({share:.0%})"


def _cause(incident: Incident) -> str:
    differential = incident.differential
    if differential is None:
        return "being looked for; a further look follows within seconds"
    if differential.conclusion == CANNOT_TELL:
        return f"cannot be told yet: {differential.reason}"
    if differential.conclusion == NOTHING_WRONG:
        return f"nothing is found to be wrong: {differential.reason}"
    row = draw(differential).cause
    return f"{row.title}: {row.reason}" if row else differential.conclusion


def _change(incident: Incident) -> str:
    change = incident.change
    if change is None:
        return ""
    steps = (f"{one.pointer} {one.before or 'unset'} → {one.after or 'unset'}" for one in change.differences)
    told = "; ".join(steps) or f"version {change.before or 'unknown'} → {change.after}"
    return f"{change.component}, {_utc(change.at)}: {told}"


def _open(drawing: Drawing | None) -> str:
    """What is supported beside the conclusion, or stays open, with its score."""
    if drawing is None:
        return ""
    rows = [row for row in drawing.of(Verdict.SUPPORTED, Verdict.OPEN) if not row.is_conclusion]
    return ", ".join(f"{row.title} ({row.score:+.1f})" for row in rows)


def _next_check(drawing: Drawing | None) -> str:
    """That of the cause, else of the likeliest."""
    row = (drawing.cause or next(iter(drawing.rows), None)) if drawing else None
    return row.next_check if row else ""


def _doing(incident: Incident, step: Step) -> str:
    if step.reason is StepReason.RELAPSE:
        return "saw it come back after the recovery and looks for the cause anew"
    if incident.state is IncidentState.RECOVERED:
        return "people can sign in again; watching"
    if incident.question is not None:
        return "has stopped and waits for you"
    if incident.plan is None:
        return "is looking for the cause and changes nothing"
    waits = "" if incident.approved_plan == incident.plan.digest else " (nothing is done before it is approved)"
    return "plans: " + "; ".join(_steps(incident)) + waits


def _steps(incident: Incident) -> Iterator[str]:
    marks = {ActionState.SUCCEEDED: " [done]", ActionState.STARTED: " [now]", ActionState.FAILED: " [failed]"}
    for record in incident.actions:
        yield f"{record.action.step}. {record.action.effect}{marks.get(record.state, '')}"


def _asked_of_you(incident: Incident, step: Step, chain: Sequence[LevelTable], now: datetime) -> str:
    if step.reason is StepReason.RECOVERED:
        return "nothing more tonight; the postmortem is being kept"
    if step.reason is StepReason.ATTACK:
        return f"you are {step.name}. People sign in as usual: look at the sources when you can; nobody else is paged."
    if step.reason is StepReason.QUESTION and incident.question:
        return incident.question
    asked = f"you are {step.name}. Acknowledge (`doorward incident ack {incident.id}`)"
    if incident.acknowledged_at is not None or step.level + 1 >= len(chain):
        return f"{asked}."
    after = now + timedelta(seconds=chain[step.level].after_s)
    return f"{asked}, or {chain[step.level + 1].name} is paged at {_utc(after)}."


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _line(text: str) -> str:
    """One line without control characters: nothing in a page may forge a header or drive a terminal."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
