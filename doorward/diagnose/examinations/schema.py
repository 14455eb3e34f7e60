"""Schema: which tables, columns and rights the database has, and what stands on its tables, by its own catalogue; which
of the tables that several others refer to hold rows; and whether it is always the same PostgreSQL server that answers.

Nothing is written, and no row is read out.
"""

from __future__ import annotations

import importlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from doorward.diagnose.examined import Examination, NotExamined, SchemaExamined
from doorward.diagnose.examinee import Examinee

READ_S = 0.5
_POSTGRESQL_S = 2  # libpq takes whole seconds, and 2 is its smallest
# A large application has some hundred tables; beyond this the rest is not compared.
MOST_COLUMNS = 20_000
_SQLITE = (
    "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' ORDER BY 1 LIMIT ?"
)
_POSTGRESQL = (
    "SELECT table_name || '.' || column_name FROM information_schema.columns "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 LIMIT %s"
)
# The rights that were given, or else the owner's (acldefault).
_RIGHTS = (
    "SELECT c.relname || '.' || a.grantee::regrole::text || '.' || a.privilege_type "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
    "LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "
    "ORDER BY 1 LIMIT %s"
)
_SQLITE_THINGS = (
    "SELECT CASE WHEN sql LIKE 'CREATE UNIQUE %' THEN 'unique ' ELSE '' END || type || ' ' || tbl_name || '.' || name "
    "FROM sqlite_master WHERE type IN ('trigger', 'index') ORDER BY 1 LIMIT ?"
)
_POSTGRESQL_THINGS = (
    "SELECT 'trigger ' || tgrelid::regclass::text || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal "
    "UNION ALL SELECT CASE WHEN indexdef LIKE 'CREATE UNIQUE %%' THEN 'unique ' ELSE '' END || 'index ' || tablename "
    "|| '.' || indexname FROM pg_indexes "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') "
    "UNION ALL SELECT 'policy ' || tablename || '.' || policyname FROM pg_policies "
    "UNION ALL SELECT 'constraint ' || t.relname || '.' || c.conname FROM pg_constraint c "
    "JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
    "WHERE c.contype IN ('c', 'u', 'x', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "ORDER BY 1 LIMIT %s"
)
# What several tables refer to (people, clients) is there for long; what one alone refers to (tokens) comes and goes.
_SQLITE_REFERRED = """
SELECT printf('"%w"', f."table") FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f ON f."table" <> m.name
WHERE m.type = 'table' AND f."table" IN (SELECT name FROM sqlite_master WHERE type = 'table')
GROUP BY 1 HAVING count(DISTINCT m.name) > 1 ORDER BY 1 LIMIT ?"""
_POSTGRESQL_REFERRED = (
    "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid "
    "AND has_table_privilege(confrelid, 'SELECT') "
    "GROUP BY 1 HAVING count(DISTINCT conrelid) > 1 ORDER BY 1 LIMIT %s"
)
# Each costs one look at the first row.
MOST_REFERRED = 200

# What each server calls its own run. What speaks PostgreSQL's protocol and is none may be a cluster by nature.
_RUN = "SELECT CASE WHEN version() LIKE 'PostgreSQL %' THEN pg_postmaster_start_time()::text ELSE '' END"
# Behind one address there may be several servers. One that is slow to answer is not asked again.
CONNECTIONS = 3
ENOUGH_MS = 200.0


def examine_schema(examinee: Examinee) -> SchemaExamined | NotExamined:
    """Choose by the form of the address; one that does not read is not examined: `database` says why."""
    if examinee.database.startswith("sqlite:"):
        return _of_sqlite(examinee.component, Path(examinee.database.removeprefix("sqlite:")))
    if examinee.database.startswith(("postgresql://", "postgres://")):
        return _of_postgresql(examinee)
    because = "its kind of database is not known" if examinee.database else "no database is configured"
    return NotExamined(Examination.SCHEMA, examinee.component, because, applies=False)


def _of_sqlite(component: str, path: Path) -> SchemaExamined | NotExamined:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=READ_S)) as connection:
            rows = connection.execute(_SQLITE, (MOST_COLUMNS,)).fetchall()
            things = connection.execute(_SQLITE_THINGS, (MOST_COLUMNS,)).fetchall()
            filled = _filled(connection, _SQLITE_REFERRED, sqlite3.Error)
    except sqlite3.Error:
        return _unread(component)
    return SchemaExamined(component, _words(rows), things=_words(things), filled=filled)


def _of_postgresql(examinee: Examinee) -> SchemaExamined | NotExamined:
    try:
        psycopg = importlib.import_module("psycopg")  # an extra: `doorward[postgresql]`
    except ImportError:
        return NotExamined(Examination.SCHEMA, examinee.component, "psycopg is not installed")
    runs: set[object] = set()
    began = time.monotonic()
    try:
        for _ in range(CONNECTIONS - 1):
            if (time.monotonic() - began) * 1000 <= ENOUGH_MS:
                with _connected(psycopg, examinee) as connection:
                    runs.add(connection.execute(_RUN).fetchone())
        with _connected(psycopg, examinee) as connection:
            runs.add(connection.execute(_RUN).fetchone())
            rows = connection.execute(_POSTGRESQL, (MOST_COLUMNS,)).fetchall()
            rights = connection.execute(_RIGHTS, (MOST_COLUMNS,)).fetchall()
            things = connection.execute(_POSTGRESQL_THINGS, (MOST_COLUMNS,)).fetchall()
            filled = _filled(connection, _POSTGRESQL_REFERRED, psycopg.Error)
    except psycopg.Error:
        return _unread(examinee.component)
    columns, given, stands = (_words(each) for each in (rows, rights, things))
    return SchemaExamined(examinee.component, columns, given, stands, len(runs), filled)


def _filled(connection: Any, referred: str, error: type[Exception]) -> tuple[str, ...] | None:
    """Which of the tables that `referred` tells, by their quoted names, hold a row; None where one does not read."""
    try:
        tables = _words(connection.execute(referred, (MOST_REFERRED,)).fetchall())
        asked = [(table, connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()) for table in tables]
    except error:
        return None
    return tuple(table.strip('"') for table, row in asked if row[0])


def _connected(psycopg: ModuleType, examinee: Examinee) -> Any:
    """A connection that asks for nothing long; `Any` because psycopg is an extra."""
    options = f"-c statement_timeout={_POSTGRESQL_S * 1000}"
    return psycopg.connect(examinee.database, connect_timeout=_POSTGRESQL_S, options=options, autocommit=True)


def _words(rows: list[tuple[object, ...]]) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in rows)


def _unread(component: str) -> NotExamined:
    return NotExamined(Examination.SCHEMA, component, "its catalogue of tables does not read", applies=False)
