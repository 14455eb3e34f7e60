"""Detection: a detector says that sign-in left its usual course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Signal(StrEnum):
    """What a detector watches; the `measure` of the detection contract."""

    SIGN_IN_FAILURES = "sign-in-failures"
    SESSION_REJECTIONS = "session-rejections"
    SERVER_ERRORS = "server-errors"
    SIGN_IN_VOLUME = "sign-in-volume"
    SUPPORT_INQUIRIES = "support-inquiries"
    PROBE_FAILURES = "probe-failures"


class Direction(StrEnum):
    """Which way the observed value left the expected one."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Detection:
    """A departure from the usual. `observed`/`expected` are shares (0..1) or counts per minute, as the signal says.

    `segment` names what is affected, e.g. (("component", "auth"), ("reason", "network-changed")).
    `evidence_log_e` is the natural log of the detector's evidence; it crossed `threshold_log_e` at `detected_at`.
    """

    detected_at: datetime
    onset: datetime
    signal: Signal
    segment: tuple[tuple[str, str], ...]
    observed: float
    expected: float
    direction: Direction
    evidence_log_e: float
    threshold_log_e: float
    people: int
    evidence: tuple[str, ...] = ()

    def label(self, name: str) -> str | None:
        """The segment's value of that name, None if the segment is not told by it."""
        return dict(self.segment).get(name)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A segment that has left its usual course, detected or not yet: `since` is the estimated onset.

    `detected` is True once a Detection was raised and until the segment has recovered.
    """

    signal: Signal
    segment: tuple[tuple[str, str], ...]
    since: datetime
    log_e: float
    threshold_log_e: float
    detected: bool


@dataclass(frozen=True, slots=True)
class UsualRate:
    """What is usual for a segment, seen cautiously: the most (for a drop: the least) that is still no departure.

    A share (0..1) or a count per minute as the signal says; None = nothing is known yet and nothing is watched for.
    `learned` is False while it is the prior of the settings.
    """

    signal: Signal
    segment: tuple[tuple[str, str], ...]
    expected: float | None
    learned: bool
