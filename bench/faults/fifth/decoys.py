"""The fifth set: a fault just after something harmless, or during an attack; and two faults at once."""

from __future__ import annotations

from bench.faults.crowds import attack
from bench.faults.decoys import LONGER
from bench.faults.fault import Fault
from bench.faults.fifth.hosts import workers_hang
from bench.faults.fifth.releases import DROPS_VALIDATOR
from bench.faults.fifth.settings import key_with_passphrase
from bench.faults.fifth.stores import CLIENTS_DELETED, alone_again, as_cluster
from bench.faults.held_out_settings import sets
from bench.faults.makers import decoy
from bench.faults.mend import each, files, started, stopped
from bench.faults.second.hosts import ended
from bench.faults.second.quiet import PORTAL_RELEASE
from bench.faults.session_stores import ON_REDIS

FAULTS: tuple[Fault, ...] = (
    decoy(
        "longer-sessions-then-redis-as-cluster",
        "session-store",
        "configuration",
        (sets("auth", dict(LONGER)), as_cluster, each(alone_again, files("auth"))),
        ON_REDIS,
        "sessions may live ten hours, which takes nothing from anybody; Redis refuses every key",
    ),
    decoy(
        "portal-release-then-key-with-passphrase",
        "key",
        "deploy",
        (PORTAL_RELEASE, key_with_passphrase, files("auth", "portal")),
        why="the release of the portal changes a comment; the provider's signing key cannot be read",
    ),
    decoy(
        "spray-and-clients-deleted",
        "database",
        "attack",
        (attack("spray", 2, 60), CLIENTS_DELETED, each(stopped, files("auth"))),
        why="two wrong passwords a second hurt nobody; the table of clients is empty",
    ),
    Fault(
        "validator-dropped-and-workers-hang",
        ("deploy", "server"),
        "two faults at once",
        each(DROPS_VALIDATOR, workers_hang),
        is_double=True,
        undo=each(ended, started("auth")),
        why="a broken release of the provider, and workers that hang: each alone hurts everybody",
    ),
)
