"""The entries of one incident → its postmortem. Pure: the same log gives the same document for ever.

The sections are those of the two reports that Doorward comes from: issue summary, timeline, root cause, misleading
trails, escalation, resolution and recovery, corrective and preventive measures, lessons; and every figure with its
source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from doorward import incident_log
from doorward.model.diagnosis import Verdict
from doorward.model.drawing import draw
from doorward.model.entry import (
    Acknowledged,
    ActionFailed,
    ActionSucceeded,
    Approved,
    Asked,
    Diagnosed,
    Entry,
    Escalated,
    ImpactMeasured,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Planned,
    Recovered,
    SessionsCleared,
    Verified,
)
from doorward.model.finding import Difference
from doorward.review import timeline as timelines
from doorward.review.document import NOT_RECORDED, Figure, PageLine, Postmortem, Statement, Trail, utc
from doorward.review.figures import figures, of_kind
from doorward.review.lessons import lessons
from doorward.review.measures import concluded, measures
from doorward.review.sentences import ended, opened, sentence, who, words


def postmortem(entries: Sequence[Entry], drill: str | None = None) -> Postmortem:
    """The postmortem of these entries (one incident, in order, at least its declaration). Raises LogBroken.

    `drill` is the name of the drill that replays the incident, if there is one.
    """
    incident = incident_log.fold(entries)
    found = {figure.name: figure for figure in figures(entries)}
    lines = timelines.timeline(entries)
    return Postmortem(
        incident=incident.id,
        service=incident.service,
        title=incident.title,
        state=incident.state,
        first_line=entries[0].seq,
        last_line=entries[-1].seq,
        lines=len(entries),
        last_hash=entries[-1].hash,
        figures=tuple(found.values()),
        summary=tuple(_summary(entries, found)),
        reasons=incident.impact.by_reason if incident.impact else (),
        timeline=lines,
        timeline_left_out=timelines.left_out(entries, lines),
        root_cause=tuple(_root_cause(entries)),
        differences=_differences(entries),
        trails=tuple(_trails(entries)),
        escalation=tuple(_escalation(entries, found)),
        pages=tuple(_pages(entries)),
        resolution=tuple(_resolution(entries)),
        measures=measures(entries, drill),
        lessons=lessons(entries, found.__getitem__),
    )


def _summary(entries: Sequence[Entry], found: dict[str, Figure]) -> Iterator[Statement]:
    incident = incident_log.fold(entries)
    yield Statement(ended(incident.title), (entries[0].seq,))
    yield _when(found)
    yield _who(entries, found)
    cause = concluded(entries)
    if cause is None:
        yield Statement(f"Cause: {NOT_RECORDED}.")
    else:
        yield Statement(f"Cause: {cause[1].title}{_where(entries)}.", (cause[0].seq,))
    yield from _how_met(found)


def _when(found: dict[str, Figure]) -> Statement:
    started, recovered, duration = found["started_at"], found["recovered_at"], found["duration_s"]
    if recovered.value is None:
        return Statement(f"It began at {started.text}. Its end is {NOT_RECORDED}.", started.sources)
    began, ended_at = started.text, recovered.text
    same_day = began[:10] == ended_at[:10]
    text = f"It lasted {duration.text}, from {began} to {ended_at[11:] if same_day else ended_at}."
    return Statement(text, duration.sources)


def _who(entries: Sequence[Entry], found: dict[str, Figure]) -> Statement:
    hurt, seen, share = found["people_hurt"], found["people_seen"], found["share_hurt"]
    unnamed = found["unnamed_networks"]
    if share.value is None:
        where = f"; failures came from {unnamed.text} networks" if unnamed.value else ""
        return Statement(f"How many people were hurt is {NOT_RECORDED}{where}.", unnamed.sources)
    counted_at = of_kind(entries, ImpactMeasured)[-1][0].at
    recovered_at = found["recovered_at"].value
    is_last_word = isinstance(recovered_at, datetime) and counted_at >= recovered_at
    when = "" if is_last_word else f", as last counted at {utc(counted_at)}"
    least = "At least " if unnamed.value else ""
    more = f" Failures whose person no log names came from {unnamed.text} networks." if unnamed.value else ""
    text = f"{least}{hurt.text} of {seen.text} people seen were hurt ({share.text}){when}.{more}"
    return Statement(text, hurt.sources)


def _where(entries: Sequence[Entry]) -> str:
    changes = "; ".join(
        f"{one.pointer} {one.before or 'unset'} → {one.after or 'unset'}" for one in _differences(entries)
    )
    return f" ({changes})" if changes else ""


def _how_met(found: dict[str, Figure]) -> Iterator[Statement]:
    told = (
        ("time_to_detect_s", "noticed after"),
        ("time_to_page_s", "a person paged after a further"),
    )
    parts = [(found[name], f"{verb} {found[name].text}") for name, verb in told if found[name].value is not None]
    if parts:
        text = ", ".join(text for _, text in parts)
        yield Statement(f"{text[:1].upper()}{text[1:]}.", _merged(figure.sources for figure, _ in parts))


def _merged(groups: Iterator[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for group in groups for number in group))


def _differences(entries: Sequence[Entry]) -> tuple[Difference, ...]:
    made = of_kind(entries, Diagnosed)
    change = made[-1][1].change if made else None
    return change.differences if change else ()


def _root_cause(entries: Sequence[Entry]) -> Iterator[Statement]:
    made = of_kind(entries, Diagnosed)
    if not made:
        yield Statement(f"A diagnosis is {NOT_RECORDED}.")
        return
    entry, body = made[-1]
    cause = concluded(entries)
    if cause is None:
        yield Statement(f"Doorward came to no cause ({words(body.differential.conclusion)}).", (entry.seq,))
        yield Statement(opened(body.differential.reason), (entry.seq,))
        return
    row = draw(body.differential).cause
    assert row is not None
    yield Statement(opened(f"{row.title}: {row.reason}"), (entry.seq,))
    if body.change is not None:
        change = body.change
        versions = f"version {change.before or NOT_RECORDED} → {change.after}"
        yield Statement(f"{change.component} changed at {utc(change.at)} ({versions}).", (entry.seq,))
    for evidence in row.speaks_for:
        if evidence.seen != row.reason:
            yield Statement(f"{words(evidence.test).capitalize()}: {ended(evidence.seen)}", (entry.seq,))


def _trails(entries: Sequence[Entry]) -> Iterator[Trail]:
    """Ruled out first, then what stayed open or could not be tested, said honestly; with the last evidence."""
    made = of_kind(entries, Diagnosed)
    if not made:
        return
    entry, body = made[-1]
    for row in draw(body.differential).of(Verdict.RULED_OUT, Verdict.NOT_TESTABLE, Verdict.OPEN):
        yield Trail(row.cause, row.title, row.word, row.told or (NOT_RECORDED,), (entry.seq,))


def _escalation(entries: Sequence[Entry], found: dict[str, Figure]) -> Iterator[Statement]:
    levels = of_kind(entries, Escalated)
    for entry, _ in levels:
        yield Statement(sentence(entry), (entry.seq,))
    if not levels:
        yield Statement(f"That anybody was asked is {NOT_RECORDED}.")
    acknowledged = of_kind(entries, Acknowledged)
    if acknowledged:
        took, by = found["time_to_acknowledge_s"], acknowledged[0][0]
        after = f", {took.text} after the first page was delivered" if took.value is not None else ""
        yield Statement(f"{who(by.by)} acknowledged at {utc(by.at)}{after}.", (by.seq,))
    else:
        yield Statement(f"An acknowledgement is {NOT_RECORDED}.")


def _pages(entries: Sequence[Entry]) -> Iterator[PageLine]:
    names = {body.level: body.name for _, body in of_kind(entries, Escalated)}
    for entry, page in of_kind(entries, PageQueued):
        delivered = [one for one, body in of_kind(entries, PageDelivered) if body.key == page.key]
        failed = [one for one, body in of_kind(entries, PageAttemptFailed) if body.key == page.key]
        sources = (entry.seq, *(one.seq for one in delivered[:1]), *(one.seq for one in failed))
        level = names.get(page.level, f"level {page.level + 1}")
        at = delivered[0].at if delivered else None
        yield PageLine(level, page.channel, entry.at, at, len(failed), sources)


def _resolution(entries: Sequence[Entry]) -> Iterator[Statement]:
    """What was done, in order: plan, word of approval, steps, sessions, proof, recovery."""
    told = (Approved, ActionSucceeded, ActionFailed, SessionsCleared, Verified, Asked, Recovered)
    plan, twice = None, timelines.told_twice(entries)
    for entry in entries:
        if isinstance(entry.body, Planned):
            plan = entry.body.plan
            yield Statement(f"Doorward planned {len(plan.actions)} steps: {ended(plan.reason)}", (entry.seq,))
        elif isinstance(entry.body, told) and entry.seq not in twice:
            yield Statement(sentence(entry, plan), (entry.seq,))
    if not of_kind(entries, Recovered):
        yield Statement(f"A recovery is {NOT_RECORDED}.")
