"""What is watched of one component: its segments, by the kind of event that concerns them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, SignInEvent
from doorward.watch.panel import Panel
from doorward.watch.parts import Parts
from doorward.watch.people import Recent
from doorward.watch.plans import Detector, RatePlan, Seen, SharePlan, by_person, keys
from doorward.watch.rate_segment import RateSegment
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

_SECONDS_PER_MIN = 60.0
# A process that has just started loads what it needs at its first answers; so long it is given to settle.
SETTLES_S = 15.0
_APART_S = 60.0


@dataclass(slots=True)
class _Concerned:
    """Whom an event of one kind concerns: `alone` are shares that stand in no panel."""

    panels: list[Panel] = field(default_factory=list)
    alone: list[tuple[SharePlan, ShareSegment]] = field(default_factory=list)
    rates: list[tuple[RatePlan, RateSegment]] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)
    shares: list[ShareSegment] = field(default_factory=list)

    def feed(self, came: list[Seen], settled_s: float) -> list[Detection]:
        """Events in their order; the detections that they bring. Everybody takes in all of them at once, but where a
        part may have something to tell: it asks the shares of the whole how they stand at that event."""
        found: list[Detection] = []
        told = [[parts.plan.failed(seen) for seen in came] for parts in self.parts]
        asked = {place + 1 for verdicts in told for place, failed in enumerate(verdicts) if failed}
        for start, end in pairwise(sorted({0, *asked, len(came)})):
            some = came[start:end]
            for panel in self.panels:
                found += panel.feed(some)
            for plan, segment in self.alone:
                found += _of_share(some, plan, segment, settled_s)
            for parts, verdicts in zip(self.parts, told, strict=True):
                found += parts.feed(some, verdicts[start:end], self.is_told)
        for rate, rated in self.rates:
            found += rated.observe_each([(seen.at_s, by_person(seen.event)) for seen in came if rate.counts(seen)])
        return found

    def panel(self, key: Callable[[SignInEvent], str | None], settings: WatchSettings) -> Panel:
        """The panel with that key; made if there is none."""
        found = next((panel for panel in self.panels if panel.key is key), None)
        if found is None:
            found = Panel(key, settings)
            self.panels.append(found)
        return found

    def is_told(self) -> bool:
        """Whether a share of the whole stands detected."""
        return any(segment.is_detected for segment in self.shares)


class Component:
    """The segments of one component, each with its part of the budget; `allowed` is each detector's, by its id."""

    def __init__(
        self, name: str, found: tuple[Detector, ...], allowed: dict[str, float], settings: WatchSettings
    ) -> None:
        self._name = name
        self._settings = settings
        self._recent = Recent(settings)
        self._has_begun = False
        self._restarted_s = self._settles_s = -math.inf
        self._heard_s = 0.0
        self._of: dict[Kind, _Concerned] = {}
        self.rates: list[RateSegment] = []
        self.parts: list[Parts] = []
        for detector in found:
            self._add(detector, allowed[detector.id])

    def _add(self, detector: Detector, budget: float) -> None:
        weights = (one.weight for plans in (detector.shares, detector.rates, detector.parts) for one in plans)
        each = budget / (sum(weights) or 1)
        whole = ("component", self._name)
        for plan in detector.shares:
            per_min = self._settings.attempts_per_min * plan.per_attempt
            identity = Identity(detector.signal, (whole, *plan.labels), each * plan.weight, per_min)
            self._add_share(plan, ShareSegment(identity, plan.prior(self._settings), self._settings))
        for rate in detector.rates:
            identity = Identity(detector.signal, (whole, *rate.labels), each * rate.weight, _SECONDS_PER_MIN)
            prior = rate.prior_per_min(self._settings)
            made = RateSegment(identity, None if prior is None else prior / 60, rate.falling, self._settings)
            self._concerned(rate.kind).rates.append((rate, made))
            self.rates.append(made)
        for part in detector.parts:
            identity = Identity(detector.signal, (whole,), each * part.weight, self._settings.attempts_per_min)
            self.parts.append(Parts(part, identity, self._settings))
            self._concerned(part.kind).parts.append(self.parts[-1])

    def _add_share(self, plan: SharePlan, segment: ShareSegment) -> None:
        concerned = self._concerned(plan.kind)
        concerned.shares.append(segment)
        if plan.by_reason:
            concerned.panel(plan.key, self._settings).add(plan, segment)
        else:
            concerned.alone.append((plan, segment))

    def _concerned(self, kind: Kind) -> _Concerned:
        return self._of.setdefault(kind, _Concerned())

    @property
    def shares(self) -> tuple[ShareSegment, ...]:
        """The shares of the whole component, with all that was fed taken in."""
        for concerned in self._of.values():
            for panel in concerned.panels:
                panel.settle()
        return tuple(segment for concerned in self._of.values() for segment in concerned.shares)

    def segments(self) -> tuple[ShareSegment | RateSegment, ...]:
        """All of them."""
        return (*self.shares, *self.rates, *(segment for part in self.parts for segment in part.segments))

    def restart(self, at_s: float) -> None:
        """The service was restarted then: what follows at once may be its ripple, and it is slow until it has settled.
        One that is restarted again and again does not settle: only the first of those restarts counts."""
        if at_s - self._restarted_s > _APART_S:
            self._settles_s = at_s + SETTLES_S
        self._restarted_s = at_s
        for segment in self.shares:
            segment.restarted_s = at_s

    def feed(self, events: Sequence[SignInEvent], times: Sequence[float]) -> list[Detection]:
        """The detections that these events bring, each of its time. A kind's events are taken in together: no segment
        sees more than one kind."""
        found: list[Detection] = []
        came = self._recent.see_each(events, times)
        if came:
            self._heard_s = self._recent.heard_s
            if not self._has_begun:
                self._has_begun = True
                first_s = next(at_s for event, at_s in zip(events, times, strict=True) if not event.probe)
                for segment in self.rates:
                    segment.begin(int(first_s))
        for kind, seen in came.items():
            concerned = self._of.get(kind)
            if concerned is not None:
                found += concerned.feed(seen, self._settles_s)
        return found

    def advance(self, to_s: float) -> list[Detection]:
        """The detections that silence brings."""
        found: list[Detection] = []
        for segment in self.rates:
            if self._has_begun:
                segment.heard_s = self._heard_s
            found += segment.advance(to_s)
        return found


def _of_share(came: list[Seen], plan: SharePlan, segment: ShareSegment, settled_s: float) -> list[Detection]:
    found: list[Detection] = []
    good: list[Seen] = []
    for seen in came:
        failed = None if plan.waits and seen.at_s < settled_s else plan.failed(seen)
        if failed is False:
            good.append(seen)
        elif failed:
            segment.observe_each(good, keys(good, plan.key))
            good, event = [], seen.event
            told = segment.observe(seen.at_s, plan.key(event), True, event.reason, event, seen.since_s)
            if told is not None:
                found.append(told)
    segment.observe_each(good, keys(good, plan.key))
    return found
