"""Reasons: which failures became more frequent since the onset, by the words that every kind shares; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorward.diagnose.observations import Observations
from doorward.model.sign_in import Kind, Outcome, Reason

# A reason has risen from this many events on, and when it comes this many times as often as usual.
LEAST_EVENTS = 5
LEAST_RATIO = 3.0
# Error lines say again what their requests say.
_TOLD = (Kind.SIGN_IN, Kind.SESSION, Kind.TOKEN, Kind.REQUEST)


@dataclass(frozen=True, slots=True)
class Rise:
    """A reason that became more frequent; rates are per minute."""

    kind: Kind
    reason: Reason
    events: int
    per_min: float
    usually_per_min: float

    def __str__(self) -> str:
        """Such as `14 × session network-changed (42 a minute, usually 0)`."""
        rates = f"{self.per_min:.0f} a minute, usually {self.usually_per_min:.0f}"
        return f"{self.events} × {self.kind} {self.reason} ({rates})"


def risen(observations: Observations, reasons: Iterable[Reason]) -> tuple[Rise, ...]:
    """Those of the reasons that rose, most events first; nothing without counts of now."""
    during, usual = observations.during, observations.usual
    if during is None:
        return ()
    wanted, found = frozenset(reasons), []
    for kind in _TOLD:
        for reason in sorted(wanted):
            events = during.total(kind, Outcome.FAILURE, reason)
            per_min = during.per_min(kind, Outcome.FAILURE, reason)
            before = usual.per_min(kind, Outcome.FAILURE, reason) if usual else 0.0
            if events >= LEAST_EVENTS and per_min >= LEAST_RATIO * before:
                found.append(Rise(kind, reason, events, per_min, before))
    return tuple(sorted(found, key=lambda rise: (-rise.events, rise.kind, rise.reason)))


def told(rises: Iterable[Rise]) -> str:
    """The rises in one line."""
    return ", ".join(str(rise) for rise in rises)


def are_compared(observations: Observations) -> bool:
    """Whether there are counts of a usual time and of now, with events in both."""
    usual, during = observations.usual, observations.during
    return usual is not None and during is not None and usual.events > 0 and during.events > 0


def success_share(observations: Observations, kind: Kind) -> float | None:
    """How many successes of that kind there are now, a minute, for each one that is usual; None where none is."""
    usual, during = observations.usual, observations.during
    if usual is None or during is None:
        return None
    before = usual.per_min(kind, Outcome.SUCCESS)
    return during.per_min(kind, Outcome.SUCCESS) / before if before > 0 else None
