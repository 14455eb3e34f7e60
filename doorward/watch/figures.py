"""Statistics of a stretch: one pass over events, for diagnosis and for measuring who was hurt."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent
from doorward.model.statistics import Count, Latency, Statistics

_Key = tuple[Kind, Outcome, Reason]


class _Tally:
    """What one pass collects."""

    def __init__(self) -> None:
        self.events: Counter[_Key] = Counter()
        self.people: defaultdict[_Key, set[str]] = defaultdict(set)
        self.sources: defaultdict[_Key, set[str]] = defaultdict(set)
        self.attempts_by_source: Counter[str] = Counter()
        self.exceptions: Counter[str] = Counter()
        self.times_ms: list[float] = []

    def add(self, event: SignInEvent) -> None:
        key = (event.kind, event.outcome, event.reason)
        self.events[key] += 1
        if event.person is not None:
            self.people[key].add(event.person)
        if event.source is not None:
            self.sources[key].add(event.source)
            if event.kind is Kind.SIGN_IN:
                self.attempts_by_source[event.source] += 1
        if event.kind is Kind.ERROR:
            self.exceptions[event.reason_raw] += 1
        if event.kind is Kind.REQUEST and event.ms is not None:
            self.times_ms.append(event.ms)

    def counts(self) -> tuple[Count, ...]:
        """Commonest first, then by name, so that the order is stable."""
        ordered = sorted(self.events.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Count(*key, events, len(self.people[key]), len(self.sources[key])) for key, events in ordered)


def statistics(
    events: Iterable[SignInEvent], since: datetime, until: datetime, component: str | None = None
) -> Statistics:
    """What people did from `since` (inclusive) until `until` (exclusive), in one component if it is named; probes are
    left out."""
    tally = _Tally()
    for event in events:
        if since <= event.at < until and not event.probe and component in (None, event.component):
            tally.add(event)
    attempts = sum(count for (kind, _, _), count in tally.events.items() if kind is Kind.SIGN_IN)
    typed = sum(count for (kind, _, reason), count in tally.events.items() if kind is Kind.SIGN_IN and reason in TYPED)
    return Statistics(
        since=since,
        until=until,
        component=component,
        events=tally.events.total(),
        people=len(set().union(*tally.people.values())),
        sources=len(set().union(*tally.sources.values())),
        counts=tally.counts(),
        top_source_share=max(tally.attempts_by_source.values(), default=0) / attempts if attempts else 0.0,
        wrong_password_share=typed / attempts if attempts else 0.0,
        latency=_latency(tally.times_ms),
        exceptions=tuple(sorted(tally.exceptions.items(), key=lambda item: (-item[1], item[0]))),
    )


def _latency(times_ms: list[float]) -> Latency | None:
    if not times_ms:
        return None
    ordered = sorted(times_ms)

    def quantile(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return Latency(len(ordered), quantile(0.5), quantile(0.95), quantile(0.99))
