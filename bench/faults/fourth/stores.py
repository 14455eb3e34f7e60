"""The fourth set: databases and session stores that fail in ways that no earlier set has."""

from __future__ import annotations

import signal
import subprocess

from bench.faults.children import send
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault, Layout
from bench.faults.fourth.nodes import alone, by_turns
from bench.faults.held_out_settings import END_ALL
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import each, every
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage
from bench.faults.stores import ACCOUNT, PostgreSQL, Redis
from bench.faults.ways import lead

_ACCOUNTS = "school_auth_account"
_TOKENS = "oauth2_provider_accesstoken"
_COLD_KEYS, _KEY_US = 40_000, 2500
_SWAP_S = 0.05
_ROOM_MIB, _PIECES, _PIECE_S = 4, 100, 0.3


# Databases -----------------------------------------------------------------------------------------------------------


def _other_master(stage: Stage) -> None:
    """A failover that was none: a standby that had stopped following weeks ago takes half of the new connections."""
    assert stage.postgresql is not None
    home = stage.directory / "standby"
    subprocess.run(["cp", "-a", str(stage.template / "postgresql"), str(home)], check=True)
    standby = PostgreSQL(home, stage.children)
    standby.start()
    by_turns(stage, "database", stage.postgresql.port, standby.port)
    lead(stage, "database", stage.postgresql.port)


def _one_master(stage: Stage) -> None:
    assert stage.postgresql is not None
    alone(stage, "database", stage.postgresql.port)


def _database(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    layout = ON_POSTGRESQL if name.startswith("postgresql") else Layout()
    return Fault(name, ("database",), what, inject, layout, undo=undo, why=why)


# Somebody makes sure that nobody has two tokens; those that are there already do not count.
ONE_TOKEN = said_to_sqlite(
    "auth",
    f"DELETE FROM {_TOKENS} WHERE id NOT IN (SELECT max(id) FROM {_TOKENS} GROUP BY user_id)",
    f"CREATE UNIQUE INDEX one_token ON {_TOKENS} (user_id)",
)
MANY_TOKENS = said_to_sqlite("auth", "DROP INDEX one_token")


# Session stores ------------------------------------------------------------------------------------------------------


def _loads(stage: Stage) -> None:
    """Redis falls and is started: it reads what it kept, with a large cache of somebody else's, for a minute or two."""
    redis = stage.redis
    assert redis is not None
    assert redis.child is not None
    cold = f"for i=1,{_COLD_KEYS} do redis.call('SET', 'cold:'..i, i) end return 1"
    redis.ask(f'EVAL "{cold}" 0', "SAVE")
    send(redis.child.pid, signal.SIGKILL)
    redis.child.wait()
    command = ["redis-server", "--port", str(redis.port), "--bind", "127.0.0.1", "--dir", str(redis.directory)]
    # As where the disk is slow; while it reads it answers after each KiB, that it is loading.
    command += ["--key-load-delay", str(_KEY_US), "--loading-process-events-interval-bytes", "1024"]
    redis.child = stage.children.start("redis", [*command, "--save", ""])


def _loaded(stage: Stage) -> None:
    redis = stage.redis
    assert redis is not None
    assert redis.child is not None
    send(redis.child.pid, signal.SIGKILL)
    redis.child.wait()
    (redis.directory / "dump.rdb").unlink()
    redis.start()


def replica(stage: Stage) -> Redis:
    """A replica that begins to follow; nobody is led to it."""
    assert stage.redis is not None
    home = stage.directory / "replica"
    home.mkdir()
    follower = Redis(home, stage.children)
    follower.start()
    follower.ask(f"REPLICAOF 127.0.0.1 {stage.redis.port}")
    return follower


def half_read_only(stage: Stage) -> None:
    """Connections are shared between the master and its replica, which takes no writes."""
    assert stage.redis is not None
    by_turns(stage, "store", stage.redis.port, replica(stage).port)
    lead(stage, "store", stage.redis.port)


def all_writable(stage: Stage) -> None:
    """All connections lead to the master."""
    assert stage.redis is not None
    alone(stage, "store", stage.redis.port)


def _fills_up(stage: Stage) -> None:
    """Somebody's queue grows in the same Redis, until there is room for nothing else."""
    redis = stage.redis
    assert redis is not None
    push = f"for i=1,{_PIECES} do redis.call('RPUSH', 'queue', string.rep('x', 1024)) end return 1"
    redis.ask(f"CONFIG SET maxmemory {_ROOM_MIB}mb")
    every(stage, _PIECE_S, lambda: redis.ask(f'EVAL "{push}" 0'))


def _store(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("session-store",), what, inject, ON_REDIS, undo=undo, why=why)


def _swapped(stage: Stage) -> None:
    """A job fills a cache beside and exchanges it, without a pause, and takes the sessions' number for the cache's."""
    redis = stage.redis
    assert redis is not None
    every(stage, _SWAP_S, lambda: redis.ask("SWAPDB 0 1"))


FAULTS = (
    _database(
        "postgresql-transactions-cut",
        "the database ends each connection whose transaction pauses for a millisecond",
        "the server ends them by a limit that somebody set in it; the provider's own settings are as they were",
        said(f"ALTER ROLE {ACCOUNT} SET idle_in_transaction_session_timeout = 1", END_ALL),
        said(f"ALTER ROLE {ACCOUNT} RESET idle_in_transaction_session_timeout", END_ALL),
    ),
    _database(
        "postgresql-rows-hidden",
        "a policy in the database hides the accounts of students from the provider",
        "rows are there and not shown, by what somebody made in the database; nothing else was touched",
        said(
            f"CREATE POLICY staff_alone ON {_ACCOUNTS} USING (role <> 'student')",
            f"ALTER TABLE {_ACCOUNTS} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {_ACCOUNTS} FORCE ROW LEVEL SECURITY",
        ),
        said(
            f"ALTER TABLE {_ACCOUNTS} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {_ACCOUNTS} DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY staff_alone ON {_ACCOUNTS}",
        ),
    ),
    _database(
        "postgresql-two-masters",
        "of two database servers one is weeks old, and connections lead to each by turns",
        "both servers answer, and what they hold differs: a failover that was none (GitHub 2018), on a part",
        _other_master,
        _one_master,
    ),
    _database(
        "sqlite-one-token-each",
        "an index allows each person one token: who signs in again is refused it",
        "a write that code and settings have always made is refused by what somebody made in the database",
        ONE_TOKEN,
        MANY_TOKENS,
    ),
    _store(
        "redis-loading",
        "Redis was started anew and reads what it had kept, for minutes",
        "the store's process lives and says that it is loading (RS-02); its address and way are as they were",
        _loads,
        _loaded,
    ),
    _store(
        "redis-half-read-only",
        "every other connection leads to a replica of Redis, which takes no writes",
        "both are well for what they are; half of all writes are refused in the store",
        half_read_only,
        all_writable,
    ),
    _store(
        "redis-fills-up",
        "somebody's queue grows in Redis until nothing else finds room",
        "the store's memory fills little by little (Firstup 2025, RS-02), and then it refuses",
        _fills_up,
        each(ended, asked("DEL queue", "CONFIG SET maxmemory 0")),
    ),
    _store(
        "redis-swapped",
        "the sessions' database of Redis changes place with an empty one over and over",
        "sessions are gone and there again by what somebody does in the store; it lives and refuses nothing",
        _swapped,
        ended,
    ),
)
