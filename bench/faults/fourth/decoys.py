"""The fourth set: a fault just after something harmless, or during an attack; and two faults at once."""

from __future__ import annotations

from bench.faults.crowds import attack, surge
from bench.faults.fault import Fault, Layout
from bench.faults.fourth.deploys import BY_CHANCE
from bench.faults.fourth.settings import LANES, secret_by_turns, wakes_behind
from bench.faults.fourth.stores import MANY_TOKENS, ONE_TOKEN, all_writable, half_read_only
from bench.faults.fourth.ways import NAMED, name_back, name_lost
from bench.faults.held_out_settings import renewed
from bench.faults.makers import decoy
from bench.faults.mend import clocks_right, each, files, started, stopped
from bench.faults.second.hosts import ended
from bench.faults.second.quiet import PORTAL_RELEASE
from bench.faults.session_stores import ON_REDIS

FAULTS: tuple[Fault, ...] = (
    decoy(
        "more-people-then-redis-half-read-only",
        "session-store",
        "load",
        (surge(30), half_read_only, each(stopped, all_writable)),
        ON_REDIS,
        "half as many people more are served well; what refuses is every other connection to the store",
    ),
    decoy(
        "renewal-then-portal-wakes-behind",
        "clock",
        "key",
        (renewed("auth"), wakes_behind, clocks_right),
        Layout(tls=True, clock=True),
        "the new certificate is good by anybody's time, also by that of ten minutes before",
    ),
    decoy(
        "portal-release-then-one-token-each",
        "database",
        "deploy",
        (PORTAL_RELEASE, ONE_TOKEN, each(MANY_TOKENS, started("portal"))),
        why="the release of the portal changes a comment; what refuses is the provider's database",
    ),
    decoy(
        "guessing-and-secret-by-turns",
        "key",
        "attack",
        (attack("stuffing", 2, 60), secret_by_turns, each(stopped, ended, files("portal"))),
        why="two wrong passwords a second hurt nobody; the portal's secret is wrong half of the time",
    ),
    Fault(
        "lanes-and-name-lost",
        ("configuration", "network"),
        "two faults at once",
        each(LANES, name_lost),
        NAMED,
        is_double=True,
        undo=each(name_back, files("auth")),
        why="a wrong setting of the provider, and a name that is lost: each alone hurts everybody",
    ),
    Fault(
        "chance-and-portal-wakes-behind",
        ("deploy", "clock"),
        "two faults at once",
        each(BY_CHANCE, wakes_behind),
        Layout(clock=True),
        is_double=True,
        undo=each(clocks_right, started("portal")),
        why="a broken release of the portal, and the time of its host: each alone hurts most people",
    ),
)
