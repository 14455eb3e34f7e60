"""Who counts once, and what is remembered of people from one event to the next. Pure, no clock.

Retries cluster: somebody who fails tries again at once, and ten failures of one person are not ten people's. A person
(or session, or network: the plan says which) counts once in `person_s` from the first event on. Failing beats
succeeding: who succeeded and then fails within that time counts as a failure besides, once.

This keeps the detectors' promise if the usual envelope bounds the share of people who fail at all in `person_s`: what a
person can still add is evidence only, so the evidence at any moment is below what it will be when all have ended.
"""

from __future__ import annotations

import math

from doorward.model.sign_in import Kind, Outcome, SignInEvent
from doorward.watch.plans import Seen, by_person
from doorward.watch.settings import WatchSettings

# Who was away for so long comes anew; and so many are remembered at most, whatever a flood brings.
_AWAY_S = 300.0
_MOST_REMEMBERED = 200_000


class Once:
    """Admits an observation of a person once in `width_s`, and a failure after a success once more.

    Failures may be of several sorts, each a bit: each sort counts by itself.
    """

    def __init__(self, width_s: float) -> None:
        self._width_s = width_s
        self._began: dict[str, float] = {}
        self._failed: dict[str, int] = {}
        self._swept_s = 0.0

    def admits(self, key: str | None, at_s: float, failed: bool) -> bool:
        """Whether this observation counts; one without a key always does."""
        is_new, counting = self.look(key, at_s, 1 if failed else 0)
        return is_new or counting != 0

    def look(self, key: str | None, at_s: float, failing: int) -> tuple[bool, int]:
        """Whether the person is counted anew, and which sorts of its failures count."""
        if key is None:
            return True, failing
        began = self._began.get(key)
        if began is None or at_s - began >= self._width_s:
            self._open(key, at_s, failing)
            return True, failing
        if not failing:
            return False, 0
        known = self._failed.get(key, 0)
        self._failed[key] = known | failing
        return False, failing & ~known

    def _open(self, key: str, at_s: float, failing: int) -> None:
        if at_s - self._swept_s >= self._width_s:
            self._sweep(at_s)
        self._began[key] = at_s
        if failing:
            self._failed[key] = failing
        elif self._failed:
            self._failed.pop(key, None)

    def _sweep(self, at_s: float) -> None:
        self._swept_s = at_s
        self._began = {key: began for key, began in self._began.items() if at_s - began < self._width_s}
        self._failed = {key: failed for key, failed in self._failed.items() if key in self._began}


class Recent:
    """Remembers who signed in a moment ago, in one component."""

    def __init__(self, settings: WatchSettings) -> None:
        self._settings = settings
        self._keep_s = max(settings.fresh_s, settings.again_s)
        self._signed_in: dict[str, SignInEvent] = {}
        self._first: dict[str, tuple[float, float]] = {}
        self._first_swept_s = 0.0
        self._swept_s = 0.0

    def see(self, event: SignInEvent) -> Seen:
        """The event with what is remembered; sign-ins and sign-outs are remembered from now on."""
        seen = Seen(event, event.at.timestamp())
        seen.since_s = self._since(by_person(event), seen.at_s)
        if event.kind is Kind.SESSION:
            seen.fresh = self._age(event.session or event.person, seen.at_s) < self._settings.fresh_s
        elif event.kind is Kind.SIGN_IN and event.outcome is Outcome.SUCCESS:
            seen.again = self._is_again(event, seen.at_s)
            self._remember(event, seen.at_s)
        elif event.kind is Kind.SIGN_OUT:
            for key in (event.person, event.session):
                self._signed_in.pop(key or "", None)
        return seen

    def _since(self, key: str | None, at_s: float) -> float | None:
        """When that person came: who was not seen for `_AWAY_S` comes anew."""
        if key is None:
            return None
        first, last = self._first.get(key, (at_s, -math.inf))
        if at_s - last > _AWAY_S:
            first = at_s
        self._first[key] = first, at_s
        if at_s - self._first_swept_s > _AWAY_S or len(self._first) > _MOST_REMEMBERED:
            self._first_swept_s = at_s
            kept = {name: seen for name, seen in self._first.items() if at_s - seen[1] <= _AWAY_S}
            self._first = kept if len(kept) <= _MOST_REMEMBERED else {key: (first, at_s)}
        return first

    def _is_again(self, event: SignInEvent, at_s: float) -> bool:
        before = self._signed_in.get(event.person or "")
        if before is None or (before.source, before.agent) != (event.source, event.agent):
            return False
        return self._age(event.person, at_s) < self._settings.again_s

    def _age(self, key: str | None, at_s: float) -> float:
        """Seconds since the sign-in of that person or session, infinite without one; lines may be out of order."""
        before = self._signed_in.get(key or "")
        return float("inf") if before is None else abs(at_s - before.at.timestamp())

    def _remember(self, event: SignInEvent, at_s: float) -> None:
        if at_s - self._swept_s >= self._keep_s:
            self._swept_s = at_s
            kept = self._signed_in.items()
            self._signed_in = {key: seen for key, seen in kept if at_s - seen.at.timestamp() < self._keep_s}
        for key in (event.person, event.session):
            if key is not None:
                self._signed_in[key] = event
