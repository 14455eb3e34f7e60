"""The log on the database: appended in one transaction, refused any change, verified with its anchor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doorward.errors import LogBroken, StoreUnavailable
from doorward.model.entry import Noted, PageQueued
from doorward.model.page import Page
from tests.entries import T0, declared

PAGE = Page("2026-03-01-1:0:pages:declared", "2026-03-01-1", "pages", "file", "subject", "body", T0)


def test_what_is_appended_is_read_back_in_order(any_store: str) -> None:
    from doorward.store import log

    made = log.append("2026-03-01-1", "doorward", T0, [declared(), Noted("n")])
    assert log.entries() == made
    assert log.verify() == 2


def test_a_line_cannot_be_changed_or_deleted(any_store: str) -> None:
    from doorward.store import log
    from doorward.store.connection import transacted
    from doorward.store.models import EntryRow

    log.append("2026-03-01-1", "doorward", T0, [declared()])
    with pytest.raises(StoreUnavailable, match="only appended to"), transacted():
        EntryRow.objects.filter(seq=1).update(by="somebody")
    with pytest.raises(StoreUnavailable, match="only appended to"), transacted():
        EntryRow.objects.filter(seq=1).delete()


def test_a_page_is_owed_with_the_entry_that_owes_it(any_store: str) -> None:
    from doorward.store import log, outbox

    queued = PageQueued(PAGE.key, "pages", "file", "subject", 0)
    log.append("2026-03-01-1", "doorward", T0, [declared(), queued], [PAGE])
    assert outbox.due(T0) == (PAGE,)


def test_if_one_entry_fails_nothing_is_written(any_store: str) -> None:
    from doorward.store import log, outbox

    broken = replace(PAGE, subject=None)  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        log.append("2026-03-01-1", "doorward", T0, [declared()], [broken])
    assert log.entries() == ()
    assert outbox.owed() == 0


def test_a_log_cut_below_its_anchor_is_broken(any_store: str, tmp_path: Path) -> None:
    from doorward.store import log

    anchor = tmp_path / "log.anchor"
    log.append("2026-03-01-1", "doorward", T0, [declared()])
    log.write_anchor(anchor)
    assert log.verify(anchor) == 1
    anchor.write_text("7 " + "0" * 64 + "\n")
    with pytest.raises(LogBroken, match="cut off"):
        log.verify(anchor)
