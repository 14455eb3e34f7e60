"""The second set: databases and session stores that fail in ways that neither earlier set has."""

from __future__ import annotations

import signal
from contextlib import suppress

import psycopg

from bench.faults.children import send
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault
from bench.faults.held_out_settings import END_ALL
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import beside, each, every
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage
from bench.faults.stores import ACCOUNT

_UP_S = 3.0
_ACCOUNTS = "school_auth_account"
_LAST = 2**63 - 1
_SEQUENCE = "pg_get_serial_sequence('oauth2_provider_grant', 'id')"
# Transactions that nobody ends, until the fault is undone.
_open: list[psycopg.Connection[tuple[object, ...]]] = []


# Databases -----------------------------------------------------------------------------------------------------------


def _rows_held(stage: Stage) -> None:
    """Somebody corrected names by hand and went to lunch before the commit: no account can be written."""
    assert stage.postgresql is not None
    connection = stage.postgresql.connect()
    connection.autocommit = False
    connection.execute(f"UPDATE {_ACCOUNTS} SET name = name".encode())
    _open.append(connection)


def _rows_free(_: Stage) -> None:
    while _open:
        _open.pop().close()


ONE_CONNECTION = said(f"ALTER ROLE {ACCOUNT} CONNECTION LIMIT 1", END_ALL)
CONNECTIONS_FREE = said(f"ALTER ROLE {ACCOUNT} CONNECTION LIMIT -1")
COLUMN_RENAMED = said_to_sqlite("auth", f"ALTER TABLE {_ACCOUNTS} RENAME COLUMN name TO full_name")
COLUMN_BACK = said_to_sqlite("auth", f"ALTER TABLE {_ACCOUNTS} RENAME COLUMN full_name TO name")


def _database(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("database",), what, inject, undo=undo)


def _postgresql(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("database",), what, inject, ON_POSTGRESQL, undo=undo)


# Session stores ------------------------------------------------------------------------------------------------------


def _no_snapshots(stage: Stage) -> None:
    """Redis is to write snapshots and cannot: it then takes no write at all (MISCONF)."""
    (stage.directory / "dump.rdb").mkdir()
    asked('CONFIG SET save "1 1"', "BGSAVE")(stage)


def _snapshots_again(stage: Stage) -> None:
    (stage.directory / "dump.rdb").rmdir()
    asked("BGSAVE")(stage)


def _long_script(stage: Stage) -> None:
    """A script for a report never ends: whoever asks Redis waits, and after some seconds is told that it is busy."""
    redis = stage.redis
    assert redis is not None

    def report() -> None:
        with suppress(OSError):
            redis.ask('EVAL "while true do end" 0')

    beside(stage, report)


def _falls(stage: Stage) -> None:
    """Redis is ended and started over and over; each time the sessions are gone."""
    redis = stage.redis
    assert redis is not None

    def fall() -> None:
        assert redis.child is not None
        send(redis.child.pid, signal.SIGKILL)
        redis.child.wait()
        stage.over.wait(_UP_S)
        redis.start()

    every(stage, _UP_S, fall)


def _store(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("session-store",), what, inject, ON_REDIS, undo=undo)


SNAPSHOTS_FAIL: tuple[Do, Do] = (_no_snapshots, _snapshots_again)
FAULTS = (
    _database(
        "students-deactivated",
        "a faulty import took all students' accounts for left",
        said_to_sqlite("auth", f"UPDATE {_ACCOUNTS} SET is_active = 0 WHERE role = 'student'"),
        said_to_sqlite("auth", f"UPDATE {_ACCOUNTS} SET is_active = 1 WHERE role = 'student'"),
    ),
    _database("sqlite-column-renamed", "somebody renamed a column of the accounts", COLUMN_RENAMED, COLUMN_BACK),
    _postgresql("postgresql-rows-held", "an open transaction holds every account", _rows_held, _rows_free),
    _postgresql(
        "postgresql-connection-limit",
        "the provider's account may have one connection",
        ONE_CONNECTION,
        each(CONNECTIONS_FREE, said(END_ALL)),
    ),
    _postgresql(
        "postgresql-sequence-ended",
        "the numbers for authorization codes are used up",
        said(f"SELECT setval({_SEQUENCE}, {_LAST})"),
        said(f"SELECT setval({_SEQUENCE}, (SELECT coalesce(max(id), 0) + 100000 FROM oauth2_provider_grant))"),
    ),
    _store("redis-snapshots-fail", "Redis cannot write its snapshot and refuses to write", *SNAPSHOTS_FAIL),
    _store("redis-script-without-end", "a script keeps Redis busy", _long_script, asked("SCRIPT KILL")),
    _store("redis-falls", "Redis falls and is started, over and over", _falls, ended),
)
