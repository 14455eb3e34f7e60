"""Plans: what a detector watches, said as data; a file in `detectors/` is one DETECTOR made of them.

In: an event with what is remembered of its person (`Seen`). Out: whether it is an observation of a segment, and
whether it is one of the bad kind. Pure, no clock: the same plans serve live logs, replays and simulations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, SignInEvent
from doorward.watch.observation import Observation
from doorward.watch.settings import WatchSettings

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Seen:
    """An event, its time in seconds, and what is remembered of its person and session.

    `fresh`: its session signed in a moment ago (its person, where the log tells no session). `again`: a sign-in that
    succeeded a moment after one by the same person, network and browser that had succeeded, without a sign-out between.
    `since_s`: when its person (or session, or network) was first seen of late.
    """

    event: SignInEvent
    at_s: float
    fresh: bool = False
    again: bool = False
    since_s: float | None = None

    def success(self) -> Observation:
        """The event where it is none of the bad kind, as it is kept; who succeeded is not asked."""
        return Observation(self.at_s, None, False, self.event.reason, 1, self.event, self.since_s)


def by_person(event: SignInEvent) -> str | None:
    """Who counts once: the person, else the session, else the network; None if the log tells none of them."""
    return event.person or event.session or event.source


def by_source_and_route(event: SignInEvent) -> str | None:
    """Who counts once where no person is known: a network on one page, so that one robot is not a crowd."""
    return None if event.source is None else f"{event.source} {event.route}"


def keys(came: Iterable[Seen], key: Callable[[SignInEvent], str | None]) -> list[str | None]:
    """Who counts once in each."""
    return [key(seen.event) for seen in came]


@dataclass(frozen=True, slots=True)
class SharePlan:
    """A segment in which a share of observations fails.

    `failed` answers True or False for an observation, None for an event that is none. `per_attempt` is how many
    observations a sign-in brings, for the threshold. `weight` divides the detector's part of the budget. `prior` is
    the most that is usual. `by_reason`: every event of the kind is an observation, and whether a failure is one of the
    bad kind hangs on its reason alone (a success never is): such plans with one key share a Panel. `waits`: what comes
    while the service settles after a restart is no observation (of a plan that is not `by_reason`).
    """

    id: str
    labels: Labels
    kind: Kind
    prior: Callable[[WatchSettings], float]
    failed: Callable[[Seen], bool | None]
    key: Callable[[SignInEvent], str | None] = by_person
    per_attempt: float = 1.0
    weight: float = 1.0
    by_reason: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class RatePlan:
    """A segment in which events come at a rate; `prior_per_min` None = it must be learned first.

    `falling`: fewer than usual is the departure.
    """

    id: str
    labels: Labels
    kind: Kind
    prior_per_min: Callable[[WatchSettings], float | None]
    counts: Callable[[Seen], bool]
    falling: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PartPlan:
    """Segments made on demand, one for each client, network, provider and browser: at most `slots` in a component.

    `dimensions` are those of them that are watched, all if none is named.
    """

    id: str
    kind: Kind
    prior: Callable[[WatchSettings], float]
    failed: Callable[[Seen], bool | None]
    key: Callable[[SignInEvent], str | None] = by_person
    slots: int = 64
    weight: float = 1.0
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detector:
    """One signal and its segments, made for every component; `weight` is its part of the false-alarm budget.

    `probe_prior` is set by the detector that is fed with probes instead of events: one segment a journey.
    """

    id: str
    signal: Signal
    weight: float
    shares: tuple[SharePlan, ...] = ()
    rates: tuple[RatePlan, ...] = ()
    parts: tuple[PartPlan, ...] = ()
    probe_prior: Callable[[WatchSettings], float] | None = None
