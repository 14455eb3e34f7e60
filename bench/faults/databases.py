"""Database faults on SQLite and PostgreSQL: locked, damaged, stopped, paused, used up, slow, read-only."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import suppress

import psycopg

from bench.faults.children import send
from bench.faults.fault import Do, Fault, Layout
from bench.faults.relay import Mode
from bench.faults.stage import Stage
from bench.faults.stores import ACCOUNT, DATABASE

ON_POSTGRESQL = Layout(database="postgresql")
# Connections that must stay open for as long as the run's process lives.
_held: list[sqlite3.Connection | psycopg.Connection[tuple[object, ...]]] = []
_PAGE = 4096


def lock(name: str) -> Do:
    """A forgotten transaction holds the write lock."""

    def inject(stage: Stage) -> None:
        connection = sqlite3.connect(stage.site / f"{name}.sqlite3", isolation_level=None, timeout=30)
        connection.execute("BEGIN EXCLUSIVE")
        _held.append(connection)

    return inject


def drop(name: str, table: str) -> Do:
    """A clean-up that went too far."""

    def inject(stage: Stage) -> None:
        with sqlite3.connect(stage.site / f"{name}.sqlite3", timeout=30) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute(f"DROP TABLE {table}")
        connection.close()

    return inject


def _damage(stage: Stage) -> None:
    """Pages of the file are overwritten."""
    path = stage.site / "auth.sqlite3"
    with sqlite3.connect(path, timeout=30) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek(2 * _PAGE)
        file.write(b"\xa5" * (path.stat().st_size - 2 * _PAGE))


def stopped(stage: Stage) -> None:
    """The server is ended at once."""
    assert stage.postgresql is not None
    assert stage.postgresql.child is not None
    send(stage.postgresql.child.pid, signal.SIGKILL)


def _paused(stage: Stage) -> None:
    assert stage.postgresql is not None
    assert stage.postgresql.child is not None
    send(stage.postgresql.child.pid, signal.SIGSTOP)


def _way(mode: Mode, delay_s: float = 1.0) -> Do:
    def inject(stage: Stage) -> None:
        stage.relays["database"].set(mode, delay_s)

    return inject


_END_ALL = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ACCOUNT}'"


def said(*statements: str) -> Do:
    """An injection by what the superuser says."""

    def inject(stage: Stage) -> None:
        assert stage.postgresql is not None
        stage.postgresql.ask(*statements)

    return inject


def _use_up(stage: Stage) -> None:
    """Another application of the same account takes every connection."""
    server = stage.postgresql
    assert server is not None
    password = stage.secret("database-password").read_text().strip()
    server.ask(_END_ALL)
    with suppress(psycopg.OperationalError):
        while True:
            _held.append(
                psycopg.connect(
                    *("host=127.0.0.1",), port=server.port, user=ACCOUNT, dbname=DATABASE, password=password
                )
            )


def _hold_table(stage: Stage) -> None:
    """A migration that waits for its author holds the table."""
    assert stage.postgresql is not None
    connection = stage.postgresql.connect()
    connection.autocommit = False
    connection.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
    _held.append(connection)


def _sqlite(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("database",), what, inject)


def _postgresql(name: str, what: str, inject: Do, *also: str) -> Fault:
    return Fault(name, ("database", *also), what, inject, ON_POSTGRESQL)


_READ_ONLY = f"ALTER ROLE {ACCOUNT} SET default_transaction_read_only = on"
FAULTS = (
    _sqlite("sqlite-locked", "the provider's database is locked", lock("auth")),
    _sqlite("sqlite-portal-locked", "the portal's database is locked", lock("portal")),
    _sqlite("sqlite-damaged", "the provider's database file is damaged", _damage),
    _sqlite("sqlite-sessions-dropped", "the provider's table of sessions is gone", drop("auth", "django_session")),
    _sqlite("sqlite-portal-dropped", "the portal's table of sessions is gone", drop("portal", "django_session")),
    _postgresql("postgresql-stopped", "PostgreSQL is gone: connections are refused", stopped),
    _postgresql("postgresql-paused", "PostgreSQL hangs", _paused),
    _postgresql("postgresql-used-up", "every connection is taken", _use_up),
    _postgresql("postgresql-slow", "each answer takes 0.8 s longer", _way(Mode.SLOW, 0.8), "network"),
    _postgresql("postgresql-unreachable", "packets to PostgreSQL are dropped", _way(Mode.HOLD), "network"),
    _postgresql("postgresql-table-held", "the table of sessions is locked", _hold_table),
    _postgresql("postgresql-read-only", "PostgreSQL accepts no writing", said(_READ_ONLY, _END_ALL)),
)
