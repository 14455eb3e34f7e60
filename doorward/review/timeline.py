"""Entries → the timeline that people read: what happened and what was done, in the order of events.

The mechanics of pages stand in the escalation table and repeated counts in the figures; how many lines were left out is
said. Events that an entry tells of afterwards (the change, the first person hurt) stand at their own time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from doorward.model.action import ActionKind, Plan
from doorward.model.entry import (
    ActionStarted,
    ActionSucceeded,
    Corrected,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    ImpactMeasured,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Planned,
    SessionsCleared,
    Verified,
)
from doorward.review.document import TimelineLine
from doorward.review.figures import moments, of_kind
from doorward.review.sentences import seen, sentence

HAPPENED = "happened"
MECHANICS = (PageQueued, PageAttemptFailed, ActionStarted)


def timeline(entries: Sequence[Entry]) -> tuple[TimelineLine, ...]:
    """The lines, by time; of equal times, what happened stands before what the log then says."""
    corrected = {body.seq: entry.seq for entry, body in of_kind(entries, Corrected)}
    lines = [*_happened(entries), *_told(entries, corrected)]
    return tuple(sorted(lines, key=lambda line: (line.at, line.kind != HAPPENED, line.source)))


def left_out(entries: Sequence[Entry], lines: Sequence[TimelineLine]) -> int:
    """How many entries have no line of their own."""
    return len({entry.seq for entry in entries} - {line.source for line in lines if line.kind != HAPPENED})


def _happened(entries: Sequence[Entry]) -> Iterator[TimelineLine]:
    made = of_kind(entries, Diagnosed)
    if made and made[-1][1].change is not None:
        entry, change = made[-1][0], made[-1][1].change
        keys = "; ".join(
            f"{one.pointer} {one.before or 'unset'} → {one.after or 'unset'}" for one in change.differences
        )
        text = f"The configuration of {change.component} changed{f': {keys}' if keys else ''}."
        yield TimelineLine(change.at, text, HAPPENED, entry.seq)
    measured = [(entry, body) for entry, body in of_kind(entries, ImpactMeasured) if body.first_hurt_at]
    if measured:
        entry, impact = measured[-1]
        if impact.first_hurt_at:
            yield TimelineLine(impact.first_hurt_at, "The first person was hurt.", HAPPENED, entry.seq)
        # While it goes on, or after it came back, nobody can say who was the last.
        if impact.last_hurt_at and moments(entries)["recovered_at"][0] is not None:
            yield TimelineLine(impact.last_hurt_at, "The last person was hurt.", HAPPENED, entry.seq)
    for entry in entries:
        if isinstance(entry.body, Declared):
            found = entry.body.detection
            yield TimelineLine(found.detected_at, f"Detected: {seen(found)}.", HAPPENED, entry.seq)


def _told(entries: Sequence[Entry], corrected: dict[int, int]) -> Iterator[TimelineLine]:
    plan: Plan | None = None
    left = _repeats(entries) | _further_deliveries(entries) | told_twice(entries)
    for entry in entries:
        if isinstance(entry.body, Planned):
            plan = entry.body.plan
        if isinstance(entry.body, MECHANICS) or entry.seq in left:
            continue
        yield TimelineLine(entry.at, sentence(entry, plan), entry.kind, entry.seq, corrected.get(entry.seq))


def _repeats(entries: Sequence[Entry]) -> set[int]:
    """Counts between the first and the last, and differentials that conclude as the one before."""
    counts = [entry.seq for entry, _ in of_kind(entries, ImpactMeasured)]
    made = of_kind(entries, Diagnosed)
    same = {
        entry.seq
        for (_, before), (entry, body) in pairwise(made)
        if before.differential.conclusion == body.differential.conclusion
    }
    return set(counts[1:-1]) | same


def told_twice(entries: Sequence[Entry]) -> set[int]:
    """Steps whose end is told better by the entry that they wrote: sessions cleared, and the proof."""
    better: dict[ActionKind, type[EntryBody]] = {
        ActionKind.CLEAR_SESSIONS: SessionsCleared,
        ActionKind.VERIFY: Verified,
    }
    told = {type(entry.body) for entry in entries}
    plan, twice = None, set()
    for entry in entries:
        if isinstance(entry.body, Planned):
            plan = entry.body.plan
        if isinstance(entry.body, ActionSucceeded) and plan is not None:
            step = entry.body.step
            kind = next((action.kind for action in plan.actions if action.step == step), None)
            if kind in better and better[kind] in told:
                twice.add(entry.seq)
    return twice


def _further_deliveries(entries: Sequence[Entry]) -> set[int]:
    """All but the first page that arrived."""
    return {entry.seq for entry, _ in of_kind(entries, PageDelivered)[1:]}
