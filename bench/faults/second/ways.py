"""The second set: networks, crowds and attacks that go wrong in ways that neither earlier set has."""

from __future__ import annotations

import itertools
import sys

from bench.faults.crowds import attack, surge
from bench.faults.fault import Do, Fault, Layout
from bench.faults.mend import beside, every, stopped, ways_open
from bench.faults.names import Answer
from bench.faults.relay import Mode
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import ROOT, Stage
from bench.faults.ways import names, ways

_BEHIND = Layout(back=True)
_FRONT = Layout(front=True)
_SMALL = Layout(workers=1, threads=2)
_LONG_S = 150
_SILENT_S, _TOLD_S = 7.0, 3.0
_WAVE_S, _BETWEEN_S = 8.0, 4.0


# Networks ------------------------------------------------------------------------------------------------------------


def names_by_turns(answer: Answer, for_s: float, right_s: float) -> Do:
    """The name server answers so for a while, then rightly for a while, and so on."""

    def inject(stage: Stage) -> None:
        def answer_so() -> None:
            assert stage.names is not None
            stage.names.answer = answer
            stage.over.wait(for_s)
            stage.names.answer = Answer.RIGHT

        every(stage, right_s, answer_so)

    return inject


def names_stay(stage: Stage) -> None:
    """The name server answers rightly again, and goes on so."""
    stage.over.set()
    for loop in stage.loops:
        loop.join(10)
    names(Answer.RIGHT)(stage)


def _network(name: str, what: str, inject: Do, layout: Layout, *also: str, undo: Do = ways_open) -> Fault:
    return Fault(name, ("network", *also), what, inject, layout, undo=undo)


# Crowds --------------------------------------------------------------------------------------------------------------


def _from_homes(stage: Stage) -> None:
    """A day of lessons at home: everybody by an address of their own, and in a hurry."""
    more = ("--shared-exit-share", "0.0")
    stage.begun.append(stage.let_people_in(_LONG_S, per_min=720, seed=80, scale=0.3, more=more))


def _waves(stage: Stage) -> None:
    """At each bell a wave of people, and some quiet before the next."""

    def come() -> None:
        for number in itertools.count():
            stage.begun.append(stage.let_people_in(_WAVE_S, per_min=1500, seed=90 + number, scale=0.2))
            if stage.over.wait(_WAVE_S + _BETWEEN_S):
                return

    beside(stage, come)


def _load(name: str, what: str, inject: Do, layout: Layout) -> Fault:
    return Fault(name, ("load",), what, inject, layout, undo=stopped)


# Attacks -------------------------------------------------------------------------------------------------------------


def raid(kind: str, per_s: float) -> Do:
    """Somebody comes who attacks so."""

    def inject(stage: Stage) -> None:
        command = [sys.executable, "-m", "bench.faults.second.raider", str(stage.site), kind, "--per-s", str(per_s)]
        stage.begun.append(stage.start("raider", command, ROOT))

    return inject


def _attack(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("attack",), what, inject, undo=stopped)


SLOW_SPRAY = attack("spray", 1, 2000)
PORTAL_LOSSY = ways(Mode.LOSSY, "front-portal")
FAULTS = (
    _network("back-channel-large-lost", "the portal gets no large answers", ways(Mode.STALL, "back"), _BEHIND),
    _network(
        "names-come-and-go",
        "most questions for names go unanswered",
        names_by_turns(Answer.SILENT, _SILENT_S, _TOLD_S),
        Layout(names=True),
        undo=names_stay,
    ),
    _network("portal-way-lossy", "half of the connections to the portal are torn down", PORTAL_LOSSY, _FRONT),
    _network(
        "store-way-resets",
        "a firewall rejects what goes to Redis",
        ways(Mode.RESET, "store"),
        ON_REDIS,
        "session-store",
    ),
    _load("surge-from-homes", "twelve times the people, each from a home", _from_homes, _SMALL),
    _load(
        "surge-on-postgresql",
        "fifteen times the people look for their marks",
        surge(900, scale=0.4, crowds=2),
        Layout(workers=1, threads=2, database="postgresql"),
    ),
    _load("surge-in-waves", "a wave of people at each bell", _waves, _SMALL),
    _attack("guessing-three-names", "passwords for three teachers from everywhere", raid("guess", 6)),
    _attack("spray-low-and-slow", "one password over all names, one try a second", SLOW_SPRAY),
    _attack("slow-bodies", "forms that never end hold the portal's threads", raid("bodies", 48)),
)
