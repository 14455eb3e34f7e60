"""Faults of a session store in Redis: gone, hanging, full, evicting, emptied, slow, read-only."""

from __future__ import annotations

import secrets
import signal
import socket
import threading
from contextlib import suppress

from bench.faults.children import send
from bench.faults.fault import Do, Fault, Layout
from bench.faults.processes import again
from bench.faults.relay import Mode
from bench.faults.stage import Stage

ON_REDIS = Layout(sessions="cache")
_CACHED = Layout(sessions="cached_db")
_FILL = b"x" * 16384


def asked(*commands: str) -> Do:
    """An injection by commands to Redis."""

    def inject(stage: Stage) -> None:
        assert stage.redis is not None
        stage.redis.ask(*commands)

    return inject


def signalled(number: signal.Signals) -> Do:
    """An injection by a signal to Redis."""

    def inject(stage: Stage) -> None:
        assert stage.redis is not None
        assert stage.redis.child is not None
        send(stage.redis.child.pid, number)

    return inject


def _evict(stage: Stage) -> None:
    """A cache moves in beside the sessions, and takes whatever room there is."""
    redis = stage.redis
    assert redis is not None
    redis.ask("CONFIG SET maxmemory-policy allkeys-random", "CONFIG SET maxmemory 4mb")

    def fill() -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", redis.port), timeout=5) as connection:
            while True:
                key = secrets.token_hex(8).encode()
                head = b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n" % (len(key), key, len(_FILL))
                connection.sendall(head + _FILL + b"\r\n")
                connection.recv(64)
                threading.Event().wait(0.002)

    threading.Thread(target=fill, daemon=True).start()


def _empty(stage: Stage) -> None:
    """A job that empties the wrong store, every few seconds."""
    redis = stage.redis
    assert redis is not None
    again(3.0, lambda: redis.ask("FLUSHALL"))


def _slow(stage: Stage) -> None:
    stage.relays["store"].set(Mode.SLOW, 1.5)


def _unreachable(stage: Stage) -> None:
    stage.relays["store"].set(Mode.HOLD)


def _store(name: str, what: str, inject: Do, *also: str, layout: Layout = ON_REDIS) -> Fault:
    return Fault(name, ("session-store", *also), what, inject, layout)


FAULTS = (
    _store("redis-gone", "Redis is gone: connections are refused", signalled(signal.SIGKILL)),
    _store("redis-paused", "Redis hangs", signalled(signal.SIGSTOP)),
    _store("redis-full", "Redis is full and refuses to write (RS-02)", asked("CONFIG SET maxmemory 1mb")),
    _store("redis-evicting", "Redis evicts sessions (RS-01)", _evict),
    _store("redis-emptied", "sessions are deleted every few seconds (RS-06)", _empty),
    _store("redis-slow", "each answer of Redis takes 1.5 s longer", _slow, "network"),
    _store("redis-unreachable", "packets to Redis are dropped", _unreachable, "network"),
    _store("redis-read-only", "Redis became a replica: it refuses to write", asked("REPLICAOF 127.0.0.1 1")),
    _store(
        "redis-clients-used-up",
        "Redis accepts no further client",
        asked("CONFIG SET maxclients 1", "CLIENT KILL TYPE normal"),
    ),
    _store(
        "cached-redis-gone", "the Redis in front of the database is gone", signalled(signal.SIGKILL), layout=_CACHED
    ),
)
