"""Pages reach their channel at least once: with a full disk, a dead channel, a store that is away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from doorward.errors import StoreUnavailable
from doorward.model.entry import Declared, EntryBody, PageQueued
from doorward.model.page import Page, PageState
from doorward.respond.deliver import Courier, Obligations, Outcome, next_attempt_at
from doorward.respond.spool import Spool
from doorward.settings_tables import ChannelTable, RespondTable
from doorward.store import log, outbox
from doorward.store.ledger import Kept, Ledger
from tests.respond.cases import channels, page
from tests.review import story
from tests.review.story import at

RESPOND = RespondTable(retry_first_s=5, retry_most_s=300)


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = field(default_factory=lambda: at(10))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Away:
    """A store that does not answer while `is_away`; else the real outbox. `deaf` takes nothing down but still reads."""

    is_away: bool = False
    is_deaf: bool = False

    def due(self, now: datetime) -> tuple[Page, ...]:
        if self.is_away:
            raise StoreUnavailable("the database does not answer")
        return outbox.due(now)

    def delivered(self, key: str, when: datetime) -> None:
        if self.is_away or self.is_deaf:
            raise StoreUnavailable("the disk is full")
        outbox.delivered(key, when)

    def failed(self, key: str, due_at: datetime) -> None:
        if self.is_away or self.is_deaf:
            raise StoreUnavailable("the disk is full")
        outbox.failed(key, due_at)


@dataclass
class Post:
    """A courier with its store, clock and channels."""

    state: Path
    clock: Clock = field(default_factory=Clock)
    gate: Away = field(default_factory=Away)
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.state)
        self.courier = self.fresh()

    def fresh(self, owed: Obligations | None = None) -> Courier:
        """A courier as after a restart."""
        tables: dict[str, ChannelTable] = channels(self.state)
        for name in self.missing:
            tables[name] = ChannelTable(name=name, kind="file", path=self.state / "not-there" / "x")
        spool = Spool(self.state / "pages-spool.jsonl")
        return Courier(tables, RESPOND, self.ledger, self.clock, owed or self.gate, spool)

    def owe(self, *pages: Page) -> None:
        """Declare the incident with these pages."""
        queued = tuple(PageQueued(one.key, one.channel, one.to, one.subject, 0) for one in pages)
        first: tuple[EntryBody, ...] = (Declared("S", "t", "first-of-its-kind", story.rejections()),)
        self.ledger.record(story.ID, "doorward", at(10), (*first, *queued), pages)

    def arrived(self, channel: str = "mail") -> list[str]:
        """Keys in the channel's file."""
        path = self.state / f"{channel}.jsonl"
        return [json.loads(line)["key"] for line in path.read_text().splitlines()] if path.exists() else []

    def kinds(self) -> list[str]:
        """Kinds of entries after the pages were queued."""
        kinds = [entry.kind for entry in log.entries(story.ID)]
        return [kind for kind in kinds if kind not in ("declared", "page-queued")]


@pytest.fixture
def post(store: Path) -> Post:
    """A courier over the real store."""
    return Post(store)


def outcomes(courier: Courier) -> list[Outcome]:
    """How one round went."""
    return [attempt.outcome for attempt in courier.deliver().attempts]


def test_a_page_is_sent_written_down_and_owed_no_longer(post: Post) -> None:
    post.owe(page())
    assert outcomes(post.courier) == [Outcome.DELIVERED]
    assert outcomes(post.courier) == []
    assert post.arrived() == [page().key]
    assert post.kinds() == ["page-delivered"]
    assert outbox.owed() == 0
    incident = post.ledger.incident(story.ID)
    assert incident is not None
    assert incident.pages[0].state is PageState.DELIVERED


def test_a_failed_page_waits_longer_each_time_and_is_never_dropped(store: Path) -> None:
    post = Post(store, missing=("mail",))
    post.owe(page())
    waits = []
    for _ in range(9):
        assert outcomes(post.courier) == [Outcome.FAILED]
        assert outcomes(post.courier) == []
        (row,) = log.entries(story.ID)[-1:]
        waits.append((row.body.next_at - post.clock.now).total_seconds())  # type: ignore[union-attr]
        post.clock.forward(waits[-1])
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert outbox.owed() == 1
    post.missing = ()
    assert outcomes(post.fresh()) == [Outcome.DELIVERED]
    assert log.entries(story.ID)[-1].body.attempts == 10  # type: ignore[union-attr]


def test_a_channel_that_is_down_is_asked_once_a_round_and_holds_up_no_other(store: Path) -> None:
    post = Post(store, missing=("mail",))
    post.owe(page(1), page(2), page(3, channel="phone"))
    assert sorted(outcomes(post.courier)) == [Outcome.CHANNEL_DOWN, Outcome.DELIVERED, Outcome.FAILED]
    assert post.arrived("phone") == [page(3, channel="phone").key]


def test_a_fresh_page_goes_before_one_that_has_failed(post: Post) -> None:
    post.owe(page(1), page(2))
    outbox.failed(page(1).key, at(10))
    assert [attempt.key for attempt in post.courier.deliver().attempts] == [page(2).key, page(1).key]


def test_a_store_that_takes_nothing_down_does_not_make_a_page_be_sent_at_every_round(post: Post) -> None:
    post.owe(page())
    post.gate.is_deaf = True
    rounds = [post.courier.deliver() for _ in range(3)]
    assert [bool(one.store_error) for one in rounds] == [True, True, True]
    assert post.arrived() == [page().key]
    post.gate.is_deaf = False
    assert outcomes(post.courier) == [Outcome.ALREADY_SENT]
    assert (post.kinds(), outbox.owed()) == (["page-delivered"], 0)


def test_a_kill_between_sending_and_writing_down_sends_it_once_more_under_the_same_key(post: Post) -> None:
    post.owe(page())
    post.gate.is_deaf = True
    post.courier.deliver()
    post.gate.is_deaf = False
    assert outcomes(post.fresh()) == [Outcome.DELIVERED]
    assert post.arrived() == [page().key, page().key]
    assert outbox.owed() == 0


def test_a_store_that_is_away_is_reported_and_the_spool_delivers(post: Post) -> None:
    post.gate.is_away = True
    post.courier.spool.owe((page(),))
    made = post.courier.deliver()
    assert [attempt.outcome for attempt in made.attempts] == [Outcome.DELIVERED]
    assert made.store_error == "the database does not answer"
    assert post.arrived() == [page().key]


def test_what_the_spool_delivered_is_not_sent_again_when_the_store_is_back(post: Post) -> None:
    post.gate.is_away = True
    post.courier.spool.owe((page(),))
    post.courier.deliver()
    post.gate.is_away = False
    post.owe(page())
    courier = post.fresh()
    assert outcomes(courier) == [Outcome.ALREADY_SENT]
    assert (post.arrived(), outbox.owed(), courier.spool.delivered_at(page().key)) == ([page().key], 0, None)


def test_while_the_spool_still_owes_a_page_the_outbox_leaves_it_to_the_spool(store: Path) -> None:
    post = Post(store, missing=("mail",))
    post.courier.spool.owe((page(),))
    post.owe(page())
    assert outcomes(post.courier) == [Outcome.FAILED, Outcome.SPOOL_ANSWERS]
    post.missing = ()
    post.clock.forward(5)
    assert outcomes(post.fresh()) == [Outcome.DELIVERED, Outcome.ALREADY_SENT]
    assert (post.arrived(), outbox.owed()) == ([page().key], 0)


def test_with_a_real_database_gone_a_page_still_goes_out(store: Path) -> None:
    post = Post(store)
    (store / "doorward.sqlite3").rename(store / "gone")
    (store / "doorward.sqlite3").mkdir()
    from django.db import connections

    connections.close_all()
    queued = PageQueued(page().key, "mail", "it", "s", 0)
    declared = Declared("S", "t", "first-of-its-kind", story.rejections())
    assert post.ledger.record(story.ID, "doorward", at(10), (declared, queued), (page(),)) is Kept.SPOOLED
    post.courier.spool.owe((page(),))
    made = post.fresh(outbox).deliver()
    assert [attempt.outcome for attempt in made.attempts] == [Outcome.DELIVERED]
    assert made.store_error
    assert post.arrived() == [page().key]


@pytest.mark.parametrize(("attempts", "wait_s"), [(1, 5), (2, 10), (6, 160), (7, 300), (10_000, 300)])
def test_waits_double_up_to_the_longest(attempts: int, wait_s: float) -> None:
    assert next_attempt_at(attempts, RESPOND, at(0)) == at(wait_s)


def test_the_recorder_sees_the_entry_before_the_page_is_settled(store: Path) -> None:
    order: list[str] = []

    class Watching(Away):
        def delivered(self, key: str, when: datetime) -> None:
            order.append("settled")
            super().delivered(key, when)

    post = Post(store, gate=Watching())
    post.owe(page())

    class Recorder:
        def record(self, incident: str, by: str, when: datetime, bodies: Sequence[EntryBody]) -> object:
            order.append("recorded" if post.arrived() else "recorded before it was sent")
            return post.ledger.record(incident, by, when, bodies)

    post.courier.recorder = Recorder()
    post.courier.deliver()
    assert order == ["recorded", "settled"]
