"""Who counts once, and what is remembered of people from one event to the next. Pure, no clock.

Retries cluster: somebody who fails tries again at once, and ten failures of one person are not ten people's. A person
(or session, or network: the plan says which) counts once in `person_s` from the first event on. Failing beats
succeeding: who succeeded and then fails within that time counts as a failure besides, once.

This keeps the detectors' promise if the usual envelope bounds the share of people who fail at all in `person_s`: what a
person can still add is evidence only, so the evidence at any moment is below what it will be when all have ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from doorward.model.sign_in import Kind, Outcome, SignInEvent
from doorward.watch.plans import Seen
from doorward.watch.settings import WatchSettings

# Who was away for so long comes anew; and so many are remembered at most, whatever a flood brings.
_AWAY_S = 300.0
_MOST_REMEMBERED = 200_000
# So few are not worth the looking for those who are over.
_FEW = 64
# Named once: in Python 3.11 naming an enum's member costs as much as a call.
_SESSION, _SIGN_IN, _SIGN_OUT, _SUCCESS = Kind.SESSION, Kind.SIGN_IN, Kind.SIGN_OUT, Outcome.SUCCESS


class Once:
    """Admits an observation of a person once in `width_s`, and a failure after a success once more.

    Failures may be of several sorts, each a bit: each sort counts by itself.
    """

    def __init__(self, width_s: float) -> None:
        self._width_s = width_s
        self._began: dict[str, float] = {}
        self._failed: dict[str, int] = {}
        self._swept_s = 0.0
        self._room = _FEW

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

    def new(self, came: Sequence[Seen], keys: Iterable[str | None]) -> list[Seen]:
        """Of those who came and did not fail the ones who count, in their order; `keys` tells who each is."""
        found = []
        began, width_s = self._began, self._width_s
        for seen, key in zip(came, keys, strict=True):
            if key is not None:
                at_s = seen.at_s
                before = began.get(key)
                if before is not None:
                    if at_s - before < width_s:
                        continue
                    self._failed.pop(key, None)
                if len(began) >= self._room and at_s - self._swept_s >= width_s:
                    self._sweep(at_s)
                    began = self._began
                began[key] = at_s
            found.append(seen)
        return found

    def _open(self, key: str, at_s: float, failing: int) -> None:
        if len(self._began) >= self._room and at_s - self._swept_s >= self._width_s:
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
        self._room = max(_FEW, 2 * len(self._began))


# When somebody signed in, from which network, and with which browser.
_SignedIn = tuple[float, str | None, str | None]


class Recent:
    """Remembers who signed in a moment ago, in one component."""

    def __init__(self, settings: WatchSettings) -> None:
        self._fresh_s, self._again_s = settings.fresh_s, settings.again_s
        self._keep_s = max(settings.fresh_s, settings.again_s)
        self._signed_in: dict[str, _SignedIn] = {}
        # When somebody came, and was last seen.
        self._first: dict[str, list[float]] = {}
        self._first_swept_s = 0.0
        self.heard_s = 0.0
        self._swept_s = 0.0

    def see_each(self, events: Sequence[SignInEvent], times: Sequence[float]) -> dict[Kind, list[Seen]]:
        """The events, each of its time and no probe's, by kind and in their order, with what is remembered at each of
        them; sign-ins and sign-outs are remembered from then on."""
        found: defaultdict[Kind, list[Seen]] = defaultdict(list)
        first = self._first
        for event, at_s in zip(events, times, strict=True):
            if event.probe:
                continue
            self.heard_s = at_s
            kind, person, session = event.kind, event.person, event.session
            since_s, fresh, again = None, False, False
            key = person or session or event.source
            if key is not None:
                known = first.get(key)
                if known is not None and at_s - known[1] <= _AWAY_S:
                    known[1], since_s = at_s, known[0]
                else:
                    since_s = self._come_anew(key, at_s)
                    first = self._first
            if kind is _SESSION:
                before = self._signed_in.get(session or person or "")
                fresh = before is not None and abs(at_s - before[0]) < self._fresh_s
            elif kind is _SIGN_IN:
                if event.outcome is _SUCCESS:
                    again = self._is_again(event, at_s)
                    self._remember(event, at_s)
            elif kind is _SIGN_OUT:
                for name in (person, session):
                    self._signed_in.pop(name or "", None)
            found[kind].append(Seen(event, at_s, fresh, again, since_s))
        return found

    def _come_anew(self, key: str, at_s: float) -> float:
        """When that person came: now."""
        self._first[key] = [at_s, at_s]
        if at_s - self._first_swept_s > _AWAY_S or len(self._first) > _MOST_REMEMBERED:
            self._first_swept_s = at_s
            kept = {name: seen for name, seen in self._first.items() if at_s - seen[1] <= _AWAY_S}
            self._first = kept if len(kept) <= _MOST_REMEMBERED else {key: [at_s, at_s]}
        return at_s

    def _is_again(self, event: SignInEvent, at_s: float) -> bool:
        before = self._signed_in.get(event.person or "")
        # Lines may be out of order.
        return (
            before is not None and before[1:] == (event.source, event.agent) and abs(at_s - before[0]) < self._again_s
        )

    def _remember(self, event: SignInEvent, at_s: float) -> None:
        if at_s - self._swept_s >= self._keep_s:
            self._swept_s = at_s
            self._signed_in = {key: was for key, was in self._signed_in.items() if at_s - was[0] < self._keep_s}
        known = at_s, event.source, event.agent
        for key in (event.person, event.session):
            if key is not None:
                self._signed_in[key] = known
