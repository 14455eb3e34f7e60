"""Entries → corrective and preventive measures, each called for by lines of the log, with owner, due date and proof.

A measure that nothing in the log calls for is not made: a list of good intentions is what Doorward replaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Hypothesis, Leaning, Verdict
from doorward.model.entry import (
    Acknowledged,
    ActionFailed,
    Declared,
    Diagnosed,
    Entry,
    Escalated,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    SessionsCleared,
)
from doorward.model.measure import Measure, MeasureKind
from doorward.review.document import NOT_RECORDED, number, span
from doorward.review.figures import moments, of_kind

SERVICE_OWNER = "service owner"
# What is broken is mended within a week; what keeps it from coming back takes a review and a change, hence a month.
CORRECTIVE_DAYS = 7
PREVENTIVE_DAYS = 30
# The promise that drills hold Doorward to: each fault is detected so soon after the first person is hurt.
DETECT_WITHIN_S = 15.0
# As `doorward check` is quoted by the evidence of a diagnosis: `rule-id (severity): who: symptom`.
QUOTED_RULE = re.compile(r"^(?P<rule>[A-Za-z0-9][\w.-]*) \((?:outage|partial|latent|note)\)")


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns what, as far as the log names the levels of the escalation chain."""

    first: str
    last: str


def measures(entries: Sequence[Entry], drill: str | None = None) -> tuple[Measure, ...]:
    """Every measure that the log calls for; `drill` names the drill that replays the incident, None if none does."""
    day = entries[0].at.date()
    return tuple(measure for rule in RULES for measure in rule(entries, _owners(entries), day, drill))


def _owners(entries: Sequence[Entry]) -> Owners:
    levels = {body.level: body.name for _, body in of_kind(entries, Escalated)}
    if not levels:
        return Owners(SERVICE_OWNER, SERVICE_OWNER)
    return Owners(levels[min(levels)], levels[max(levels)])


Rule = Callable[[Sequence[Entry], Owners, date, str | None], Iterator[Measure]]


def _measure(
    kind: MeasureKind, day: date, title: str, owner: str, proof: str, because: str, sources: Sequence[int]
) -> Measure:
    days = CORRECTIVE_DAYS if kind is MeasureKind.CORRECTIVE else PREVENTIVE_DAYS
    return Measure(title, owner, day + timedelta(days=days), proof, kind, because, tuple(sources))


def concluded(entries: Sequence[Entry]) -> tuple[Entry, Hypothesis] | None:
    """The last differential's conclusion and its line; None if no cause was found."""
    made = of_kind(entries, Diagnosed)
    if not made or made[-1][1].differential.conclusion in (CANNOT_TELL, NOTHING_WRONG):
        return None
    entry, body = made[-1]
    found = next((one for one in body.differential.hypotheses if one.cause == body.differential.conclusion), None)
    return (entry, found) if found else None


def quoted_rules(hypothesis: Hypothesis) -> tuple[str, ...]:
    """Ids of the check rules that the evidence for the cause quotes: they would have stopped the change."""
    matches = (QUOTED_RULE.match(one.seen) for one in hypothesis.evidence if one.leaning is Leaning.FOR)
    return tuple(dict.fromkeys(match["rule"] for match in matches if match))


def _check_changes(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    made = of_kind(entries, Diagnosed)
    change = made[-1][1].change if made else None
    cause = concluded(entries)
    if change is None or cause is None:
        return
    rules = quoted_rules(cause[1])
    keys = ", ".join(one.pointer for one in change.differences) or "the change"
    if rules:
        proof = f"`doorward check` of this change ends with exit 1 and names {', '.join(rules)}"
        title = f"Let `doorward check` stop a change of {change.component} before it ships"
    else:
        proof = (
            f"`doorward check` of this change ends with exit 1 and names {keys}; that it does so now is not recorded"
        )
        title = f"Make a rule that finds this change of {change.component}, and check every change before it ships"
    because = f"{keys} reached people without being stopped"
    yield _measure(MeasureKind.PREVENTIVE, day, title, SERVICE_OWNER, proof, because, (cause[0].seq,))


def _keep_as_drill(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    if concluded(entries) is None:
        return
    sources = tuple(entry.seq for entry, _ in of_kind(entries, Diagnosed))[-1:]
    proof = (
        f"`doorward drill run {drill}` finds it within {DETECT_WITHIN_S:.0f} s and names the cause"
        if drill
        else f"a drill replays this fault, is detected within {DETECT_WITHIN_S:.0f} s, and its cause is named"
    )
    title = "Drill this incident with the people who were paged"
    yield _measure(MeasureKind.PREVENTIVE, day, title, owners.first, proof, "what is drilled is not forgotten", sources)


def _find_the_cause(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    if concluded(entries) is not None:
        return
    sources = tuple(entry.seq for entry, _ in of_kind(entries, Diagnosed))
    because = "the log names no cause"
    proof = "a drill that brings about the same signs is diagnosed with the right cause first"
    yield _measure(
        MeasureKind.CORRECTIVE, day, "Find the cause and write it down", owners.last, proof, because, sources
    )


def _detect_sooner(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    times = moments(entries)
    (started, from_lines), (detected, to_lines) = times["started_at"], times["detected_at"]
    if started is None or detected is None or (detected - started).total_seconds() <= DETECT_WITHIN_S:
        return
    late = span((detected - started).total_seconds())
    title = "Tune the detection that was late, by a backtest on this incident's logs"
    proof = f"`doorward watch --backtest` on these logs detects within {DETECT_WITHIN_S:.0f} s, false alarms in budget"
    because = f"it was detected {late} after the first person was hurt"
    yield _measure(MeasureKind.CORRECTIVE, day, title, owners.first, proof, because, (*from_lines, *to_lines))


def _answer_pages(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    levels = [(entry, body) for entry, body in of_kind(entries, Escalated) if body.level > 0]
    queued = of_kind(entries, PageQueued)
    if queued and not of_kind(entries, Acknowledged):
        because = "nobody acknowledged the incident"
    elif levels:
        because = f"it went on to {levels[-1][1].name} before anybody acknowledged it"
    else:
        return
    sources = [entry.seq for entry, _ in levels] or [entry.seq for entry, _ in queued]
    title = "Agree who answers a page at every hour, and correct the escalation chain"
    proof = "a page at night is acknowledged by the first level in a drill; the lint of the chain is clean"
    yield _measure(MeasureKind.CORRECTIVE, day, title, owners.last, proof, because, sources)


def _mend_channels(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    delivered = {body.key for _, body in of_kind(entries, PageDelivered)}
    channels = {body.key: body.channel for _, body in of_kind(entries, PageQueued)}
    by_channel: dict[str, list[tuple[int, str]]] = {}
    for entry, body in of_kind(entries, PageAttemptFailed):
        by_channel.setdefault(channels.get(body.key, NOT_RECORDED), []).append((entry.seq, body.key))
    for channel, failures in by_channel.items():
        lost = len({key for _, key in failures} - delivered)
        because = f"{number(len(failures), 'delivery', 'deliveries')} by {channel} failed"
        because += f"; {number(lost, 'page', 'pages')} never arrived" if lost else ""
        proof = f"a test page by {channel} is delivered at the first attempt"
        sources = [seq for seq, _ in failures]
        yield _measure(
            MeasureKind.CORRECTIVE, day, f"Mend the channel {channel}", owners.first, proof, because, sources
        )


def _mend_recovery(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    for entry, body in of_kind(entries, ActionFailed):
        proof = "a drill of this fault recovers without a person's hand"
        because = f"step {body.step} failed: {body.detail}"
        yield _measure(
            MeasureKind.CORRECTIVE, day, "Mend the recovery step that failed", owners.last, proof, because, (entry.seq,)
        )


def _spare_sessions(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    cleared = [(entry, body) for entry, body in of_kind(entries, SessionsCleared) if body.sessions]
    if not cleared:
        return
    total = sum(len(body.sessions) for _, body in cleared)
    title = "Rehearse changes that touch sessions with sessions that exist already"
    proof = "`doorward rehearse NEW --against OLD` of this change fails the probe existing-session or sso-return"
    because = f"{total} sessions could not be used any more and were cleared"
    sources = [entry.seq for entry, _ in cleared]
    yield _measure(MeasureKind.PREVENTIVE, day, title, SERVICE_OWNER, proof, because, sources)


def _test_the_untestable(entries: Sequence[Entry], owners: Owners, day: date, drill: str | None) -> Iterator[Measure]:
    made = of_kind(entries, Diagnosed)
    for one in made[-1][1].differential.hypotheses if made else ():
        if one.verdict is Verdict.NOT_TESTABLE:
            proof = f"the next differential supports or rules out: {one.title}"
            because = f"it could not be tested: {one.reason}"
            title = f"Give Doorward what it needs to test: {one.title}"
            yield _measure(MeasureKind.PREVENTIVE, day, title, owners.first, proof, because, (made[-1][0].seq,))


def _hear_before_people_write(
    entries: Sequence[Entry], owners: Owners, day: date, drill: str | None
) -> Iterator[Measure]:
    first = of_kind(entries, Declared)
    if not first or first[0][1].detection.signal != "support-inquiries":
        return
    title = "Find out why people wrote before a detector spoke"
    proof = "`doorward watch --backtest` on these logs detects it by another signal, before the first inquiry"
    because = "the first sign was an inquiry to support"
    yield _measure(MeasureKind.CORRECTIVE, day, title, owners.first, proof, because, (first[0][0].seq,))


RULES: tuple[Rule, ...] = (
    _find_the_cause,
    _check_changes,
    _spare_sessions,
    _hear_before_people_write,
    _detect_sooner,
    _answer_pages,
    _mend_channels,
    _mend_recovery,
    _test_the_untestable,
    _keep_as_drill,
)
