"""Doorward's own database is locked or takes no more: people are paged all the same, and nothing is lost afterwards."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from doorward.model.entry import PageQueued
from tests.whole.guarded import Site, site, until, written

pytestmark = pytest.mark.xdist_group("whole")

# Less than the database and its write-ahead log hold by then, more than the pages of one incident take.
NO_MORE_BYTES = 24 * 1024


@contextmanager
def locked(made: Site) -> Iterator[None]:
    """Another connection writes, and does not come to its end."""
    with closing(sqlite3.connect(made.database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def full(made: Site) -> Iterator[None]:
    """The disk takes no byte beyond that place of a file, as the kernel enforces it."""
    assert made.daemon is not None
    _, most = resource.prlimit(made.daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(made.daemon.pid, resource.RLIMIT_FSIZE, (NO_MORE_BYTES, most))
    yield
    resource.prlimit(made.daemon.pid, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("away", [locked, full])
def test_people_are_paged_while_the_database_is_away_and_nothing_is_lost_when_it_is_back(
    away: Callable[[Site], AbstractContextManager[None]], tmp_path: Path
) -> None:
    with site(tmp_path) as made:
        made.serve()
        made.guard()
        until(made.is_proved, 30, "the configuration is proved good")
        with away(made):
            made.set_prefix(32)
            until(made.pages, 40, "a page arrives")
            assert "declared" not in made.kinds()
            until(lambda: "health of watch is red" in made.said, 30, "standard error says that it is red")
            until(lambda: made.health()["parts"].get("watch") == "red", 30, "/health/ says so too")

        until(made.is_settled, 60, "the incident recovers when the database is back")
        entries = made.entries()
        assert [entry.kind for entry in entries].count("declared") == 1
        assert {e.body.key for e in entries if isinstance(e.body, PageQueued) and ":pages:" in e.body.key} <= set(
            made.pages()
        )
        assert not (tmp_path / "state/ledger-spool.jsonl").exists()
        made.end(made.service)
        expected = written(made.log)
        until(lambda: made.counted() == expected, 20, "every event is counted once")
        until(lambda: made.health()["parts"].get("watch") == "green", 30, "the watch is well again")
        verified = made.run("incident", "verify")
        assert verified.returncode == 0, verified.stderr
