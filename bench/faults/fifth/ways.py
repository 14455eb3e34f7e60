"""The fifth set: networks, crowds and attacks that go wrong in ways that no earlier set has."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from bench.faults.fault import Do, Fault, Layout
from bench.faults.fourth.nodes import Own, serve_node
from bench.faults.fourth.others import itself
from bench.faults.held_out_ways import BEHIND, runs
from bench.faults.mend import each, started, stopped, ways_open
from bench.faults.relay import Mode
from bench.faults.stage import Stage
from bench.faults.ways import lead, rewrites, ways

_FRONT = Layout(front=True)
_FRONTS = ("front-auth", "front-portal")
_SMALL = Layout(workers=1, threads=2)
_NARROW_S = 0.3
_FROM_HOMES = re.compile(rb"\r\nX-Forwarded-For: 198\.1[89]\.", re.IGNORECASE)
_STAGING = Own(
    {
        "database.path": "staging.sqlite3",
        "service.public_url": "https://auth.staging.school.example",
        "log.path": "staging.jsonl",
    }
)


# Networks ------------------------------------------------------------------------------------------------------------


def _to_staging(stage: Stage) -> None:
    """Routes of the test environment were put in force here: the way to the provider leads to the one for tests, which
    has none of the school's accounts."""
    with (
        closing(sqlite3.connect(stage.site / "auth.sqlite3", timeout=30)) as live,
        closing(sqlite3.connect(stage.site / "staging.sqlite3")) as copy,
    ):
        live.backup(copy)
        copy.execute("DELETE FROM school_auth_account")
        copy.commit()
    lead(stage, "front-auth", serve_node(stage, "auth", _STAGING))


def without_homes(data: bytes) -> bytes:
    """The school's line to the world is down: what people send from home does not arrive."""
    return b"" if _FROM_HOMES.search(data) else data


def _network(name: str, what: str, why: str, inject: Do, layout: Layout = _FRONT, undo: Do = ways_open) -> Fault:
    return Fault(name, ("network",), what, inject, layout, undo=undo, why=why)


BACK_NARROW = ways(Mode.NARROW, "back", delay_s=_NARROW_S)


# Crowds and attacks --------------------------------------------------------------------------------------------------


def visitors(kind: str, per_s: float) -> Do:
    """They come for such a reason."""
    return runs("fifth.visitors", kind, "--per-s", str(per_s))


def burglars(kind: str, per_s: float) -> Do:
    """Somebody comes who attacks so."""
    return runs("fifth.burglar", kind, "--per-s", str(per_s))


def _load(name: str, what: str, why: str, inject: Do, *also: str) -> Fault:
    return Fault(name, ("load", *also), what, inject, _SMALL, undo=stopped, why=why)


def _attack(name: str, what: str, why: str, inject: Do, undo: Do = stopped) -> Fault:
    return Fault(name, ("attack",), what, inject, _SMALL, undo=undo, why=why)


FAULTS = (
    _network(
        "routes-of-staging",
        "the way to the provider leads to the one for tests",
        "the provider lives and is as it was; routes were put in force in the wrong place (GitHub 2024-03)",
        _to_staging,
        undo=itself,
    ),
    _network(
        "line-of-school-down",
        "nothing that people send from home arrives",
        "both services are well for all who are in the building; whole networks have gone silent",
        rewrites(without_homes, *_FRONTS),
    ),
    _network(
        "back-channel-narrow",
        "hardly anything passes on the portal's way to the provider",
        "the provider answers people at once, and the portal too until it has to ask: its way out",
        BACK_NARROW,
        BEHIND,
    ),
    _load(
        "partner-reads-documents",
        "a partner's service lost its cache, and reads the provider's public documents at each step",
        "what is asked for is for everybody to ask, and answered; there is too much of it, of one client's doing",
        each(visitors("partner", 250), visitors("partner", 250)),
        "client",
    ),
    _load(
        "lesson-online",
        "a year is taught online: all turn the pages of their courses at the same time",
        "known people, signed in, from the school's own exits: more than can be served",
        visitors("lesson", 200),
    ),
    _load(
        "accounts-to-be-looked-at",
        "everybody is asked to look at their account today",
        "known people with right passwords, who begin at the provider's own page: more than can be served",
        visitors("account", 40),
    ),
    _attack(
        "made-up-tokens",
        "tokens are guessed: made-up ones, hundreds a second, by two machines",
        "nobody's token is among them, and each comes from another network: no people behind any",
        each(burglars("tokens", 250), burglars("tokens", 250)),
    ),
    _attack(
        "forms-too-large",
        "forms of two MiB are sent to the sign-in page over and over",
        "what is sent is no form that the page has, from ever new networks; what people lack is what it takes",
        burglars("forms", 25),
        # What was sent is still to be read when the last one has gone.
        each(stopped, started("auth")),
    ),
    _attack(
        "old-list-of-our-own",
        "an old list of the school's own names and passwords is tried, each once, from a network of its own",
        "wrong passwords, name after name, faster than people come; nothing of ours fails",
        burglars("list", 6),
    ),
)
