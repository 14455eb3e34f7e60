"""The ledger on a real database that is locked, given back, and shared with people."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from doorward.errors import ActionRefused, StoreUnavailable
from doorward.model.entry import Asked, EntryBody, Noted, PageQueued, Recovered, Resolved
from doorward.model.incident import IncidentState
from doorward.model.page import Page
from tests.entries import T0, declared

ID = "2026-03-01-1"


@pytest.fixture
def quick(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose connections wait for a lock only for a moment."""
    from django.db import connections

    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 0.03)
    connections.close_all()
    # Opened once, so that the file is in write-ahead mode, as a daemon's is.
    connections["default"].ensure_connection()
    return store


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is tried at every call."""
    import django

    django.setup()
    monkeypatch.setattr("doorward.store.ledger.TRY_AGAIN_S", 0.0)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Another connection holds the write lock."""
    with closing(sqlite3.connect(state / "doorward.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def at(seconds: float) -> datetime:
    """That many seconds after T0."""
    return T0 + timedelta(seconds=seconds)


def page(number: int = 0) -> Page:
    """A page and, by `queued`, the entry that owes it."""
    return Page(f"{ID}:0:mail:{number}", ID, "mail", "it", "s", "b", T0)


def queued(one: Page) -> PageQueued:
    """The entry of that page."""
    return PageQueued(one.key, one.channel, one.to, one.subject, 0)


def kinds(entries: Sequence[object]) -> list[str]:
    """Kinds of entries."""
    return [entry.kind for entry in entries]  # type: ignore[attr-defined]


def ledger(state: Path) -> Any:
    """A ledger as after a start."""
    from doorward.store.ledger import Ledger

    made = Ledger(state)
    made.load()
    return made


def test_what_a_locked_database_does_not_take_is_known_at_once_and_written_when_it_is_free(quick: Path) -> None:
    from doorward.store import log, outbox
    from doorward.store.ledger import Kept

    book = ledger(quick)
    with locked(quick):
        assert book.record(ID, "doorward", at(0), [declared(), queued(page())], [page()]) is Kept.SPOOLED
        assert book.record(ID, "doorward", at(1), [Noted("one")]) is Kept.SPOOLED
        assert [incident.id for incident in book.open_incidents()] == [ID]
        assert book.next_id(at(2)) == "2026-03-01-2"
        with pytest.raises(StoreUnavailable):
            book.refresh()
    book.refresh()
    assert kinds(log.entries()) == ["declared", "page-queued", "noted"]
    assert (log.verify(quick / "log.anchor"), outbox.owed()) == (3, 1)
    assert not (quick / "ledger-spool.jsonl").exists()


def test_a_start_while_the_database_is_locked_knows_the_spool_and_owes_its_pages(quick: Path) -> None:
    with locked(quick):
        ledger(quick).record(ID, "doorward", at(0), [declared(), queued(page())], [page()])
        from doorward.store.ledger import Ledger

        again = Ledger(quick)
        assert again.load() == (page(),)
        assert again.next_id(at(1)) == "2026-03-01-2"


def test_a_record_that_reached_the_log_just_before_a_kill_is_not_repeated(quick: Path) -> None:
    from doorward.store import log
    from doorward.store.ledger import Ledger

    with locked(quick):
        ledger(quick).record(ID, "doorward", at(0), [declared(), queued(page())], [page()])
    spooled = (quick / "ledger-spool.jsonl").read_bytes()
    ledger(quick).refresh()
    (quick / "ledger-spool.jsonl").write_bytes(spooled)
    again = Ledger(quick)
    assert again.load() == ()
    again.refresh()
    assert kinds(log.entries()) == ["declared", "page-queued"]
    assert not (quick / "ledger-spool.jsonl").exists()


def test_a_line_that_was_cut_short_is_passed_over_and_spoils_none_after_it(quick: Path) -> None:
    with locked(quick):
        book = ledger(quick)
        book.record(ID, "doorward", at(0), [declared()])
        with (quick / "ledger-spool.jsonl").open("ab") as file:
            file.write(b'{"incident":"2026-03-')
        book.record(ID, "doorward", at(1), [Noted("after it")])
        assert kinds(ledger(quick).entries(ID)) == ["declared", "noted"]


def test_where_the_disk_takes_no_spool_memory_keeps_the_record_until_it_does(quick: Path) -> None:
    from doorward.store import log
    from doorward.store.ledger import Kept

    book = ledger(quick)
    (quick / "ledger-spool.jsonl").mkdir()
    with locked(quick):
        assert book.record(ID, "doorward", at(0), [declared()]) is Kept.SPOOLED
        (quick / "ledger-spool.jsonl").rmdir()
        book.record(ID, "doorward", at(1), [Noted("with room again")])
        assert kinds(ledger(quick).entries(ID)) == ["declared", "noted"]
    book.refresh()
    assert kinds(log.entries()) == ["declared", "noted"]


def test_what_an_incident_cannot_take_any_more_is_refused_and_leaves_no_line(store: Path) -> None:
    from doorward.store import log

    book = ledger(store)
    book.record(ID, "doorward", at(0), [declared()])
    log.append(ID, "anna", at(1), [Resolved("by hand")])
    with pytest.raises(ActionRefused, match="has moved on"):
        book.record(ID, "doorward", at(2), [Asked("May it?")], [page()])
    assert kinds(log.entries()) == ["declared", "resolved"]
    assert log.verify() == 2


def test_what_was_spooled_and_does_not_fit_any_more_is_noted(quick: Path) -> None:
    from doorward.store import log

    book = ledger(quick)
    book.record(ID, "doorward", at(0), [declared()])
    with locked(quick):
        book.record(ID, "doorward", at(1), [Asked("May it?")])
    log.append(ID, "anna", at(2), [Resolved("by hand")])
    book.refresh()
    assert kinds(log.entries()) == ["declared", "resolved", "noted"]
    assert book.incident(ID).state is IncidentState.RESOLVED


def test_an_incident_that_does_not_fold_hides_no_other_and_is_named(store: Path) -> None:
    from doorward.store import log

    log.append(ID, "doorward", at(0), [declared(), Resolved("over"), Recovered("cannot be")])
    log.append("2026-03-01-2", "doorward", at(1), [declared()])
    book = ledger(store)
    assert [incident.id for incident in book.open_incidents()] == ["2026-03-01-2"]
    assert len(book.broken()) == 1
    assert ID in book.broken()[0]


def test_what_is_said_of_an_incident_that_nobody_declared_is_kept_nowhere(store: Path) -> None:
    from doorward.store import log
    from doorward.store.ledger import Kept

    bodies: list[EntryBody] = [Noted("of nothing")]
    assert ledger(store).record(ID, "doorward", at(0), bodies) is Kept.NOWHERE
    assert log.entries() == ()
