"""Which sessions cannot be used any more: a predicate over what the logs and the store say, each with its reason.

A session is condemned only if it was issued under the faulty configuration *and* the service has since refused it, for
a reason that a configuration can cause, at least as often as it accepted it; or if it does not load at all. Everything
else is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.systems import SessionRow

# Refusals that a configuration can cause. An expired or unknown session is refused under any configuration.
FAULT_REASONS = frozenset({Reason.NETWORK_CHANGED, Reason.SESSION_UNREADABLE, Reason.OTHER})


class Condemned(StrEnum):
    """Why a session cannot be used any more."""

    REFUSED = "refused-since-issued-under-fault"
    UNREADABLE = "does-not-load"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Sessions to clear with their reasons, how many were looked at, and refused ones that are gone already."""

    sessions: dict[str, Condemned]
    considered: int
    refused_but_gone: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """Looked at and left alone."""
        return self.considered - len(self.sessions)


@dataclass(slots=True)
class _History:
    """What the log says of one session."""

    issued_under_fault: bool = False
    refused: int = 0
    accepted_since: int = 0


@dataclass(slots=True)
class SessionHistory:
    """What the log says of the sessions of one component since the faulty version came into force."""

    component: str
    bad_config: str
    since: datetime
    _seen: dict[str, _History] = field(default_factory=dict)

    def take(self, events: Iterable[SignInEvent]) -> None:
        """Take further events in, in the order of the log."""
        for event in events:
            if event.component == self.component and event.session and event.at >= self.since and not event.probe:
                self._take(event, self._seen.setdefault(event.session, _History()))

    def _take(self, event: SignInEvent, history: _History) -> None:
        if event.kind is Kind.SIGN_IN and event.outcome is Outcome.SUCCESS and event.config == self.bad_config:
            history.issued_under_fault = True
        elif event.kind is Kind.SESSION and event.reason in FAULT_REASONS:
            history.refused += 1
        elif event.kind is Kind.SESSION and event.outcome is Outcome.SUCCESS and history.refused:
            history.accepted_since += 1

    def refused(self) -> dict[str, Condemned]:
        """Sessions that the log alone condemns."""
        return {
            session: Condemned.REFUSED
            for session, history in self._seen.items()
            if history.issued_under_fault and history.refused and history.refused >= history.accepted_since
        }


def judge(history: SessionHistory, rows: Iterable[SessionRow]) -> Judgement:
    """The sessions to clear among those that the store still holds; `rows` as read under the restored configuration."""
    refused = history.refused()
    condemned: dict[str, Condemned] = {}
    considered = 0
    for row in rows:
        considered += 1
        if row.session in refused:
            condemned[row.session] = refused[row.session]
        elif not row.loads and row.reason == "unreadable":
            condemned[row.session] = Condemned.UNREADABLE
    return Judgement(condemned, considered, tuple(sorted(set(refused) - set(condemned))))
