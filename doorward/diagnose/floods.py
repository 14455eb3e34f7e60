"""Floods: what comes that no people send: requests held open, answers and codes made up, requests from nobody. Pure.

In: observations. Out: evidence for `attack`; each kind settles the question by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose.cause import DECISIVE, favours
from doorward.diagnose.examined import LivenessExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.observations import Observations
from doorward.diagnose.signs import LATE_MS, is_quick_itself
from doorward.diagnose.visitors import Stretch
from doorward.model.diagnosis import Evidence
from doorward.model.sign_in import Kind, Outcome, Reason
from doorward.model.statistics import Statistics

# A few people at the edge of their network send in drops on any day; a worker has as many threads at the least.
LEAST_HELD = 8
# Of those who come on top, so many at least sign in where they are people.
CROWD_SHARE = 0.05
# Retries treble requests at most; beyond this without more people it is a machine.
RETRIES_RATIO = 3.0
# Services ask as people come; so many more times for each of them is no crowd's doing.
SERVICES_RATIO = 5.0
LEAST_MADE_UP = 20
LEAST_REQUESTS = 200
LEAST_NOBODYS = 100
# People who are sent to and fro come to as many requests as are usual in all.
ON_TOP_RATIO = 1.5
# Of what is shown or typed, so much from where nobody gets in is of strangers.
STRANGE_SHARE = 0.8
# Of the usual sign-ins a minute so many still succeed.
AS_BEFORE_SHARE = 0.6


def held_open(observations: Observations) -> Iterator[Evidence]:
    """Requests that come in drops and never end hold who must wait for them. Who answers at once all the same is held
    by nobody; where the way to the service is slow everybody's come so, and the process itself answers at once."""
    free = {one.component for one in observations.of(LivenessExamined) if _is_quick(observations, one)}
    for held in observations.of(HeldExamined):
        before = observations.earlier(HeldExamined, held.component)
        usually = before.unfinished if before else 0
        if held.component in free or held.unfinished < max(LEAST_HELD, RETRIES_RATIO * usually):
            continue
        seen = (
            f"{held.component}: {held.unfinished} of {held.connections} connections send their requests in drops and "
            f"have had no answer ({usually} while all was well)"
        )
        yield favours("held", DECISIVE, seen, "requests that never end hold connections", held.component)


def _is_quick(observations: Observations, liveness: LivenessExamined) -> bool:
    return (liveness.status is not None and liveness.ms <= LATE_MS) or is_quick_itself(observations, liveness)


def made_up(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    """A client asks for a token once for each person who was let in, and again where that fails. More refusals than
    that, and than tokens are asked for at all on any day, are of somebody who has none of its codes."""
    refused = during.total(Kind.TOKEN, Outcome.FAILURE, Reason.TOKEN_REFUSED)
    per_min, asked = refused / during.minutes, usual.per_min(Kind.TOKEN)
    let_in = during.total(Kind.SIGN_IN, Outcome.SUCCESS)
    if refused >= LEAST_MADE_UP and per_min >= RETRIES_RATIO * asked and refused >= RETRIES_RATIO * let_in:
        seen = (
            f"{refused} tokens are refused ({per_min:.0f} a minute) while {let_in} sign-ins succeed; usually "
            f"{asked:.0f} a minute are asked for at all"
        )
        yield favours("made-up codes", DECISIVE, seen, f"over {RETRIES_RATIO:g} × the tokens of a usual minute")


def made_up_answers(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    """A sign-in is answered at the callback once. Far more answers to nothing than anybody could begin, while people
    sign in as before, are of somebody who was never asked; where the states themselves are lost, nobody gets in."""
    answers = during.total(Kind.SIGN_IN, Outcome.FAILURE, Reason.STATE_MISMATCH)
    per_min, begun = answers / during.minutes, usual.per_min(Kind.SIGN_IN)
    before, now = (each.per_min(Kind.SIGN_IN, Outcome.SUCCESS) for each in (usual, during))
    if answers >= LEAST_MADE_UP and per_min >= RETRIES_RATIO * begun and now >= AS_BEFORE_SHARE * before > 0:
        seen = (
            f"{answers} answers to sign-ins that nobody began ({per_min:.0f} a minute; usually {begun:.0f} sign-ins), "
            f"while {now:.0f} sign-ins a minute succeed, usually {before:.0f}"
        )
        yield favours("made-up answers", DECISIVE, seen, f"over {RETRIES_RATIO:g} × the sign-ins of a usual minute")


def nobodys(observations: Observations) -> Iterator[Evidence]:
    """Requests from where nobody gets in, as many on top as are usual in all, while the service cannot keep up: a
    machine. Of a crowd some would sign in."""
    if observations.visitors is None:
        return
    usual, now = observations.visitors.usual, observations.visitors.during
    more = now.per_min(_strangers(now)) - usual.per_min(_strangers(usual))
    newcomers = now.per_min(now.sources) - usual.per_min(usual.sources)
    signing = now.per_min(now.signing) - usual.per_min(usual.signing)
    late = [one for one in observations.of(LivenessExamined) if not _is_quick(observations, one)]
    if now.nobodys < LEAST_NOBODYS or more < max(1.0, ON_TOP_RATIO * usual.per_min(usual.requests)) or not late:
        return
    if signing < CROWD_SHARE * newcomers:
        seen = (
            f"{now.nobodys} of {now.requests} requests come from where nobody gets in "
            f"({now.per_min(now.nobodys):.0f} a minute, usually {usual.per_min(usual.nobodys):.0f}), and "
            f"{late[0].component} does not keep up"
        )
        expected = "as many requests on top as are usual in all, and nobody signs in from there"
        yield favours("nobodys", DECISIVE, seen, expected, late[0].component)


def _strangers(stretch: Stretch) -> int:
    """Without services that have always asked and what reads the documents for applications: both may, and are told
    by the load that they bring."""
    return stretch.nobodys - stretch.services - stretch.documents


def of_services(observations: Observations) -> str:
    """What is said where services that have always asked, and are answered as ever, ask far more than usual; '' where
    they do not."""
    if observations.visitors is None:
        return ""
    usual, now = observations.visitors.usual, observations.visitors.during
    before, per_min = usual.per_min(usual.services), now.per_min(now.services)
    if now.services < LEAST_REQUESTS or per_min < SERVICES_RATIO * before:
        return ""
    return f"services that have always asked are answered {per_min:.0f} times a minute, usually {before:.0f}"


def made_up_sessions(observations: Observations) -> str:
    """What is said where sessions are shown that were never given, '' where that is not so: what a store lost comes
    back from where people got in."""
    if observations.visitors is None:
        return ""
    usual, now = observations.visitors.usual, observations.visitors.during
    is_more = now.refused >= LEAST_MADE_UP and now.per_min(now.refused) >= RETRIES_RATIO * usual.per_min(usual.refused)
    if not is_more or now.never_seen < STRANGE_SHARE * now.refused:
        return ""
    return f"{now.never_seen} of {now.refused} sessions that nobody knows come from where nobody gets in"


def forged(observations: Observations) -> Iterator[Evidence]:
    """Sessions that were made up, as evidence."""
    if seen := made_up_sessions(observations):
        yield favours("made-up sessions", DECISIVE, seen, "sessions are shown that were never given to anybody")


def made_up_forms(observations: Observations) -> Iterator[Evidence]:
    """Whoever fills in a form was given the page first. Forms from where nobody ever was are of no browser."""
    if observations.visitors is None:
        return
    usual, now = observations.visitors.usual, observations.visitors.during
    is_more = now.forms >= LEAST_MADE_UP and now.per_min(now.forms) >= RETRIES_RATIO * usual.per_min(usual.forms)
    if is_more and now.unread >= STRANGE_SHARE * now.forms:
        seen = f"{now.unread} of {now.forms} forms that are refused come from where nobody was ever given the page"
        yield favours("made-up forms", DECISIVE, seen, "forms are sent that nobody was given")
