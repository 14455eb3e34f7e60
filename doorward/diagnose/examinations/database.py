"""Database: by its own protocol, can it be opened, read, and written to?

SQLite is read through a read-only connection; the write lock is asked for (`BEGIN IMMEDIATE`) and given back at once
(`ROLLBACK`), so nothing is written. PostgreSQL is asked for one row, for its connections and for who waits for a lock,
if psycopg is installed.
"""

from __future__ import annotations

import importlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

from doorward.diagnose.examined import DatabaseExamined, Examination, NotExamined
from doorward.diagnose.examinee import Examinee

# A sign-in holds the write lock for milliseconds; who has to wait a second meets a lock that is not let go.
LOCK_S = 1.0
READ_S = 0.5
# The quick check reads the whole file: beyond this time its answer stays unknown rather than late.
QUICK_CHECK_S = 0.7
_STEPS_PER_LOOK = 10_000  # virtual-machine steps between two looks at the clock: well under a millisecond
# An account is shown how long its own sessions wait, and of others' only that they do.
_WAITING = (
    "SELECT count(DISTINCT l.pid), extract(epoch FROM max(clock_timestamp() - a.query_start))::float "
    "FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted"
)
# Of other accounts' statements only those that may see all are shown the times.
_RUNNING = (
    "SELECT count(*), extract(epoch FROM max(clock_timestamp() - query_start))::float FROM pg_stat_activity "
    "WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
    "AND clock_timestamp() - query_start > interval '1 s'"
)
_POSTGRESQL_S = 2  # libpq takes whole seconds, and 2 is its smallest


def examine_database(examinee: Examinee) -> DatabaseExamined | NotExamined:
    """Choose by the form of the address; anything else is not examined."""
    if examinee.database.startswith("sqlite:"):
        return examine_sqlite(examinee.component, Path(examinee.database.removeprefix("sqlite:")))
    if examinee.database.startswith(("postgresql://", "postgres://")):
        return _postgresql(examinee)
    because = "its kind of database is not known" if examinee.database else "no database is configured"
    return NotExamined(Examination.DATABASE, examinee.component, because, applies=bool(examinee.database))


def examine_sqlite(component: str, path: Path) -> DatabaseExamined | NotExamined:
    """Open read-only, SELECT from a table, quick check, and ask for the write lock."""
    if not path.exists():
        return DatabaseExamined(component, "sqlite", opened=False, problem=f"{path.name} does not exist")
    try:
        with closing(_connect(path, "ro", READ_S)) as connection:
            select_ms = _select_ms(connection)
            intact = _intact(connection)
    except sqlite3.Error as error:
        return DatabaseExamined(component, "sqlite", opened=False, problem=str(error))
    locked, lock_ms, problem = _write_lock(path)
    return DatabaseExamined(
        component, "sqlite", opened=True, problem=problem, select_ms=select_ms, intact=intact, locked=locked,
        lock_ms=lock_ms,
    )  # fmt: skip


def _connect(path: Path, mode: str, wait_s: float) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=wait_s, isolation_level=None)


def _select_ms(connection: sqlite3.Connection) -> float:
    began = time.monotonic()
    row = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 1").fetchone()
    if row is not None:
        table = str(row[0]).replace('"', '""')
        connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()
    return (time.monotonic() - began) * 1000


def _intact(connection: sqlite3.Connection) -> bool | None:
    until = time.monotonic() + QUICK_CHECK_S
    connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS_PER_LOOK)
    try:
        row = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return bool(row and row[0] == "ok")


def _write_lock(path: Path) -> tuple[bool | None, float | None, str]:
    """(locked, ms, problem); (None, None, why) when asking for it is not possible for this account."""
    began = time.monotonic()
    try:
        with closing(_connect(path, "rw", LOCK_S)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            took_ms = (time.monotonic() - began) * 1000
            connection.execute("ROLLBACK")
            return False, took_ms, ""
    except sqlite3.OperationalError as error:
        # The codes of a lock held by another: SQLITE_BUSY and SQLITE_LOCKED, with their extended forms.
        if (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return True, (time.monotonic() - began) * 1000, str(error)
        return None, None, f"the write lock could not be asked for: {error}"


def _postgresql(examinee: Examinee) -> DatabaseExamined | NotExamined:
    try:
        psycopg = importlib.import_module("psycopg")  # an extra: `doorward[postgresql]`
    except ImportError:
        return NotExamined(Examination.DATABASE, examinee.component, "psycopg is not installed")
    try:
        return _ask_postgresql(psycopg, examinee)
    except psycopg.Error as error:
        # The class alone: libpq's message may repeat the address with its account.
        problem = f"{type(error).__name__} {error.sqlstate or ''}".strip()
        return DatabaseExamined(examinee.component, "postgresql", opened=False, problem=problem)


def _ask_postgresql(psycopg: ModuleType, examinee: Examinee) -> DatabaseExamined:
    options = f"-c statement_timeout={_POSTGRESQL_S * 1000}"
    with psycopg.connect(
        examinee.database, connect_timeout=_POSTGRESQL_S, options=options, autocommit=True
    ) as connection:
        began = time.monotonic()
        connection.execute("SELECT 1").fetchone()
        select_ms = (time.monotonic() - began) * 1000
        used = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        most = connection.execute("SELECT current_setting('max_connections')::int")
        reads_only = connection.execute("SELECT current_setting('transaction_read_only')::bool").fetchone()[0]
        waiting, waited_s = connection.execute(_WAITING).fetchone()
        running, ran_s = connection.execute(_RUNNING).fetchone()
        return DatabaseExamined(
            examinee.component, "postgresql", opened=True, select_ms=select_ms,
            writable=not reads_only, connections=int(used.fetchone()[0]), connections_most=int(most.fetchone()[0]),
            waiting=int(waiting), waited_s=waited_s, running=int(running), ran_s=ran_s,
        )  # fmt: skip
