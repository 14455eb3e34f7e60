"""The spool owes pages while the store is away, whatever is killed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from doorward.model.page import PageState
from doorward.respond.spool import Spool
from tests.respond.cases import page
from tests.review.story import at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is kept."""
    return tmp_path / "state" / "pages-spool.jsonl"


def test_what_is_owed_is_due_oldest_first_and_survives_a_restart(path: Path) -> None:
    late, early = page(1, queued_at=at(20)), page(2, queued_at=at(10))
    Spool(path).owe((late, early))
    assert Spool(path).due(at(30)) == (early, late)
    assert Spool(path).due(at(15)) == (early,)
    assert Spool(path).owed() == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_page_is_not_owed_twice(path: Path) -> None:
    spool = Spool(path)
    spool.owe((page(),))
    spool.owe((page(),))
    assert len(path.read_text().splitlines()) == 1


def test_a_failure_counts_and_waits_also_after_a_restart(path: Path) -> None:
    spool = Spool(path)
    spool.owe((page(),))
    spool.failed(page().key, at(60))
    for one in (spool, Spool(path)):
        assert one.due(at(59)) == ()
        assert [(found.key, found.attempts) for found in one.due(at(60))] == [(page().key, 1)]


def test_a_delivered_page_is_owed_no_longer_and_remembered(path: Path) -> None:
    spool = Spool(path)
    spool.owe((page(),))
    spool.delivered(page().key, at(12))
    for one in (spool, Spool(path)):
        assert one.due(at(99)) == ()
        assert not one.owes(page().key)
        assert one.delivered_at(page().key) == at(12)
        assert one.owed() == 0


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_half_written_last_line_was_never_promised_and_spoils_nothing(path: Path, cut: int) -> None:
    Spool(path).owe((page(1),))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-cut].replace(b"declared-1", b"declared-2"))
    spool = Spool(path)
    assert [found.key for found in spool.due(at(99))] == [page(1).key] or cut == 1
    spool.owe((page(3),))
    again = Spool(path)
    assert page(3).key in [found.key for found in again.due(at(99))]
    assert again.broken == (0 if cut == 1 else 1)


def test_forgetting_keeps_the_others_as_they_were(path: Path) -> None:
    spool = Spool(path)
    spool.owe((page(1), page(2), page(3)))
    spool.delivered(page(1).key, at(12))
    spool.delivered(page(2).key, at(12))
    spool.failed(page(3).key, at(60))
    spool.forget((page(1).key,))
    for one in (spool, Spool(path)):
        assert one.delivered_at(page(1).key) is None
        assert one.delivered_at(page(2).key) == at(12)
        assert [(found.key, found.attempts) for found in one.due(at(60))] == [(page(3).key, 1)]
    assert not path.with_name(path.name + ".new").exists()


def test_an_unknown_key_changes_nothing(path: Path) -> None:
    spool = Spool(path)
    spool.delivered("2026-11-21-9:0:mail:declared", at(12))
    assert Spool(path).due(at(99)) == ()


def test_a_spool_that_is_not_there_yet_owes_nothing(path: Path) -> None:
    assert Spool(path).due(at(99)) == ()
    assert not path.exists()


def test_lines_are_json_and_a_page_comes_back_whole(path: Path) -> None:
    Spool(path).owe((page(),))
    assert json.loads(path.read_text())["owed"]["subject"] == page().subject
    (found,) = Spool(path).due(at(99))
    assert found == page()
    assert found.state is PageState.QUEUED
