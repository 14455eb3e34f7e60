"""What is watched of one component: its segments, by the kind of event that concerns them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, SignInEvent
from doorward.watch.panel import Panel
from doorward.watch.parts import Parts
from doorward.watch.people import Recent
from doorward.watch.plans import Detector, RatePlan, Seen, SharePlan, by_person
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

    def feed(self, event: SignInEvent) -> list[Detection]:
        """The detections that this event brings."""
        if event.probe:
            return []
        seen = self._recent.see(event)
        self._heard_s = seen.at_s
        if not self._has_begun:
            self._has_begun = True
            for segment in self.rates:
                segment.begin(int(seen.at_s))
        concerned = self._of.get(event.kind)
        return [] if concerned is None else self._feed(seen, concerned)

    def _feed(self, seen: Seen, concerned: _Concerned) -> list[Detection]:
        found: list[Detection] = []
        for panel in concerned.panels:
            found += panel.observe(seen)
        for plan, segment in concerned.alone:
            if plan.waits and seen.at_s < self._settles_s:
                continue
            found += _of_share(seen, plan, segment)
        for parts in concerned.parts:
            failed = parts.plan.failed(seen)
            if failed is not None and (told := parts.observe(seen, failed, concerned.is_told)) is not None:
                found.append(told)
        for rate, rated in concerned.rates:
            if rate.counts(seen):
                rated.heard_s = seen.at_s
                found += rated.observe(seen.at_s, by_person(seen.event))
        return found

    def advance(self, to_s: float) -> list[Detection]:
        """The detections that silence brings."""
        found: list[Detection] = []
        for segment in self.rates:
            if self._has_begun:
                segment.heard_s = self._heard_s
            found += segment.advance(to_s)
        return found


def _of_share(seen: Seen, plan: SharePlan, segment: ShareSegment) -> Iterable[Detection]:
    failed = plan.failed(seen)
    if failed is None:
        return ()
    event = seen.event
    told = segment.observe(seen.at_s, plan.key(event), failed, event.reason, event, seen.since_s)
    return () if told is None else (told,)
