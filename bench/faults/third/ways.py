"""The third set: networks, crowds and attacks that go wrong in ways that no earlier set has."""

from __future__ import annotations

import itertools

from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_ways import runs
from bench.faults.mend import beside, every, stopped, ways_open
from bench.faults.names import Answer
from bench.faults.relay import Mode
from bench.faults.second.ways import names_by_turns, names_stay
from bench.faults.stage import Stage
from bench.faults.ways import rewrites, ways

_FRONT = Layout(front=True)
_FRONTS = ("front-auth", "front-portal")
NAMED = Layout(names=True)
_SMALL = Layout(workers=1, threads=2)
_LONG_S = 150
_STEP_S = 4.0
_DELAY_S, _MORE_S, _MOST_S = 0.3, 0.5, 3.0
_TURN_S = 1.5
_GROWS_S = 6.0


# Networks ------------------------------------------------------------------------------------------------------------


def without_forms(data: bytes) -> bytes:
    """A filter that looks for passwords on their way out takes every form for one, and drops it without a word."""
    return b"" if data.startswith(b"POST ") or b"csrfmiddlewaretoken=" in data else data


def _congested(stage: Stage) -> None:
    """The line of the school fills up: what took nothing takes 0.3 s, and every four seconds half a second more."""
    delays = itertools.count(_DELAY_S, _MORE_S)

    def fill() -> None:
        delay_s = min(_MOST_S, next(delays))
        for name in _FRONTS:
            stage.relays[name].set(Mode.SLOW, delay_s)

    every(stage, _STEP_S, fill)


NAMES_HALF_KNOWN = names_by_turns(Answer.NO_NAME, _TURN_S, _TURN_S)


def _network(name: str, what: str, why: str, inject: Do, layout: Layout = _FRONT, undo: Do = ways_open) -> Fault:
    return Fault(name, ("network",), what, inject, layout, undo=undo, why=why)


# Crowds and attacks --------------------------------------------------------------------------------------------------


def visitors(kind: str, per_s: float) -> Do:
    """People come for such a reason."""
    return runs("third.visitors", kind, "--per-s", str(per_s))


def prowlers(kind: str, per_s: float) -> Do:
    """Somebody comes who attacks so."""
    return runs("third.prowler", kind, "--per-s", str(per_s))


def _evening(stage: Stage) -> None:
    """More and more come from home to a school whose sessions are in Redis."""

    def come() -> None:
        for number, per_min in enumerate((360, 540, 720)):
            more = ("--shared-exit-share", "0.1")
            stage.begun.append(stage.let_people_in(_LONG_S, per_min, seed=120 + number, scale=0.4, more=more))
            if stage.over.wait(_GROWS_S):
                return

    beside(stage, come)


def _load(name: str, what: str, why: str, inject: Do, layout: Layout = _SMALL) -> Fault:
    return Fault(name, ("load",), what, inject, layout, undo=stopped, why=why)


def _attack(name: str, what: str, why: str, inject: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("attack",), what, inject, layout or Layout(), undo=stopped, why=why)


FAULTS = (
    _network(
        "forms-dropped",
        "something on the way drops every form that people send",
        "pages come, forms never arrive at either service: it happens between people and the services",
        rewrites(without_forms, *_FRONTS),
    ),
    _network(
        "answers-cut",
        "connections to the provider are torn down after the first packets of an answer",
        "the provider answered in full; a box on the way tears its answers down",
        ways(Mode.CUT, "front-auth"),
    ),
    _network(
        "line-fills-up",
        "the way to both services takes longer and longer",
        "both services answer at once to whoever asks beside the way; the way itself takes seconds",
        _congested,
    ),
    _network(
        "names-half-known",
        "every second answer of the name servers says that there is no such name",
        "a zone that one of two name servers lost; both services live and their addresses are right",
        NAMES_HALF_KNOWN,
        NAMED,
        names_stay,
    ),
    _load(
        "deadline-uploads",
        "a year hands in its work at the deadline, by slow lines",
        "known students, signed in, do what the portal is for: each upload ends, there are too many at once",
        visitors("uploads", 3),
    ),
    _load(
        "mailing-rush",
        "a link in a mail to all parents is opened",
        "from hundreds of networks, each once, and who signs in has the right password: they were asked to come",
        visitors("mailing", 40),
    ),
    _load(
        "library-rush",
        "the library opens its new term, and all sign in to it",
        "the library works as ever, with right passwords alone: more people come by it than the provider can serve",
        runs("library", "--per-min", "1500", "--at-once", "64"),
        Layout(library=True, workers=1, threads=2, per_min=40),
    ),
    _load(
        "evening-on-redis",
        "more and more people come from home",
        "ordinary people in growing number, with right passwords; Redis has hardly anything to do",
        _evening,
        Layout(sessions="cache", workers=1, threads=2),
    ),
    _attack(
        "stuffing-swells",
        "names and passwords from elsewhere by the portal's own way, few at first and then many",
        "wrong passwords for strangers' names from ever new networks; nothing of ours fails",
        prowlers("stuffing", 12),
    ),
    _attack(
        "sign-ins-never-ended",
        "sign-ins are begun at the portal over and over and never ended",
        "one request of one kind two hundred times a second, no person behind any: a flood, not a crowd",
        prowlers("beginnings", 200),
        _SMALL,
    ),
    _attack(
        "teachers-locked-out",
        "a pupil tries wrong passwords for all teachers from within the school",
        "wrong passwords, name after name, until the lockout does what it is for",
        prowlers("teachers", 8),
    ),
    _attack(
        "reset-bombing",
        "password resets are asked for everybody, over and over",
        "nobody asked for them: from ever new networks, for one account after the other, far more than people do",
        prowlers("resets", 60),
        _SMALL,
    ),
)
