"""A simulated school crowd: events as the school's two services log them, quiet or under a fault. No I/O."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Crowd:
    """People at `per_min`; `fault` (None, "A" or "B") begins at `fault_at_s`. `hurt_at` is when the first is hurt."""

    seed: int
    seconds: float
    per_min: float = 60.0
    fault: str | None = None
    fault_at_s: float = 25.0
    repaired_at_s: float = float("inf")
    people: int = 200
    hurt_at: datetime | None = None
    events: list[SignInEvent] = field(default_factory=list)
    _last: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        at_s = 0.0
        while (at_s := at_s + chance.expovariate(self.per_min / 60)) < self.seconds:
            self._visit(chance, at_s)
        self.events.sort(key=lambda event: event.at)

    def _faulty(self, fault: str, at_s: float) -> bool:
        return self.fault == fault and self.fault_at_s <= at_s < self.repaired_at_s

    def _visit(self, chance: random.Random, at_s: float) -> None:
        number = self._somebody(chance, at_s)
        person = f"person-{number}"
        source = "shared" if number < 0.45 * self.people else f"network-{number}"
        add = self._adder(person, f"session-{number}-{at_s:.3f}", source)
        if self._faulty("B", at_s):
            self._refused(add, at_s)
            return
        if chance.random() < 0.2:
            stale = chance.random() < 0.2
            outcome = (Outcome.FAILURE, Reason.SESSION_EXPIRED) if stale else (Outcome.SUCCESS, Reason.OK)
            add(at_s, "auth", Kind.SESSION, *outcome, session=f"older-{number}")
        add(at_s, "auth", Kind.REQUEST, Outcome.SUCCESS, Reason.OK, route="sign-in")
        if chance.random() < 0.08:
            add(at_s, "auth", Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD)
            at_s += 1 + chance.random() * 4
        self._sign_in(chance, add, at_s, source)

    def _somebody(self, chance: random.Random, at_s: float) -> int:
        """Who has not been here for a quarter of a minute."""
        while self._last.get(number := chance.randrange(self.people), -60.0) > at_s - 15:
            pass
        self._last[number] = at_s
        return number

    def _sign_in(self, chance: random.Random, add: _Add, at_s: float, source: str) -> None:
        for attempt in range(1 + chance.choice((2, 3))):
            add(at_s, "auth", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK)
            rejected = self._faulty("A", at_s) and source == "shared" and chance.random() < 7 / 8
            outcome = (Outcome.FAILURE, Reason.NETWORK_CHANGED) if rejected else (Outcome.SUCCESS, Reason.OK)
            add(at_s + 0.05, "auth", Kind.SESSION, *outcome)
            if not rejected:
                break
            self._hurt(at_s + 0.05)
            if attempt == 1:
                add(at_s + 1, "portal", Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER)
            at_s += 1 + chance.random() * 3
        else:
            return
        add(at_s + 0.2, "portal", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK)
        for page in range(3):
            add(at_s + 1 + 5 * page, "portal", Kind.REQUEST, Outcome.SUCCESS, Reason.OK, route=f"page-{page}")
            add(at_s + 1 + 5 * page, "portal", Kind.SESSION, Outcome.SUCCESS, Reason.OK)

    def _refused(self, add: _Add, at_s: float) -> None:
        self._hurt(at_s)
        for retry in range(2):
            add(at_s + 3 * retry, "auth", Kind.REQUEST, Outcome.FAILURE, Reason.SERVER_ERROR, route="authorize")
        add(at_s + 5, "portal", Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER)

    def _hurt(self, at_s: float) -> None:
        at = BEGAN + timedelta(seconds=at_s)
        self.hurt_at = at if self.hurt_at is None else min(self.hurt_at, at)

    def _adder(self, person: str, session: str, source: str) -> _Add:
        def add(at_s: float, component: str, kind: Kind, outcome: Outcome, reason: Reason, **more: str) -> None:
            at = BEGAN + timedelta(seconds=at_s)
            who = {} if kind is Kind.REQUEST else {"person": person, "session": session}
            self.events.append(SignInEvent(at, component, kind, outcome, reason, **{"source": source, **who, **more}))

        return add

    def until(self, at: datetime) -> Iterator[SignInEvent]:
        """The events before that moment."""
        return (event for event in self.events if event.at < at)


_Add = Callable[..., None]
