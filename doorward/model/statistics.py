"""Statistics: what a stretch of events looked like, counted once and shared by the stages that reason about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.model.sign_in import Kind, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Count:
    """Events, distinct persons and distinct sources of one kind, outcome and reason; persons that the log does not
    name are not among `people`."""

    kind: Kind
    outcome: Outcome
    reason: Reason
    events: int
    people: int
    sources: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Quantiles of the time to answer a request, in ms; `requests` is how many said their time."""

    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """What people did from `since` (inclusive) until `until` (exclusive); probes are left out.

    `component` is None when several are counted together. `people` and `sources` are distinct over all events;
    `top_source_share` is the busiest source's share of sign-in attempts, 0 without attempts; `wrong_password_share` the
    share of sign-in attempts that failed by what was typed. `latency` is None without timed requests.
    `exceptions` counts unhandled exceptions by class, commonest first.
    """

    since: datetime
    until: datetime
    component: str | None
    events: int
    people: int
    sources: int
    counts: tuple[Count, ...]
    top_source_share: float
    wrong_password_share: float
    latency: Latency | None
    exceptions: tuple[tuple[str, int], ...]

    @property
    def minutes(self) -> float:
        """The length of the stretch in minutes."""
        return (self.until - self.since).total_seconds() / 60

    def total(self, kind: Kind, outcome: Outcome | None = None, reason: Reason | None = None) -> int:
        """Events of that kind, of that outcome and reason if they are named."""
        return sum(
            count.events
            for count in self.counts
            if count.kind is kind and outcome in (None, count.outcome) and reason in (None, count.reason)
        )

    def per_min(self, kind: Kind, outcome: Outcome | None = None, reason: Reason | None = None) -> float:
        """Events of that kind a minute; 0 for a stretch without length."""
        return self.total(kind, outcome, reason) / self.minutes if self.minutes > 0 else 0.0

    def share(self, kind: Kind, reason: Reason) -> float:
        """The share of events of that kind that have that reason, 0 without events."""
        total = self.total(kind)
        return self.total(kind, reason=reason) / total if total else 0.0
