"""Visitors: do those who fail ever get in from where they come, and do those who are in ask for more than before? Pure.

In: the events of before the onset and since. Out: counts that no distinct count of people or sources tells: a guesser
comes from where nobody gets in, and a class that loads a page anew is made of people who are signed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent

# Kinds by whose success a source is known as one where people get in.
_GETS_IN = (Kind.SIGN_IN, Kind.SESSION)
_TYPED = TYPED - {Reason.INACTIVE}
_WHOLE = range(200, 300)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came in a stretch of `minutes`. `typed` sign-ins failed by what was typed, `strange` of them from sources
    from which nobody got in, before or meanwhile; `pages` were answered in full to `askers` people who were signed in,
    `busiest` to one of them."""

    minutes: float
    typed: int
    strange: int
    pages: int
    askers: int
    busiest: int

    @property
    def typed_per_min(self) -> float:
        """Typed failures a minute."""
        return self.typed / self.minutes if self.minutes > 0 else 0.0

    @property
    def strange_share(self) -> float:
        """Of the typed failures, those from where nobody gets in."""
        return self.strange / self.typed if self.typed else 0.0

    @property
    def pages_per_min(self) -> float:
        """Pages for people who are signed in, a minute."""
        return self.pages / self.minutes if self.minutes > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Visitors:
    """The usual stretch and the one since the onset."""

    usual: Stretch
    during: Stretch


def visitors(past: Sequence[SignInEvent], began: datetime, during: Sequence[SignInEvent], until: datetime) -> Visitors:
    """`past` are all events that are remembered of before `began`, oldest first; its second half is what is usual."""
    if not past:
        return Visitors(_stretch((), frozenset(), timedelta()), _stretch(during, frozenset(), until - began))
    middle = past[0].at + (began - past[0].at) / 2
    earlier, later = [e for e in past if e.at < middle], [e for e in past if e.at >= middle]
    known = _known(earlier)
    return Visitors(_stretch(later, known, began - middle), _stretch(during, known | _known(later), until - began))


def _known(events: Sequence[SignInEvent]) -> frozenset[str]:
    return frozenset(
        e.source for e in events if e.source and e.kind in _GETS_IN and e.outcome is Outcome.SUCCESS and not e.probe
    )


def _stretch(events: Sequence[SignInEvent], known: frozenset[str], length: timedelta) -> Stretch:
    known = known | _known(events)
    typed = [e for e in events if e.kind is Kind.SIGN_IN and e.reason in _TYPED and not e.probe]
    pages = Counter(e.person for e in events if _is_page(e))
    return Stretch(
        minutes=length.total_seconds() / 60,
        typed=len(typed),
        strange=sum(e.source is not None and e.source not in known for e in typed),
        pages=pages.total(),
        askers=len(pages),
        busiest=max(pages.values(), default=0),
    )


def _is_page(event: SignInEvent) -> bool:
    return event.kind is Kind.REQUEST and event.person is not None and event.status in _WHOLE and not event.probe
