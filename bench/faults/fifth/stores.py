"""The fifth set: databases and session stores that fail in ways that no earlier set has."""

from __future__ import annotations

import signal

from bench.faults.children import send
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import END_ALL
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import every, files
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage
from bench.faults.stores import ACCOUNT, Redis

_ACCOUNTS = "school_auth_account"
_KILL_S = 0.02


# Databases -----------------------------------------------------------------------------------------------------------


# A job gives accounts to an organisation that claims their names; two of three are called otherwise since.
_CLAIMED = said_to_sqlite("auth", f"UPDATE {_ACCOUNTS} SET username = username || '.managed' WHERE rowid % 3 > 0")
_GIVEN_BACK = said_to_sqlite(
    "auth", f"UPDATE {_ACCOUNTS} SET username = replace(username, '.managed', '')", "DELETE FROM axes_accessattempt"
)
CLIENTS_DELETED = said_to_sqlite("auth", "DELETE FROM oauth2_provider_grant", "DELETE FROM oauth2_provider_application")


def _database(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    layout = ON_POSTGRESQL if name.startswith("postgresql") else Layout()
    return Fault(name, ("database",), what, inject, layout, undo=undo, why=why)


# Session stores ------------------------------------------------------------------------------------------------------


def _felled(stage: Stage) -> Redis:
    redis = stage.redis
    assert redis is not None
    assert redis.child is not None
    send(redis.child.pid, signal.SIGKILL)
    redis.child.wait()
    return redis


def as_cluster(stage: Stage) -> None:
    """Redis was started anew as one of a cluster, and no slot of keys was given to it: CLUSTERDOWN."""
    redis = _felled(stage)
    command = ["redis-server", "--port", str(redis.port), "--bind", "127.0.0.1", "--dir", str(redis.directory)]
    redis.child = stage.children.start("redis", [*command, "--save", "", "--cluster-enabled", "yes"])


def alone_again(stage: Stage) -> None:
    """Redis is no part of a cluster."""
    _felled(stage).start()


def _clients_ended(stage: Stage) -> None:
    """Somebody's script ends forgotten connections in Redis, and takes all for such."""
    redis = stage.redis
    assert redis is not None
    every(stage, _KILL_S, lambda: redis.ask("CLIENT KILL TYPE normal"))


def _store(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("session-store",), what, inject, ON_REDIS, undo=undo, why=why)


FAULTS = (
    _database(
        "accounts-claimed",
        "a job renamed two of three accounts: nobody of that name is known",
        "rows were changed, and no code, setting or password; putting the rows back mends it (Atlassian 2021)",
        _CLAIMED,
        _GIVEN_BACK,
    ),
    _database(
        "sqlite-clients-deleted",
        "somebody emptied the table of clients: the portal is none any more",
        "the file of settings names the portal as ever; the database does not",
        CLIENTS_DELETED,
        files("auth"),
    ),
    _database(
        "postgresql-search-path",
        "the provider's account looks for its tables in another schema, where none are",
        "the tables are there; where to look was set in the server for this account, and the settings are as they were",
        said(f"ALTER ROLE {ACCOUNT} SET search_path = archive", END_ALL),
        said(f"ALTER ROLE {ACCOUNT} RESET search_path", END_ALL),
    ),
    _store(
        "redis-as-cluster",
        "Redis came back as one of a cluster, and refuses every key",
        "the store's process lives and says that its cluster is down; address and way are as they were",
        as_cluster,
        alone_again,
    ),
    _store(
        "redis-clients-ended",
        "each connection to Redis is ended by Redis fifty times a second",
        "what ends them is asked of the store itself, in the store; the way to it is well",
        _clients_ended,
        ended,
    ),
    _store(
        "redis-wants-replica",
        "Redis writes nothing unless a replica follows it, and none does",
        "the store's process lives and says so (NOREPLICAS); what it wants was set in the store itself",
        asked("CONFIG SET min-replicas-to-write 1"),
        asked("CONFIG SET min-replicas-to-write 0"),
    ),
)
