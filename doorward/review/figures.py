"""Entries → the figures of a postmortem, each with its source lines; the log's silence is None, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Verdict
from doorward.model.entry import (
    Acknowledged,
    ActionFailed,
    ActionSucceeded,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    Escalated,
    ImpactMeasured,
    Joined,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Recovered,
    Resolved,
    SessionsCleared,
)
from doorward.review.document import Figure, Unit

B = TypeVar("B", bound=EntryBody)
Sources = tuple[int, ...]
Moment = tuple[datetime | None, Sources]


def of_kind(entries: Iterable[Entry], kind: type[B]) -> list[tuple[Entry, B]]:
    """Entries with a body of that kind, and the body."""
    return [(entry, entry.body) for entry in entries if isinstance(entry.body, kind)]


def figures(entries: Sequence[Entry]) -> tuple[Figure, ...]:
    """Every figure, in the order in which it is read."""
    times = moments(entries)
    return (*_times(entries, times), *_spans(times), *_people(entries), *_counts(entries))


def moments(entries: Sequence[Entry]) -> dict[str, Moment]:
    """When each thing happened, and which lines say so."""
    return {
        "changed_at": _changed_at(entries),
        "started_at": _started_at(entries),
        "detected_at": _detected_at(entries),
        "declared_at": _first(entries, Declared),
        "paged_at": _first(entries, PageDelivered),
        "acknowledged_at": _first(entries, Acknowledged),
        "diagnosed_at": _diagnosed_at(entries),
        "recovered_at": _recovered_at(entries),
        "resolved_at": _first(entries, Resolved),
    }


def _first(entries: Sequence[Entry], kind: type[EntryBody]) -> Moment:
    found = next((entry for entry in entries if isinstance(entry.body, kind)), None)
    return (found.at, (found.seq,)) if found else (None, ())


def _changed_at(entries: Sequence[Entry]) -> Moment:
    diagnosed = of_kind(entries, Diagnosed)
    if not diagnosed or diagnosed[-1][1].change is None:
        return None, ()
    entry, body = diagnosed[-1]
    return (body.change.at if body.change else None), (entry.seq,)


def _started_at(entries: Sequence[Entry]) -> Moment:
    """The first person hurt as last counted; without a count, the earliest onset that a detector reckoned."""
    for entry, impact in reversed(of_kind(entries, ImpactMeasured)):
        if impact.first_hurt_at is not None:
            return impact.first_hurt_at, (entry.seq,)
    at, seq = min((body.detection.onset, entry.seq) for entry, body in detections(entries))
    return at, (seq,)


def detections(entries: Sequence[Entry]) -> list[tuple[Entry, Declared | Joined]]:
    """The entries that tell of a detection."""
    return [(entry, entry.body) for entry in entries if isinstance(entry.body, Declared | Joined)]


def _detected_at(entries: Sequence[Entry]) -> Moment:
    at, seq = min((body.detection.detected_at, entry.seq) for entry, body in detections(entries))
    return at, (seq,)


def _diagnosed_at(entries: Sequence[Entry]) -> Moment:
    """When the conclusion that stood in the end was reached first."""
    made = of_kind(entries, Diagnosed)
    if not made or made[-1][1].differential.conclusion in (CANNOT_TELL, NOTHING_WRONG):
        return None, ()
    conclusion = made[-1][1].differential.conclusion
    first = next(entry for entry, body in made if body.differential.conclusion == conclusion)
    return first.at, (first.seq,)


def _recovered_at(entries: Sequence[Entry]) -> Moment:
    """The last recovery, unless the incident came back after it."""
    recovered = of_kind(entries, Recovered)
    if not recovered:
        return None, ()
    last = recovered[-1][0]
    if any(entry.seq > last.seq for entry, _ in of_kind(entries, Joined)):
        return None, ()
    return last.at, (last.seq,)


TIMES: tuple[tuple[str, str, str], ...] = (
    ("changed_at", "Configuration changed", "time of the change that the diagnosis speaks of"),
    ("started_at", "First person hurt", "counted from the guarded system's logs"),
    ("detected_at", "Detected", "first detection"),
    ("declared_at", "Declared", "first line of the incident"),
    ("paged_at", "First page delivered", "first channel that took a page"),
    ("acknowledged_at", "Acknowledged", "first person who took the incident"),
    ("diagnosed_at", "Diagnosed", "first differential with the cause that stood in the end"),
    ("recovered_at", "Recovered", "trials pass and signals are as usual; the last time, if it came back"),
    ("resolved_at", "Resolved", "a person or the policy closed it"),
)
SPANS: tuple[tuple[str, str, str, str], ...] = (
    ("duration_s", "Duration", "started_at", "recovered_at"),
    ("time_to_detect_s", "Time to detect", "started_at", "detected_at"),
    ("time_to_page_s", "Time to page", "detected_at", "paged_at"),
    ("time_to_acknowledge_s", "Time to acknowledge", "paged_at", "acknowledged_at"),
    ("time_to_diagnose_s", "Time to diagnose", "detected_at", "diagnosed_at"),
    ("time_to_restore_s", "Time to restore", "detected_at", "recovered_at"),
)


def _times(entries: Sequence[Entry], times: dict[str, Moment]) -> Iterable[Figure]:
    for name, label, means in TIMES:
        if name == "started_at" and not any(body.first_hurt_at for _, body in of_kind(entries, ImpactMeasured)):
            means = "no count was recorded; the earliest onset that a detector reckoned"
        yield Figure(name, label, times[name][0], Unit.TIME, means, times[name][1])


def _spans(times: dict[str, Moment]) -> Iterable[Figure]:
    labels = {name: label.lower() for name, label, _ in TIMES}
    for name, label, start, end in SPANS:
        (began, from_lines), (ended, to_lines) = times[start], times[end]
        known = began is not None and ended is not None
        value = (ended - began).total_seconds() if began is not None and ended is not None else None
        sources = tuple(dict.fromkeys(from_lines + to_lines)) if known else ()
        yield Figure(name, label, value, Unit.SECONDS, f"from {labels[start]} to {labels[end]}", sources)


def _people(entries: Sequence[Entry]) -> Iterable[Figure]:
    measured = of_kind(entries, ImpactMeasured)
    impact = measured[-1][1] if measured else None
    sources = (measured[-1][0].seq,) if measured else ()
    counted = impact if impact and not impact.is_unknown else None
    share = counted.people_hurt / counted.people_seen if counted and counted.people_seen else None
    means = f"last count; source: {impact.source}" if impact else "no count was recorded"
    yield Figure("people_hurt", "People hurt", counted.people_hurt if counted else None, Unit.COUNT, means, sources)
    yield Figure("people_seen", "People seen", impact.people_seen if impact else None, Unit.COUNT, means, sources)
    unnamed = impact.unnamed_networks if impact else None
    means_unnamed = "networks with failures whose person no log names: more people may be hurt"
    yield Figure("unnamed_networks", "Networks without names", unnamed, Unit.COUNT, means_unnamed, sources)
    yield Figure(
        "share_hurt",
        "Share hurt",
        share,
        Unit.SHARE,
        "people hurt of people seen",
        sources if share is not None else (),
    )


def _counts(entries: Sequence[Entry]) -> Iterable[Figure]:
    def count(name: str, label: str, kind: type[B], means: str, of: Callable[[B], int] = lambda _: 1) -> Figure:
        found = of_kind(entries, kind)
        total = sum(of(body) for _, body in found)
        return Figure(name, label, total, Unit.COUNT, means, tuple(entry.seq for entry, _ in found))

    yield Figure(
        "detections",
        "Detections",
        len(detections(entries)),
        Unit.COUNT,
        "that belong to the incident",
        tuple(entry.seq for entry, _ in detections(entries)),
    )
    yield _ruled_out(entries)
    yield count("levels_asked", "Levels asked", Escalated, "levels of the escalation chain that were paged")
    yield count("pages_owed", "Pages owed", PageQueued, "pages that had to reach somebody")
    yield _pages_delivered(entries)
    yield count("attempts_failed", "Deliveries that failed", PageAttemptFailed, "each was tried again")
    yield count("steps_done", "Recovery steps done", ActionSucceeded, "steps of the plan that succeeded")
    yield count("steps_failed", "Recovery steps failed", ActionFailed, "steps of the plan that failed")
    yield count(
        "sessions_cleared", "Sessions cleared", SessionsCleared, "could not be used any more", lambda b: len(b.sessions)
    )
    yield _sessions_kept(entries)
    yield _relapses(entries)


def _ruled_out(entries: Sequence[Entry]) -> Figure:
    made = of_kind(entries, Diagnosed)
    found = [one for one in made[-1][1].differential.hypotheses if one.verdict is Verdict.RULED_OUT] if made else []
    sources = (made[-1][0].seq,) if made else ()
    means = "in the last differential" if made else "no differential was recorded"
    value = len(found) if made else None
    return Figure("causes_ruled_out", "Wrong trails ruled out", value, Unit.COUNT, means, sources)


def _pages_delivered(entries: Sequence[Entry]) -> Figure:
    """A page that a kill made us send twice counts once."""
    found = of_kind(entries, PageDelivered)
    keys = {body.key for _, body in found}
    sources = tuple(entry.seq for entry, _ in found)
    return Figure("pages_delivered", "Pages delivered", len(keys), Unit.COUNT, "pages that a channel took", sources)


def _sessions_kept(entries: Sequence[Entry]) -> Figure:
    """`kept` is what one clearing looked at and left: the last one per component says how many live on."""
    kept = {body.component: (body.kept, entry.seq) for entry, body in of_kind(entries, SessionsCleared)}
    value = sum(number for number, _ in kept.values()) if kept else None
    sources = tuple(seq for _, seq in kept.values())
    return Figure("sessions_kept", "Sessions left alone", value, Unit.COUNT, "looked at and kept", sources)


def _relapses(entries: Sequence[Entry]) -> Figure:
    sources, recovered = [], False
    for entry in entries:
        if isinstance(entry.body, Joined) and recovered:
            sources.append(entry.seq)
        recovered = isinstance(entry.body, Recovered) or (recovered and not isinstance(entry.body, Joined))
    return Figure("relapses", "Times it came back", len(sources), Unit.COUNT, "after a recovery", tuple(sources))
