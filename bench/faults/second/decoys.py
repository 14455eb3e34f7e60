"""The second set: a fault just after something harmless, or during an attack; and two faults at once."""

from __future__ import annotations

from bench.faults.crowds import attack
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.decoys import HARMLESS_DEPLOY, MILDER
from bench.faults.fault import Fault, Layout
from bench.faults.held_out_settings import END_ALL, sets
from bench.faults.makers import decoy
from bench.faults.mend import clocks_right, each, files, started, stopped, ways_open
from bench.faults.quiet import rotate_with_overlap
from bench.faults.second.deploys import LOOPS
from bench.faults.second.settings import COOKIE_DOMAIN, SECRET_EMPTIED, clock
from bench.faults.second.stores import CONNECTIONS_FREE, ONE_CONNECTION, SNAPSHOTS_FAIL
from bench.faults.second.ways import PORTAL_LOSSY, SLOW_SPRAY
from bench.faults.session_stores import ON_REDIS

_FAIL, _WORK = SNAPSHOTS_FAIL


FAULTS = (
    decoy(
        "deploy-then-wrong-setting",
        "configuration",
        "deploy",
        (HARMLESS_DEPLOY, COOKIE_DOMAIN, files("portal")),
    ),
    decoy(
        "change-then-clock",
        "clock",
        "configuration",
        (sets("auth", dict(MILDER)), clock("auth", 1500), clocks_right),
        Layout(clock=True),
    ),
    decoy(
        "attack-and-connection-limit",
        "database",
        "attack",
        (attack("stuffing", 3, 40), ONE_CONNECTION, each(stopped, CONNECTIONS_FREE, said(END_ALL))),
        ON_POSTGRESQL,
    ),
    decoy("rotation-then-broken-deploy", "deploy", "key", (rotate_with_overlap, LOOPS, started("portal"))),
    Fault(
        "secret-and-redis-snapshots",
        ("key", "session-store"),
        "two faults at once",
        each(SECRET_EMPTIED, _FAIL),
        ON_REDIS,
        is_double=True,
        undo=each(_WORK, files("portal")),
    ),
    Fault(
        "attack-and-lossy-way",
        ("attack", "network"),
        "two faults at once",
        each(SLOW_SPRAY, PORTAL_LOSSY),
        Layout(front=True),
        is_double=True,
        undo=each(stopped, ways_open),
    ),
)
