"""Visitors: do those who fail ever get in from where they come, and do those who are in ask for more than before? Pure.

In: the events of before the onset and since. Out: counts that no distinct count of people or sources tells: a guesser
comes from where nobody gets in, and a class that loads a page anew is made of people who are signed in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent

# Kinds by whose success a source is known as one where people get in.
_GETS_IN = (Kind.SIGN_IN, Kind.SESSION)
_TYPED = TYPED - {Reason.INACTIVE}
_WHOLE = range(200, 300)
# Documents of a provider that applications read, by its own name of the page or by the path.
_FOR_APPLICATIONS = re.compile(r"well-known|discovery|jwks", re.I)
# A source without people that was answered so often before is a service that asks on its own.
LEAST_ANSWERED = 10


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came in a stretch of `minutes`. `typed` sign-ins failed by what was typed, `strange` of them from sources
    from which nobody got in, before or meanwhile; the others from `places`, `busiest_place` of them from one.
    `forgotten` are people who got in before and are said not to exist. `pages` were answered in full to `askers` people
    who were signed in, `busiest` to one of them. Of all `requests`, `nobodys` came from sources from which nobody got
    in, `services` of these answered in full to sources that were answered so long before, `documents` to others that
    read what is there for applications; from `signing` of all `sources` somebody tried to sign in. Of the sessions that
    nobody knows, `refused` of them, `never_seen` came from where nobody gets in. Of the `forms` that the page did not
    know, `unread` came from where nobody gets in and nothing was ever answered in full: who sent them had not asked for
    the page. Of all who `tried` what they know, `browser_tried` did so in the `browser` with most typed failures,
    `browser_typed`."""

    minutes: float
    typed: int
    strange: int
    pages: int
    askers: int
    busiest: int
    places: int = 0
    busiest_place: int = 0
    forgotten: int = 0
    requests: int = 0
    nobodys: int = 0
    services: int = 0
    documents: int = 0
    sources: int = 0
    signing: int = 0
    refused: int = 0
    never_seen: int = 0
    forms: int = 0
    unread: int = 0
    tried: int = 0
    browser: str = ""
    browser_tried: int = 0
    browser_typed: int = 0

    def per_min(self, count: int) -> float:
        """So many a minute; 0 for a stretch without length."""
        return count / self.minutes if self.minutes > 0 else 0.0

    @property
    def typed_per_min(self) -> float:
        """Typed failures a minute."""
        return self.per_min(self.typed)

    @property
    def strange_share(self) -> float:
        """Of the typed failures, those from where nobody gets in."""
        return self.strange / self.typed if self.typed else 0.0

    @property
    def pages_per_min(self) -> float:
        """Pages for people who are signed in, a minute."""
        return self.per_min(self.pages)


@dataclass(frozen=True, slots=True)
class Visitors:
    """The usual stretch and the one since the onset."""

    usual: Stretch
    during: Stretch


def visitors(past: Sequence[SignInEvent], began: datetime, during: Sequence[SignInEvent], until: datetime) -> Visitors:
    """`past` are all events that are remembered of before `began`, oldest first; its second half is what is usual."""
    if not past:
        return Visitors(_stretch((), (), timedelta(), frozenset()), _stretch((), during, until - began, frozenset()))
    middle = past[0].at + (began - past[0].at) / 2
    earlier, later = [e for e in past if e.at < middle], [e for e in past if e.at >= middle]
    services = _services(earlier)
    return Visitors(_stretch(earlier, later, began - middle, services), _stretch(past, during, until - began, services))


def _services(events: Sequence[SignInEvent]) -> frozenset[str]:
    """The sources that were answered again and again without anybody signed in: what asks there is no person."""
    answered = Counter(e.source for e in events if e.source and _is_answered(e))
    return frozenset(source for source, times in answered.items() if times >= LEAST_ANSWERED)


def _is_answered(event: SignInEvent) -> bool:
    return event.kind is Kind.REQUEST and event.person is None and event.status in _WHOLE and not event.probe


def _gets_in(event: SignInEvent) -> bool:
    return event.kind in _GETS_IN and event.outcome is Outcome.SUCCESS and not event.probe


def _stretch(
    before: Sequence[SignInEvent], events: Sequence[SignInEvent], length: timedelta, services: frozenset[str]
) -> Stretch:
    people = {e.person for e in before if e.person and _gets_in(e)}
    known = {e.source for e in (*before, *events) if e.source and _gets_in(e)}
    typed = [e for e in events if e.kind is Kind.SIGN_IN and e.reason in _TYPED and not e.probe]
    places = Counter(e.source for e in typed if e.source in known)
    pages = Counter(e.person for e in events if _is_page(e))
    refused = [e for e in events if e.kind is Kind.SESSION and e.reason is Reason.SESSION_UNKNOWN and not e.probe]
    forms = [e for e in events if e.kind is Kind.SIGN_IN and e.reason is Reason.CSRF and e.source and not e.probe]
    read = {e.source for e in (*before, *events) if e.kind is Kind.REQUEST and e.status in _WHOLE} if forms else set()
    tried = [e for e in events if e.kind is Kind.SIGN_IN and not e.probe and (_gets_in(e) or e.reason in _TYPED)]
    ((browser, mistyped),) = Counter(e.agent or "" for e in typed).most_common(1) or [("", 0)]
    asked = [e for e in events if e.kind is Kind.REQUEST and e.source and not e.probe]
    answered = [e for e in asked if _is_answered(e)]
    return Stretch(
        minutes=length.total_seconds() / 60,
        typed=len(typed),
        strange=sum(e.source is not None and e.source not in known for e in typed),
        pages=pages.total(),
        askers=len(pages),
        busiest=max(pages.values(), default=0),
        places=len(places),
        busiest_place=max(places.values(), default=0),
        forgotten=len({e.person for e in typed if e.reason is Reason.UNKNOWN_PERSON and e.person in people}),
        requests=len(asked),
        nobodys=sum(e.person is None and e.source not in known for e in asked),
        services=sum(e.source in services - known for e in answered),
        documents=sum(
            e.source not in services | known and bool(_FOR_APPLICATIONS.search(e.route or "")) for e in answered
        ),
        sources=len({e.source for e in asked}),
        signing=len({e.source for e in events if e.kind is Kind.SIGN_IN and e.source and not e.probe}),
        refused=len(refused),
        never_seen=sum(e.source is not None and e.source not in known for e in refused),
        forms=len(forms),
        unread=sum(e.source not in known | read for e in forms),
        tried=len(tried),
        browser=browser,
        browser_tried=sum((e.agent or "") == browser for e in tried),
        browser_typed=mistyped,
    )


def _is_page(event: SignInEvent) -> bool:
    return event.kind is Kind.REQUEST and event.person is not None and event.status in _WHOLE and not event.probe
