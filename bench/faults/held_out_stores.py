"""Held out: hosts, databases and session stores that fail in ways that the catalogue does not have."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from contextlib import closing, suppress

import psutil

from bench.faults.children import send, tree
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault
from bench.faults.mend import beside, each, every, started, stopped
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import SERVICES, Stage
from bench.faults.stores import ACCOUNT

_CRASH_S = 3.0
_BOOT_S = 40.0
_HELD_S = 6.0
_BACKEND_S = 1.5
_SPOIL_S = 0.02
_TABLES = "ALL TABLES IN SCHEMA public"
RIGHTS_REVOKED = said(f"REVOKE ALL ON {_TABLES} FROM {ACCOUNT}")
RIGHTS_GRANTED = said(f"GRANT ALL ON {_TABLES} TO {ACCOUNT}")
WRITES_REFUSED = asked("ACL SETUSER default -@write")
WRITES_ALLOWED = asked("ACL SETUSER default +@all")


# Servers -------------------------------------------------------------------------------------------------------------


def _crash_loop(stage: Stage) -> None:
    """It falls, is started by its supervisor, and falls again some seconds later."""

    def crash() -> None:
        send(stage.services["portal"].pid, signal.SIGKILL)
        stage.restart("portal")

    every(stage, _CRASH_S, crash)


def _cpu_limit(stage: Stage) -> None:
    """The kernel ends a process that has had its seconds of CPU: workers at once, and each new one before long, as it
    inherits what the master may use."""
    for process in tree(stage.master("auth")):
        times = process.cpu_times()
        most = int(times.user + times.system) + (process.pid == stage.master("auth"))
        process.rlimit(resource.RLIMIT_CPU, (most, most))


def _volume_gone(stage: Stage) -> None:
    """The volume of the logs is not mounted any more: no event can be written, and so no request be answered."""
    logs = stage.site / "logs"
    logs.rename(logs.with_name("logs-detached"))
    logs.symlink_to(stage.directory / "volume-that-is-gone")


def _volume_back(stage: Stage) -> None:
    logs = stage.site / "logs"
    logs.unlink()
    logs.with_name("logs-detached").rename(logs)


def _reboot(stage: Stage) -> None:
    """The host goes down in order, for an update of its kernel, and is back after 40 s."""
    for name in SERVICES:
        os.kill(stage.master(name), signal.SIGTERM)

    def boot() -> None:
        if not stage.over.wait(_BOOT_S):
            for name in SERVICES:
                stage.restart(name)

    beside(stage, boot)


# Databases -----------------------------------------------------------------------------------------------------------


def said_to_sqlite(name: str, *statements: str) -> Do:
    """An injection by statements to a service's database file."""

    def inject(stage: Stage) -> None:
        path = stage.site / f"{name}.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return inject


def _lock_storm(stage: Stage) -> None:
    """A report writes in one long transaction after the other: whoever else writes waits for seconds each time."""

    def hold() -> None:
        path = stage.site / "auth.sqlite3"
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            stage.over.wait(_HELD_S)
            connection.execute("ROLLBACK")

    every(stage, 0.1, hold)


def _backends_crash(stage: Stage) -> None:
    """A backend is killed again and again, as by a lack of memory: each time the server ends all and recovers."""
    server = stage.postgresql
    assert server is not None
    assert server.child is not None
    head = server.child.pid

    def crash() -> None:
        for process in tree(head)[1:]:
            with suppress(psutil.Error):
                if f" {ACCOUNT} " in " ".join(process.cmdline()):
                    process.kill()
                    return

    every(stage, _BACKEND_S, crash)


# A column that a migration made shorter: nobody's password is right any more, and sessions hang on it.
_HASHES_CUT = said_to_sqlite(
    "auth",
    "CREATE TABLE kept_hash AS SELECT id, password FROM school_auth_account",
    "UPDATE school_auth_account SET password = substr(password, 1, 60)",
)
_HASHES_BACK = said_to_sqlite(
    "auth",
    "UPDATE school_auth_account SET password = kept_hash.password FROM kept_hash"
    " WHERE kept_hash.id = school_auth_account.id",
    "DELETE FROM axes_accessattempt",
)
_TOKENS = "oauth2_provider_accesstoken"


# Session stores ------------------------------------------------------------------------------------------------------


def _values_spoiled(stage: Stage) -> None:
    """Another application writes under all keys all the time: what is read is no session."""
    redis = stage.redis
    assert redis is not None
    script = "for _, k in ipairs(redis.call('KEYS', '*')) do redis.call('SET', k, '!') end return 1"
    every(stage, _SPOIL_S, lambda: redis.ask(f'EVAL "{script}" 0'))


def _server(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("server",), what, inject, undo=undo)


def _database(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("database",), what, inject, undo=undo)


def _store(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("session-store",), what, inject, ON_REDIS, undo=undo)


FAULTS = (
    _server("portal-crash-loop", "the portal falls and is started, over and over", _crash_loop, started("portal")),
    _server("cpu-time-limited", "a process may use a second of CPU, then it is ended", _cpu_limit, started("auth")),
    _server("log-volume-gone", "the volume with the logs is gone", _volume_gone, _volume_back),
    _server("host-reboots", "the host is restarted, for 40 s", _reboot, started(*SERVICES)),
    _database("sqlite-lock-storm", "long transactions one after the other", _lock_storm, stopped),
    _database(
        "sqlite-token-table-renamed",
        "somebody renamed the table of access tokens",
        said_to_sqlite("auth", f"ALTER TABLE {_TOKENS} RENAME TO {_TOKENS}_before"),
        said_to_sqlite("auth", f"ALTER TABLE {_TOKENS}_before RENAME TO {_TOKENS}"),
    ),
    _database("password-hashes-cut", "every password's hash lost its end", _HASHES_CUT, _HASHES_BACK),
    Fault(
        "postgresql-crash-loop",
        ("database",),
        "PostgreSQL crashes and recovers over and over",
        _backends_crash,
        ON_POSTGRESQL,
        undo=stopped,
    ),
    Fault(
        "postgresql-rights-revoked",
        ("database",),
        "the provider's account may not read its tables",
        RIGHTS_REVOKED,
        ON_POSTGRESQL,
        undo=RIGHTS_GRANTED,
    ),
    _store("redis-writes-refused", "Redis's account may only read", WRITES_REFUSED, WRITES_ALLOWED),
    _store("redis-values-spoiled", "sessions are overwritten", _values_spoiled, each(stopped, asked("FLUSHALL"))),
    _store(
        "redis-writes-paused",
        "a failover was begun and not ended: writes wait",
        asked("CLIENT PAUSE 600000 WRITE"),
        asked("CLIENT UNPAUSE"),
    ),
)
