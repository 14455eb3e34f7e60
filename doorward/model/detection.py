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
    LATENCY = "latency"


class Direction(StrEnum):
    """Which way the observed value left the expected one."""

    UP = "up"
    DOWN = "down"


class Looks(StrEnum):
    """What a departure looks like; an outage unless something speaks clearly for another."""

    OUTAGE = "outage"
    ATTACK = "attack"
    RIPPLE = "ripple"
    LOG_SILENT = "log-silent"


@dataclass(frozen=True, slots=True)
class Detection:
    """A departure from the usual. `observed`/`expected` are shares (0..1) or counts per minute, as the signal says.

    `segment` names what is affected, e.g. (("component", "auth"), ("reason", "network-changed")).
    `evidence_log_e` is the natural log of the detector's evidence; it crossed `threshold_log_e` at `detected_at`.
    The onset lies between `onset_from` and `onset_to` with 95 % (None: not told). `within` is the smallest segment that
    explains it, such as (("client", "portal"),); empty where no part fails more than the rest.
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
    onset_from: datetime | None = None
    onset_to: datetime | None = None
    looks: Looks = Looks.OUTAGE
    within: tuple[tuple[str, str], ...] = ()

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


@dataclass(frozen=True, slots=True)
class SegmentState:
    """A watched segment at one moment: its evidence (log, minus infinity before anything was seen) against the
    threshold, what is usual, and whether a detection stands."""

    usual: UsualRate
    log_e: float
    threshold_log_e: float
    detected: bool
