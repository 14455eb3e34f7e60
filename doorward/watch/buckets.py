"""Events → Buckets: counts per window, component, kind, outcome and reason; one function for live logs and for batches.

In: events. Out: Buckets, probes left out. A later event of an earlier window is added to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.sign_in import Bucket, Kind, Outcome, Reason, SignInEvent
from doorward.watch.plans import by_person
from doorward.watch.segment import moment

Key = tuple[Kind, Outcome, Reason]


@dataclass(slots=True)
class _Window:
    counts: dict[Key, int] = field(default_factory=dict)
    people: dict[Key, set[str]] = field(default_factory=dict)

    def add(self, event: SignInEvent) -> None:
        key = (event.kind, event.outcome, event.reason)
        self.counts[key] = self.counts.get(key, 0) + 1
        person = by_person(event)
        if person is not None:
            self.people.setdefault(key, set()).add(person)


class Buckets:
    """The last `kept` windows of one component, `width_s` wide and aligned to the clock."""

    def __init__(self, component: str, width_s: float, kept: int) -> None:
        self.component = component
        self._width_s = width_s
        self._kept = kept
        self._windows: dict[int, _Window] = {}
        self._newest = -1

    def add(self, event: SignInEvent) -> None:
        """Count an event; one older than the oldest window kept is left out."""
        number = math.floor(event.at.timestamp() / self._width_s)
        if event.probe or not self._is_kept(number):
            return
        if number > self._newest:
            self._newest = number
            self._forget()
        self._windows.setdefault(number, _Window()).add(event)

    def _forget(self) -> None:
        if len(self._windows) > 2 * self._kept:
            self._windows = {number: self._windows[number] for number in self._windows if self._is_kept(number)}

    def _is_kept(self, number: int) -> bool:
        return number > self._newest - self._kept

    def series(self) -> tuple[Bucket, ...]:
        """The windows kept, oldest first; a window without events is not among them."""
        return tuple(
            self._bucket(number, self._windows[number]) for number in sorted(self._windows) if self._is_kept(number)
        )

    def _bucket(self, number: int, window: _Window) -> Bucket:
        people = {key: len(persons) for key, persons in window.people.items()}
        return Bucket(self.component, self._opened(number), self._width_s, dict(window.counts), people)

    def _opened(self, number: int) -> datetime:
        return moment(number * self._width_s)


def partial(events: Iterable[SignInEvent], width_s: float) -> tuple[Bucket, ...]:
    """The counts of a batch, to be added to those of others: counts add up, `people` of two batches may overlap."""
    made: dict[str, Buckets] = {}
    for event in events:
        if event.component not in made:
            made[event.component] = Buckets(event.component, width_s, kept=2**62)
        made[event.component].add(event)
    return tuple(bucket for buckets in made.values() for bucket in buckets.series())
