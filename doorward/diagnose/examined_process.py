"""What the examinations of a process's port and surroundings return: figures, never judgements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import inf


@dataclass(frozen=True, slots=True)
class HeldExamined:
    """Connections at the port where the process listens itself. `unanswered` asked for something over three seconds
    ago and got not a byte; `unfinished` are those of them whose request still comes in, in drops. `queued` wait to be
    accepted. Of `incoming` ones something large is being taken in, steadily; of `outgoing` ones it is sent, as
    slowly as it is taken."""

    component: str
    port: int
    connections: int
    unanswered: int
    unfinished: int
    queued: int
    incoming: int = 0
    outgoing: int = 0

    @property
    def large(self) -> int:
        """How many take or send something large."""
        return self.incoming + self.outgoing


@dataclass(frozen=True, slots=True)
class FrontExamined:
    """What something between people and the process at `own_place` alters of its answers, in words; sorted."""

    component: str
    own_place: str
    altered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a process may use of something at the most; None: as much as there is, or it is not told."""

    name: str
    most: float | None


@dataclass(frozen=True, slots=True)
class SurroundingsExamined:
    """What the process was given when it was started: `environment` are names and keyed digests, `bounds` by name."""

    component: str
    pid: int
    began_at: datetime
    environment: tuple[tuple[str, str], ...] = field(repr=False)
    bounds: tuple[Bound, ...]

    def changed(self, before: SurroundingsExamined | None) -> tuple[str, ...]:
        """Names of variables that came, went or changed since; sorted. Empty where nothing is known of before."""
        if before is None:
            return ()
        return tuple(sorted({name for name, _ in set(self.environment) ^ set(before.environment)}))

    def narrowed(self, before: SurroundingsExamined | None) -> tuple[tuple[str, float | None, float], ...]:
        """What it may use less of than before: (name, most before, most now)."""
        if before is None:
            return ()
        was = {bound.name: bound.most for bound in before.bounds}
        return tuple(
            (bound.name, was.get(bound.name), bound.most)
            for bound in self.bounds
            if bound.most is not None and bound.most < _as_much(was.get(bound.name))
        )


OfProcess = HeldExamined | SurroundingsExamined | FrontExamined


def _as_much(most: float | None) -> float:
    return inf if most is None else most
