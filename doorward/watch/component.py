"""What is watched of one component: its segments, by the kind of event that concerns them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, Outcome, SignInEvent
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
# More than this is taken in at once: a segment keeps no more.
_MOST_CAME = 4096
_FAILURE = Outcome.FAILURE


@dataclass(slots=True)
class _Alone:
    """A share that stands in no panel, and who came and did not fail since it last took them in."""

    plan: SharePlan
    segment: ShareSegment
    came: list[Seen] = field(default_factory=list)

    def fails(self, seen: Seen, settled_s: float) -> bool:
        """Whether it is of the bad kind; if it is of the good kind it is noted."""
        if self.plan.waits and seen.at_s < settled_s:
            return False
        failed = self.plan.failed(seen)
        if failed is False:
            self.came.append(seen)
        return bool(failed)

    def settle(self) -> None:
        if self.came:
            came, self.came = self.came, []
            key = self.plan.key
            self.segment.observe_each(came, [key(seen.event) for seen in came])

    def observe(self, seen: Seen) -> Iterable[Detection]:
        event = seen.event
        told = self.segment.observe(seen.at_s, self.plan.key(event), True, event.reason, event, seen.since_s)
        return () if told is None else (told,)


@dataclass(slots=True)
class _Concerned:
    """Whom an event of one kind concerns, and what came of which nobody has anything to tell: nearly everything, and
    the segments take many at once in a fraction of the time. What they come to is what they would one by one."""

    panels: list[Panel] = field(default_factory=list)
    alone: list[_Alone] = field(default_factory=list)
    rates: list[tuple[RatePlan, RateSegment]] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)
    shares: list[ShareSegment] = field(default_factory=list)
    came: list[Seen] = field(default_factory=list)
    is_counted: bool = False

    def note(self, seen: Seen, settled_s: float) -> list[Detection]:
        """One event; the detections that it brings, or those before it."""
        failing = [one for one in self.alone if one.fails(seen, settled_s)]
        parted = [parts for parts in self.parts if parts.fails(seen)]
        if not (failing or parted or self.is_counted or seen.event.outcome is _FAILURE):
            self.came.append(seen)
            return self.settle() if len(self.came) >= _MOST_CAME else []
        found = self.settle()
        for panel in self.panels:
            found += panel.observe(seen)
        for one in failing:
            found += one.observe(seen)
        for parts in parted:
            found += parts.observe(seen, self.is_told)
        return found + self._count(seen)

    def settle(self) -> list[Detection]:
        """Everybody takes in what came; the detections of the silences in between."""
        came, self.came = self.came, []
        for panel in self.panels:
            panel.succeed_each(came)
        for one in self.alone:
            one.settle()
        for parts in self.parts:
            parts.settle()
        return [told for seen in came for told in self._count(seen)]

    def _count(self, seen: Seen) -> list[Detection]:
        found: list[Detection] = []
        for plan, rate in self.rates:
            if plan.counts(seen):
                rate.heard_s = seen.at_s
                found += rate.observe(seen.at_s, by_person(seen.event))
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
        self._told: list[Detection] = []
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
            concerned = self._concerned(rate.kind)
            concerned.rates.append((rate, made))
            concerned.is_counted = concerned.is_counted or not rate.falling
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
            concerned.alone.append(_Alone(plan, segment))

    def _concerned(self, kind: Kind) -> _Concerned:
        return self._of.setdefault(kind, _Concerned())

    def settle(self) -> None:
        """Everything that was fed is taken in: before anybody looks."""
        for concerned in self._of.values():
            self._told += concerned.settle()
            for panel in concerned.panels:
                panel.settle()

    @property
    def shares(self) -> tuple[ShareSegment, ...]:
        """The shares of the whole component, with all that was fed taken in."""
        self.settle()
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

    def feed(self, event: SignInEvent, at_s: float) -> None:
        """One event, of that time; `advance` tells what it brings."""
        if event.probe:
            return
        seen = self._recent.see(event, at_s)
        self._heard_s = at_s
        if not self._has_begun:
            self._has_begun = True
            for segment in self.rates:
                segment.begin(int(at_s))
        concerned = self._of.get(event.kind)
        if concerned is not None:
            self._told += concerned.note(seen, self._settles_s)

    def advance(self, to_s: float) -> list[Detection]:
        """What was detected since the last call, silence up to that moment included."""
        self.settle()
        for segment in self.rates:
            if self._has_begun:
                segment.heard_s = self._heard_s
            self._told += segment.advance(to_s)
        return self.forget()

    def forget(self) -> list[Detection]:
        """What was detected and not told yet is not told any more."""
        self.settle()
        told, self._told = self._told, []
        return told
