"""Small real entries for tests: a detection, a declaration, and a chain made of bodies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from doorward import incident_log
from doorward.model.detection import Detection, Direction, Signal
from doorward.model.entry import KIND_OF, Declared, Entry, EntryBody

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def detection(onset: datetime = T0, signal: Signal = Signal.SESSION_REJECTIONS) -> Detection:
    """Refused sessions, detected five seconds after their onset."""
    return Detection(
        detected_at=onset + timedelta(seconds=5),
        onset=onset,
        signal=signal,
        segment=(("component", "auth"), ("reason", "network-changed")),
        observed=0.4,
        expected=0.02,
        direction=Direction.UP,
        evidence_log_e=16.0,
        threshold_log_e=15.0,
        people=4,
    )


def declared(title: str = "People are sent back to the sign-in page") -> Declared:
    """The first entry of an incident."""
    return Declared("School portal", title, "first-of-its-kind", detection())


def chain(bodies: Sequence[EntryBody], incident: str = "2026-03-01-1") -> tuple[Entry, ...]:
    """Entries one second apart, chained as the store chains them."""
    made: list[Entry] = []
    previous = incident_log.GENESIS
    for seq, body in enumerate(bodies, start=1):
        at = T0 + timedelta(seconds=seq)
        text = incident_log.encode_body(body)
        digest = incident_log.link(previous, seq, incident, at, "doorward", KIND_OF[type(body)], text)
        made.append(Entry(seq, incident, at, "doorward", body, previous, digest))
        previous = digest
    return tuple(made)
