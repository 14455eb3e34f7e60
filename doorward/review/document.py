"""The postmortem as a typed document: every statement and figure carries the numbers of the log lines it is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from doorward.model.finding import Difference
from doorward.model.incident import IncidentState
from doorward.model.measure import Measure

SCHEMA = "doorward.review/1"
NOT_RECORDED = "not recorded"


class Unit(StrEnum):
    """What a figure counts."""

    TIME = "time"
    SECONDS = "seconds"
    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` is None where the log does not say it; `means` says how it is reckoned."""

    name: str
    label: str
    value: datetime | float | int | None
    unit: Unit
    means: str
    sources: tuple[int, ...]

    @property
    def text(self) -> str:
        """The value as people read it."""
        if self.value is None:
            return NOT_RECORDED
        if isinstance(self.value, datetime):
            return utc(self.value)
        if self.unit is Unit.SECONDS:
            return span(self.value)
        return f"{self.value:.0%}" if self.unit is Unit.SHARE else f"{self.value:,.0f}"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or two, and where they come from; no sources = the log is silent, and the text says so."""

    text: str
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """What happened when. `kind` is the entry's kind, or `happened` for an event that an entry tells of afterwards."""

    at: datetime
    text: str
    kind: str
    source: int
    corrected_by: int | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """A cause that was looked at and is not it, or that could not be tested; `evidence` is what was seen."""

    cause: str
    title: str
    verdict: str
    evidence: tuple[str, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page: whom, when, and how long until the channel took it (None = never)."""

    level: str
    channel: str
    queued_at: datetime
    delivered_at: datetime | None
    failures: int
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Postmortem:
    """The sections in the order in which they are read. `last_hash` ties the document to the log it was made of."""

    incident: str
    service: str
    title: str
    state: IncidentState
    first_line: int
    last_line: int
    lines: int
    last_hash: str
    figures: tuple[Figure, ...]
    summary: tuple[Statement, ...]
    reasons: tuple[tuple[str, int], ...]
    timeline: tuple[TimelineLine, ...]
    timeline_left_out: int
    root_cause: tuple[Statement, ...]
    differences: tuple[Difference, ...]
    trails: tuple[Trail, ...]
    escalation: tuple[Statement, ...]
    pages: tuple[PageLine, ...]
    resolution: tuple[Statement, ...]
    measures: tuple[Measure, ...]
    lessons: tuple[Statement, ...]

    def figure(self, name: str) -> Figure:
        """The figure of that name. Raises KeyError."""
        found = next((figure for figure in self.figures if figure.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


def utc(at: datetime) -> str:
    """`2026-11-21 10:00:04 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def number(count: int, one: str, several: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{count:,} {one if count == 1 else several}"


def span(seconds: float) -> str:
    """`9.6 s`, `2 min 05 s`, `1 h 02 min 05 s`; what came before the moment it is counted from is `3.0 s before`."""
    if seconds < 0:
        return f"{span(-seconds)} before"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"
