"""The database examination on real SQLite files: well, locked by another connection, damaged, missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from doorward.diagnose.examinations.database import LOCK_S, examine_database
from doorward.diagnose.examined import DatabaseExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A database in WAL mode with a table of rows, held open as a running service holds it."""
    database = tmp_path / "auth #1.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute('CREATE TABLE "a ""quoted"" table" (text)')
        connection.executemany('INSERT INTO "a ""quoted"" table" VALUES (?)', [("x" * 500,)] * 400)
        connection.commit()
        yield database


def examined(path: Path) -> DatabaseExamined:
    """The result, which must be one."""
    result = examine_database(Examinee("auth", Role.PROVIDER, database=f"sqlite:{path}"))
    assert isinstance(result, DatabaseExamined)
    return result


def test_a_database_in_good_health_reads_is_intact_and_gives_its_write_lock(path: Path) -> None:
    result = examined(path)
    assert (result.opened, result.intact, result.locked, result.problem) == (True, True, False, "")
    assert (result.select_ms or 0) < 500
    assert (result.lock_ms or 0) < 500


def test_the_examination_changes_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("PRAGMA data_version").fetchone(), list(connection.iterdump())
        examined(path)
        assert (connection.execute("PRAGMA data_version").fetchone(), list(connection.iterdump())) == before


def test_a_lock_held_by_another_connection_is_found_within_the_bound(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        result = examined(path)
        assert result.locked is True
        assert result.opened
        assert LOCK_S * 900 <= (result.lock_ms or 0) < LOCK_S * 3000
        holder.execute("ROLLBACK")
    assert examined(path).locked is False


def test_a_file_that_is_no_database_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "auth.sqlite3"
    path.write_bytes(b"this is no database at all" * 100)
    result = examined(path)
    assert not result.opened
    assert "not a database" in result.problem


def test_a_damaged_page_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    path.with_name("damaged.sqlite3").write_bytes(content)
    result = examined(path.with_name("damaged.sqlite3"))
    assert result.intact is False or not result.opened


def test_a_missing_file_is_told_and_not_created(tmp_path: Path) -> None:
    result = examined(tmp_path / "gone.sqlite3")
    assert not result.opened
    assert not (tmp_path / "gone.sqlite3").exists()


@pytest.mark.parametrize("address", ["", "oracle:thin"])
def test_what_is_not_known_is_not_examined(address: str) -> None:
    result = examine_database(Examinee("auth", Role.PROVIDER, database=address))
    assert isinstance(result, NotExamined)
    assert result.applies is bool(address)


def test_a_postgresql_that_refuses_tells_no_account_and_no_password(unused_port: int) -> None:
    psycopg = pytest.importorskip("psycopg")
    assert psycopg
    address = f"postgresql://people:hush@127.0.0.1:{unused_port}/school"
    result = examine_database(Examinee("auth", Role.PROVIDER, database=address))
    assert isinstance(result, DatabaseExamined)
    assert not result.opened
    assert "hush" not in repr(result)
    assert "people" not in repr(result)
