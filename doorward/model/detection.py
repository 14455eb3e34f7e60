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
