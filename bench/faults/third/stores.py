"""The third set: databases and session stores that fail in ways that no earlier set has."""

from __future__ import annotations

import itertools
import signal

from bench.faults.children import send
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import END_ALL
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import every, stopped
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage
from bench.faults.stores import DATABASE, Redis
from bench.faults.ways import lead

_ACCOUNTS = "school_auth_account"
_STALL_S, _AWAKE_S = 6.0, 1.5
_SWEEP_S = 0.01


# Databases -----------------------------------------------------------------------------------------------------------


def _accepting(*statements: str) -> Do:
    """What the superuser says from another database of the same server."""

    def inject(stage: Stage) -> None:
        assert stage.postgresql is not None
        stage.postgresql.ask(*statements, database="postgres")

    return inject


# Each session that is written is to be noted on another server, which takes its time.
TRIGGER_WAITS = said(
    "CREATE FUNCTION note_session() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$",
    "CREATE TRIGGER note_session BEFORE INSERT OR UPDATE ON django_session"
    " FOR EACH ROW EXECUTE FUNCTION note_session()",
)
TRIGGER_GONE = said("DROP TRIGGER note_session ON django_session", "DROP FUNCTION note_session")
# A job for the archive forbids changes of what it copies, and has ended without taking that back.
_FROZEN = said_to_sqlite(
    "portal",
    "CREATE TRIGGER archived BEFORE UPDATE ON portal_account BEGIN SELECT RAISE(ABORT, 'being archived'); END",
)
# As after a restore of last year's copy: half of the school does not exist in it yet, and no session does.
_OLD_COPY = said_to_sqlite(
    "auth",
    f"CREATE TABLE kept_account AS SELECT * FROM {_ACCOUNTS}",
    f"DELETE FROM {_ACCOUNTS} WHERE role = 'student' AND rowid % 2 = 0",
    "DELETE FROM django_session",
)
_TODAYS_COPY = said_to_sqlite(
    "auth", f"INSERT OR IGNORE INTO {_ACCOUNTS} SELECT * FROM kept_account", "DELETE FROM axes_accessattempt"
)


def _database(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    layout = ON_POSTGRESQL if name.startswith("postgresql") else Layout()
    return Fault(name, ("database",), what, inject, layout, undo=undo, why=why)


# Session stores ------------------------------------------------------------------------------------------------------


def stalls(stage: Stage) -> None:
    """Redis stands still for six seconds, as while it copies itself on a slow disk, and goes on for one and a half."""
    redis = stage.redis
    assert redis is not None
    assert redis.child is not None
    pid = redis.child.pid

    def stall() -> None:
        send(pid, signal.SIGSTOP)
        stage.over.wait(_STALL_S)
        send(pid, signal.SIGCONT)

    every(stage, _AWAKE_S, stall)


def _split(stage: Stage) -> None:
    """After a failover there are two masters: one connection leads to the one, the next to the other."""
    assert stage.redis is not None
    home = stage.directory / "second-redis"
    home.mkdir()
    other = Redis(home, stage.children)
    other.start()
    stage.relays["store"].turns = itertools.cycle((("127.0.0.1", other.port), ("127.0.0.1", stage.redis.port)))
    lead(stage, "store", stage.redis.port)


def _one_again(stage: Stage) -> None:
    assert stage.redis is not None
    stage.relays["store"].turns = None
    lead(stage, "store", stage.redis.port)


def _most_swept(stage: Stage) -> None:
    """A job that tidies up takes sessions for leftovers of a cache, and deletes most of them as they come."""
    redis = stage.redis
    assert redis is not None
    each_key = "if string.find(k, '[a-z]$') then redis.call('DEL', k) end"
    script = f"for _, k in ipairs(redis.call('KEYS', '*')) do {each_key} end return 1"
    every(stage, _SWEEP_S, lambda: redis.ask(f'EVAL "{script}" 0'))


def _store(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("session-store",), what, inject, ON_REDIS, undo=undo, why=why)


FAULTS = (
    _database(
        "postgresql-not-accepting",
        "the provider's database accepts no connections, as while it is restored",
        "the server lives, and it is its database that was closed; the provider's settings are right",
        _accepting(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false", END_ALL),
        _accepting(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS true"),
    ),
    _database(
        "postgresql-trigger-waits",
        "each write of a session waits five seconds for a trigger",
        "what is slow is a statement inside the database, by what somebody made in the database",
        TRIGGER_WAITS,
        TRIGGER_GONE,
    ),
    _database(
        "portal-accounts-frozen",
        "a trigger forbids every change of the portal's accounts",
        "the database refuses a write that code and settings have always made",
        _FROZEN,
        said_to_sqlite("portal", "DROP TRIGGER archived"),
    ),
    _database(
        "old-copy-restored",
        "half of the students are not in the database any more",
        "rows are gone that were there a moment ago, by a restore; nothing but the database was touched",
        _OLD_COPY,
        _TODAYS_COPY,
    ),
    _store(
        "redis-stalls",
        "Redis stands still most of the time",
        "what hangs is the process that keeps sessions, now and then",
        stalls,
        ended,
    ),
    _store(
        "redis-split",
        "there are two Redis, and each connection leads to another one",
        "sessions are in the one store and looked for in the other (GitHub 2026, RS-08); both are well for themselves",
        _split,
        _one_again,
    ),
    _store(
        "redis-keys-not-allowed",
        "Redis's account may touch the keys of a cache alone",
        "the store itself refuses, by rights that were set in the store (RS-05)",
        asked("ACL SETUSER default resetkeys ~cache:*"),
        asked("ACL SETUSER default allkeys"),
    ),
    _store(
        "redis-most-swept",
        "most sessions are deleted moments after they came",
        "sessions are lost in their store, by somebody who works in the store (RS-06, Mezmo 2023), a part of them",
        _most_swept,
        stopped,
    ),
)
