"""The schema examination on real SQLite files: tables and columns by name, what was lost, and what does not read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from doorward.diagnose.examinations.schema import examine_schema
from doorward.diagnose.examined import NotExamined, SchemaExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role


def asked(path: Path) -> Examinee:
    """A component with that database."""
    return Examinee("auth", Role.PROVIDER, database=f"sqlite:{path}")


def told(path: Path, *statements: str) -> SchemaExamined:
    """What is seen after these statements."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    result = examine_schema(asked(path))
    assert isinstance(result, SchemaExamined)
    return result


def test_a_table_and_a_column_that_are_gone_are_told_and_new_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "auth #1.sqlite3"
    before = told(path, "CREATE TABLE people (name, mail)", "CREATE TABLE sessions (id)")
    assert before.columns == ("people.mail", "people.name", "sessions.id")
    more = told(path, "ALTER TABLE people ADD COLUMN nick", "CREATE TABLE tokens (id)")
    assert more.lost(before) == ()
    assert told(path, "ALTER TABLE people DROP COLUMN mail", "DROP TABLE sessions").lost(before) == (
        "people",
        "sessions",
    )
    assert more.lost(None) == ()


def test_what_does_not_read_is_not_examined_and_not_made(tmp_path: Path) -> None:
    assert isinstance(examine_schema(asked(tmp_path / "none.sqlite3")), NotExamined)
    assert not (tmp_path / "none.sqlite3").exists()
    (tmp_path / "spoiled.sqlite3").write_bytes(b"no database" * 100)
    assert isinstance(examine_schema(asked(tmp_path / "spoiled.sqlite3")), NotExamined)


def test_without_a_database_there_is_nothing_to_examine() -> None:
    result = examine_schema(Examinee("auth", Role.PROVIDER))
    assert isinstance(result, NotExamined)
    assert not result.applies


def test_triggers_and_indexes_are_told_by_their_tables(tmp_path: Path) -> None:
    path = tmp_path / "auth.sqlite3"
    before = told(path, "CREATE TABLE people (name)", "CREATE INDEX by_name ON people (name)")
    assert before.things == ("index people.by_name",)
    now = told(path, "DROP INDEX by_name", "CREATE TRIGGER note AFTER INSERT ON people BEGIN SELECT 1; END")
    assert (now.made(before), now.unmade(before)) == (("trigger people.note",), ("index people.by_name",))


def test_an_index_that_allows_each_value_once_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    path = tmp_path / "auth.sqlite3"
    before = told(path, "CREATE TABLE tokens (person)")
    now = told(path, "CREATE UNIQUE INDEX one ON tokens (person)", "CREATE INDEX quick ON tokens (person)")
    assert now.made(before) == ("unique index tokens.one",)
    assert told(path, "DROP INDEX one").unmade(now) == ("unique index tokens.one",)


def test_of_the_tables_that_several_refer_to_those_with_rows_are_told(tmp_path: Path) -> None:
    refers = "person REFERENCES people (id)"
    path = tmp_path / "auth.sqlite3"
    before = told(
        path,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, chief REFERENCES people (id))",
        f"CREATE TABLE tokens (id INTEGER PRIMARY KEY, {refers})",
        f"CREATE TABLE uses (id INTEGER PRIMARY KEY, {refers}, token REFERENCES tokens (id))",
        "CREATE TABLE lost (id INTEGER PRIMARY KEY, other REFERENCES nowhere (id))",
        "INSERT INTO people (id) VALUES (1)",
        "INSERT INTO tokens (person) VALUES (1)",
    )
    assert before.filled == ("people",)
    assert told(path, "DELETE FROM people").filled == ()
