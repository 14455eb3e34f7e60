"""The fourth set: networks, crowds and attacks that go wrong in ways that no earlier set has."""

from __future__ import annotations

import itertools
import re

from bench.faults.crowds import surge
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_ways import BEHIND, runs
from bench.faults.mend import each, every, stopped, ways_open
from bench.faults.names import HOSTS
from bench.faults.relay import Mode
from bench.faults.second.hosts import ended
from bench.faults.stage import Stage
from bench.faults.ways import rewrites

_FRONT = Layout(front=True)
_FRONTS = ("front-auth", "front-portal")
NAMED = Layout(names=True)
_SMALL = Layout(workers=1, threads=2)
_TEAR_S = 0.25
_STEP_S = 3.0
_DELAY_S, _MORE_S, _MOST_S = 0.3, 0.4, 4.0
_FROM_SCHOOL = re.compile(rb"\r\nX-Forwarded-For: 203\.0\.113\.", re.IGNORECASE)


# Networks ------------------------------------------------------------------------------------------------------------


def without_school(data: bytes) -> bytes:
    """The route from the school's own building leads nowhere: what is sent by its exit does not arrive."""
    return b"" if _FROM_SCHOOL.search(data) else data


def torn(stage: Stage) -> None:
    """A box on the way forgets all connections four times a second: what is under way is torn down, anew it passes."""

    def tear() -> None:
        for name in _FRONTS:
            stage.relays[name].set(Mode.RESET)
            stage.relays[name].set(Mode.PASS)

    every(stage, _TEAR_S, tear)


def name_lost(stage: Stage) -> None:
    """The record of the provider was lost when somebody edited the zone; the portal's is there."""
    assert stage.names is not None
    stage.names.lost = HOSTS["auth"]


def name_back(stage: Stage) -> None:
    """All records are there."""
    assert stage.names is not None
    stage.names.lost = ""


def _fills_behind(stage: Stage) -> None:
    """The portal's way out fills up: every three seconds each piece of data takes 0.4 s longer."""
    delays = itertools.count(_DELAY_S, _MORE_S)
    every(stage, _STEP_S, lambda: stage.relays["back"].set(Mode.SLOW, min(_MOST_S, next(delays))))


def _network(name: str, what: str, why: str, inject: Do, layout: Layout = _FRONT, undo: Do = ways_open) -> Fault:
    return Fault(name, ("network",), what, inject, layout, undo=undo, why=why)


# Crowds and attacks --------------------------------------------------------------------------------------------------


def _visitors(kind: str, per_s: float) -> Do:
    return runs("fourth.visitors", kind, "--per-s", str(per_s))


def marauders(kind: str, per_s: float) -> Do:
    """Somebody comes who attacks so."""
    return runs("fourth.marauder", kind, "--per-s", str(per_s))


def _load(name: str, what: str, why: str, inject: Do, layout: Layout = _SMALL) -> Fault:
    return Fault(name, ("load",), what, inject, layout, undo=stopped, why=why)


def _attack(name: str, what: str, why: str, inject: Do) -> Fault:
    return Fault(name, ("attack",), what, inject, _SMALL, undo=stopped, why=why)


FAULTS = (
    _network(
        "building-cut-off",
        "nothing that people send from the school's own building arrives",
        "both services are well for all who come from elsewhere; whole networks have gone silent",
        rewrites(without_school, *_FRONTS),
    ),
    _network(
        "connections-torn-down",
        "all open connections to both services are torn down four times a second",
        "both services answer, and what is quick enough passes: it is the way that does not last",
        torn,
        undo=each(ended, ways_open),
    ),
    _network(
        "name-of-provider-lost",
        "the provider's name does not exist any more, the portal's does",
        "the provider lives, and answers at its address as before; its name leads nowhere (CC-02), on a part",
        name_lost,
        NAMED,
        name_back,
    ),
    _network(
        "back-channel-fills-up",
        "the portal's way to the provider takes longer and longer",
        "the provider answers people at once, and the portal too until it has to ask: its way out",
        _fills_behind,
        BEHIND,
        each(ended, ways_open),
    ),
    _load(
        "herd-after-power-cut",
        "the power is back, and all devices of the school sign in at the same moment and try until they are in",
        "known people with right passwords, from the school and from nowhere else: too many at once",
        _visitors("herd", 160),
    ),
    _load(
        "first-day-of-term",
        "everybody comes on the first day, and types the password of last term first",
        "known names from the school's own exits, each right at the second try: people, more than can be served",
        _visitors("term", 14),
    ),
    _load(
        "shared-devices",
        "pupils sign in and out at shared devices, one after the other",
        "right passwords alone, from the school, each session ended in order: more than can be served",
        _visitors("devices", 72),
    ),
    _load(
        "term-of-both-services",
        "the library and the portal open their term on the same day",
        "both clients work as ever, with right passwords alone; together they bring more people than can be served",
        each(runs("library", "--per-min", "700", "--at-once", "48"), surge(420, scale=0.4)),
        Layout(library=True, workers=1, threads=2, per_min=40),
    ),
    _attack(
        "made-up-cookies",
        "sessions are guessed at the portal: made-up cookies, hundreds a second, by two machines",
        "nobody's session is among them, and each request comes from another network: no people behind any",
        each(marauders("cookies", 250), marauders("cookies", 250)),
    ),
    _attack(
        "hashes-exhausted",
        "long wrong passwords for made-up names, as many as the provider can hash and more",
        "wrong passwords for strangers from ever new networks; what people lack is what the attack takes",
        marauders("hashes", 60),
    ),
    _attack(
        "help-form-spam",
        "two machines fill in the form for people who cannot sign in, over and over",
        "one form far more often than people could have troubles, from ever new networks",
        each(marauders("help", 200), marauders("help", 200)),
    ),
    _attack(
        "spray-in-bursts",
        "one password over all names, for four seconds of each eight, each time from another network",
        "wrong passwords, name after name, in waves; nothing of ours fails",
        marauders("bursts", 24),
    ),
)
