"""Pages that are owed → channels → the log, at least once whatever is killed.

The order of writes is the promise: a page is sent, then the log says so, then it is no longer owed. A kill between any
two of them sends it once more, under the same key; no order of kills leaves it unsent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from doorward.errors import DeliveryFailed, StoreUnavailable
from doorward.model.entry import EntryBody, PageAttemptFailed, PageDelivered
from doorward.model.page import Page
from doorward.respond.channels import send
from doorward.respond.spool import Spool
from doorward.settings_tables import ChannelTable, RespondTable

BY = "doorward"


class Obligations(Protocol):
    """Where owed pages stand: `doorward.store.outbox` and `Spool` both have this shape."""

    def due(self, now: datetime, /) -> tuple[Page, ...]:
        """Pages whose next attempt is due, oldest first."""
        ...

    def delivered(self, key: str, at: datetime, /) -> None:
        """The page is owed no longer."""
        ...

    def failed(self, key: str, due_at: datetime, /) -> None:
        """The page is tried again then."""
        ...


class Recorder(Protocol):
    """Where entries are written; `doorward.store.ledger.Ledger` has this shape."""

    def record(self, incident: str, by: str, at: datetime, bodies: Sequence[EntryBody], /) -> object:
        """Write them durably."""
        ...


class Outcome(StrEnum):
    """How it went with one page in one round."""

    DELIVERED = "delivered"
    FAILED = "failed"
    CHANNEL_DOWN = "channel-down"
    ALREADY_SENT = "already-sent"
    SPOOL_ANSWERS = "spool-answers"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One page in one round; `error` is empty unless it failed."""

    key: str
    channel: str
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did; `store_error` is empty where the store answered throughout."""

    attempts: tuple[Attempt, ...]
    store_error: str = ""


def next_attempt_at(attempts: int, respond: RespondTable, now: datetime) -> datetime:
    """When a page that has failed this often (at least once) is tried again: doubling waits, up to the longest."""
    doubled = respond.retry_first_s * 2.0 ** min(attempts - 1, 30)
    return now + timedelta(seconds=min(doubled, respond.retry_most_s))


@dataclass(slots=True)
class _Sent:
    """A page that a channel took and that is not settled yet."""

    at: datetime
    is_in_log: bool = False


@dataclass
class Courier:
    """Delivers what is owed. `tables` as by `channels.tables`; keep one for as long as the daemon runs.

    `_sent` remembers, for this process, pages that were sent while the store could not take it down: they are not sent
    again at every round of a full disk.
    """

    tables: Mapping[str, ChannelTable]
    respond: RespondTable
    recorder: Recorder
    clock: Callable[[], datetime]
    outbox: Obligations
    spool: Spool
    _sent: dict[str, _Sent] = field(default_factory=dict)

    def deliver(self) -> Round:
        """One round over the spool, then over the outbox. A store that does not answer is reported, not raised."""
        attempts: list[Attempt] = []
        self._round(self.spool, attempts)
        try:
            self._round(self.outbox, attempts)
        except StoreUnavailable as error:
            return Round(tuple(attempts), error.problem.what)
        return Round(tuple(attempts))

    def _round(self, owed: Obligations, attempts: list[Attempt]) -> None:
        """Pages never tried go first, so that a fresh one does not wait behind a channel that is down."""
        down: set[str] = {attempt.channel for attempt in attempts if attempt.outcome is Outcome.FAILED}
        for page in sorted(owed.due(self.clock()), key=lambda page: page.attempts > 0):
            attempt = self._one(owed, page, down)
            attempts.append(attempt)
            if attempt.outcome is Outcome.FAILED:
                down.add(page.channel)

    def _one(self, owed: Obligations, page: Page, down: set[str]) -> Attempt:
        if owed is not self.spool:
            answered = self._answered_by_spool(owed, page)
            if answered is not None:
                return answered
        if page.key in self._sent:
            return self._settle(owed, page, Outcome.ALREADY_SENT)
        if page.channel in down:
            return Attempt(page.key, page.channel, Outcome.CHANNEL_DOWN)
        try:
            send(page, self.tables)
        except DeliveryFailed as error:
            return self._failed(owed, page, error.problem.what)
        self._sent[page.key] = _Sent(self.clock())
        return self._settle(owed, page, Outcome.DELIVERED)

    def _answered_by_spool(self, owed: Obligations, page: Page) -> Attempt | None:
        """A page of the outbox that went to the spool first: the spool sends it, the outbox only takes note."""
        if self.spool.owes(page.key):
            return Attempt(page.key, page.channel, Outcome.SPOOL_ANSWERS)
        sent_at = self.spool.delivered_at(page.key)
        if sent_at is None:
            return None
        owed.delivered(page.key, sent_at)
        self.spool.forget((page.key,))
        return Attempt(page.key, page.channel, Outcome.ALREADY_SENT)

    def _settle(self, owed: Obligations, page: Page, outcome: Outcome) -> Attempt:
        sent = self._sent[page.key]
        if not sent.is_in_log:
            self.recorder.record(page.incident, BY, sent.at, (PageDelivered(page.key, page.attempts + 1),))
            sent.is_in_log = True
        owed.delivered(page.key, sent.at)
        del self._sent[page.key]
        return Attempt(page.key, page.channel, outcome)

    def _failed(self, owed: Obligations, page: Page, error: str) -> Attempt:
        now = self.clock()
        next_at = next_attempt_at(page.attempts + 1, self.respond, now)
        owed.failed(page.key, next_at)
        self.recorder.record(page.incident, BY, now, (PageAttemptFailed(page.key, error, next_at),))
        return Attempt(page.key, page.channel, Outcome.FAILED, error)
