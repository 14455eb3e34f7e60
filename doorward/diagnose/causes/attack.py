"""Attack: somebody guesses passwords or floods the service.

If it is at work: the share of sign-ins that fail by what was typed rises, many of them for people who do not exist;
they come from many new sources or very many from one; or requests, codes that were never issued, or forms that nobody
was given, multiply while people do not; or connections are held open by requests that come in drops and never end.
If it is not: the failures have reasons that nobody can cause by typing, mistyped passwords are as rare as usual, and
the sources are the usual ones. A network behind which many people sit is one source at any time: its share is compared
with its usual share.
Licenses nothing: to lock people out is what an attacker may want.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, favours, notes, opposes, outweighed
from doorward.diagnose.examined import Examination
from doorward.diagnose.floods import (
    AS_BEFORE_SHARE,
    LEAST_REQUESTS,
    STRANGE_SHARE,
    forged,
    held_open,
    made_up,
    made_up_answers,
    made_up_forms,
    nobodys,
    of_services,
)
from doorward.diagnose.observations import Observations
from doorward.model.detection import Looks
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason
from doorward.model.statistics import Statistics

# People mistype about one password in ten; half of all attempts is no longer people.
TYPED_SHARE = 0.5
TYPED_RATIO = 3.0
LEAST_TYPED = 20
# Twenty attempts with one in ten mistyped differ by this share from one window to the next by chance.
USUAL_SLACK = 0.1
UNKNOWN_SHARE = 0.2
SOURCES_RATIO = 2.0
# Distinct sources of a short stretch come at up to thrice the rate of a long one, for most come again.
SOURCES_RATE_RATIO = 4.0
HARDLY_SHARE = 0.2
# Of a short stretch's sign-ins so many are as many as ever.
UNHURT_SHARE = 0.8
USUAL_RATIO = 1.5
TOP_SOURCE_SHARE = 0.5
TOP_SOURCE_RISE = 0.25
# Beyond this without more people it is a machine.
FLOOD_RATIO = 5.0
LEAST_UNTYPED = 3
# Of a handful of mistakes any share may come from anywhere.
LEAST_STRANGE = 10
# That somebody who got in is unknown a moment later is nobody's guess; one may have been deleted.
LEAST_FORGOTTEN = 3
# People fail where they are: in several places, though most of them may share one; a guesser within fails in his.
LEAST_PLACES = 3
AT_HOME_SHARE = 0.6
ONE_PLACE_SHARE = 0.85
# Of the requests that came on top, so many are of people who are signed in: that is a crowd.
NAMED_SHARE = 0.7


def weigh(observations: Observations) -> Judgement:
    """What was typed, from where, and how much; and what is held open."""
    usual, during = observations.usual, observations.during
    next_check = "List the sources with most failures and the accounts they try; limit those sources, not the accounts."
    if held := tuple(held_open(observations)):
        next_check = "List the connections that are held (ss -tin); bound how long a request may take to come in."
        return Judgement(held, next_check, component=held[0].component, explains=("load", "server"))
    if usual is None or during is None or usual.minutes <= 0 or during.minutes <= 0:
        return Judgement((), next_check, not_testable="there are no counts of a usual time and of now to compare")
    if during.events == 0:
        return Judgement((), next_check, not_testable="no event reached the log since the onset")
    machines = (
        *(*made_up(usual, during), *made_up_answers(usual, during)),
        *(*nobodys(observations), *forged(observations), *made_up_forms(observations)),
    )
    evidence = (
        *machines,
        *_at_home(observations),
        *_looks(observations),
        *_strangers(observations),
        *_typed(usual, during),
        *_unknown(usual, during),
        *_untyped(usual, during),
        *_meanwhile(usual, during, is_guessing(usual, during) or bool(strangers(observations))),
        *_sources(usual, during),
        *_flood(usual, during, observations),
    )
    # A machine that asks for tokens types nothing: that as little as usual is mistyped says nothing against it.
    judged = outweighed(evidence) if machines else _however_slow(_where_known(evidence))
    explains = ("load", *(("client",) if machines else ()), *(("server",) if _is_for(evidence, "nobodys") else ()))
    return Judgement(judged, next_check, explains=explains)


def _is_for(evidence: tuple[Evidence, ...], test: str) -> bool:
    return any(item.test == test and item.leaning is Leaning.FOR for item in evidence)


def _where_known(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Where those fail who got in before, that many fail is no sign of guesses."""
    if not any(item.test == "at home" for item in evidence):
        return evidence
    return tuple(
        notes(item.test, item.seen, item.expected)
        if item.leaning is Leaning.FOR and item.test in ("typed", "unknown people", "sources", "meanwhile")
        else item
        for item in evidence
    )


def _however_slow(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Who guesses slowly from everywhere makes no flood and no busiest source: where the watch saw failures come on top
    of what succeeds, that says nothing against it."""
    if not any(item.test in ("looks", "strangers") for item in evidence):
        return evidence
    return tuple(
        notes(item.test, item.seen, item.expected)
        if item.leaning is Leaning.AGAINST and item.test in ("sources", "flood")
        else item
        for item in evidence
    )


def strangers(observations: Observations) -> str:
    """What is said where far more is mistyped than usual, from where nobody gets in; '' where that is not so."""
    if observations.visitors is None:
        return ""
    usual, now = observations.visitors.usual, observations.visitors.during
    is_more = now.typed >= LEAST_STRANGE and now.typed_per_min >= TYPED_RATIO * usual.typed_per_min
    is_usual = usual.typed >= LEAST_STRANGE and usual.strange_share > STRANGE_SHARE / 2
    if not is_more or is_usual or now.strange_share < STRANGE_SHARE:
        return ""
    return (
        f"{now.strange} of {now.typed} sign-ins that fail by what was typed come from where nobody gets in "
        f"({now.typed_per_min:.0f} a minute, usually {usual.typed_per_min:.0f})"
    )


def _strangers(observations: Observations) -> Iterator[Evidence]:
    """A broken check of passwords refuses people where they always come from."""
    if seen := strangers(observations):
        yield favours("strangers", STRONG, seen, f"over {STRANGE_SHARE:.0%} come from where nobody gets in")


def fails_at_home(observations: Observations) -> str:
    """What is said where people are not believed who got in before, or many from where people always get in; '' where
    that is not so. Who guesses from within one network fails from that one."""
    if observations.visitors is None:
        return ""
    usual, now = observations.visitors.usual, observations.visitors.during
    if now.forgotten >= LEAST_FORGOTTEN:
        return f"{now.forgotten} people who got in before are said not to exist"
    at_home = now.typed - now.strange
    is_more = at_home >= LEAST_STRANGE and now.typed_per_min >= TYPED_RATIO * usual.typed_per_min
    is_everywhere = now.places >= LEAST_PLACES and now.busiest_place <= ONE_PLACE_SHARE * at_home
    if not is_more or not is_everywhere or at_home < AT_HOME_SHARE * now.typed:
        return ""
    where = f"{now.places} places where people get in"
    return f"{at_home} of {now.typed} sign-ins that fail by what was typed come from {where}"


def _at_home(observations: Observations) -> Iterator[Evidence]:
    if seen := fails_at_home(observations):
        yield opposes("at home", STRONG, seen, "those who fail come from where nobody gets in")


def _looks(observations: Observations) -> Iterator[Evidence]:
    """What the watch made of the departure: it tells failures that came on top from successes that turned into them."""
    expected = "failures come on top, and people who used to succeed still do"
    told = [detection for detection in observations.detections if detection.looks is Looks.ATTACK]
    if told:
        seen = next((line for line in told[0].evidence if "attack" in line), "the detector calls it an attack")
        yield favours("looks", STRONG, seen, expected)


def is_guessing(usual: Statistics, during: Statistics) -> bool:
    """Whether far more sign-ins than usual fail by what was typed."""
    share, attempts = during.wrong_password_share, during.total(Kind.SIGN_IN)
    return (
        share >= TYPED_SHARE and share >= TYPED_RATIO * usual.wrong_password_share and share * attempts >= LEAST_TYPED
    )


def _typed(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    share, before = during.wrong_password_share, usual.wrong_password_share
    expected = f"over {TYPED_SHARE:.0%} of sign-ins fail by what was typed"
    seen = f"{share:.0%} of {during.total(Kind.SIGN_IN)} sign-ins failed by what was typed, usually {before:.0%}"
    if is_guessing(usual, during):
        yield favours("typed", STRONG, seen, expected)
    elif share <= before + USUAL_SLACK:
        yield opposes("typed", STRONG, seen, expected)
    else:
        yield notes("typed", seen, expected)


def _unknown(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    share, before = (each.share(Kind.SIGN_IN, Reason.UNKNOWN_PERSON) for each in (during, usual))
    enough = during.total(Kind.SIGN_IN, reason=Reason.UNKNOWN_PERSON) >= LEAST_TYPED
    if enough and share >= UNKNOWN_SHARE and share >= TYPED_RATIO * before:
        seen = f"{share:.0%} of sign-ins name people who do not exist, usually {before:.0%}"
        yield favours("unknown people", STRONG, seen, f"over {UNKNOWN_SHARE:.0%} name people who do not exist")


def untyped_failures(statistics: Statistics) -> int:
    """Failures whose reason nobody can cause by typing."""
    return sum(
        count.events
        for count in statistics.counts
        if count.outcome is Outcome.FAILURE and count.reason not in TYPED and count.kind is not Kind.ERROR
    )


def _untyped(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    typed = sum(c.events for c in during.counts if c.outcome is Outcome.FAILURE and c.reason in TYPED)
    untyped = untyped_failures(during)
    if untyped < LEAST_UNTYPED or untyped <= typed:
        return
    per_min, before = untyped / during.minutes, untyped_failures(usual) / usual.minutes
    seen = (
        f"{untyped} of {untyped + typed} failures have reasons that nobody can cause by typing "
        f"({per_min:.0f} a minute, usually {before:.0f})"
    )
    yield opposes("reasons", STRONG, seen, "most failures are mistyped or unknown names and passwords")


def _meanwhile(usual: Statistics, during: Statistics, are_guesses: bool) -> Iterator[Evidence]:
    """A broken check of passwords lets nobody in; under an attack people sign in as before."""
    before, now = (each.per_min(Kind.SIGN_IN, Outcome.SUCCESS) for each in (usual, during))
    if not are_guesses or before <= 0:
        return
    expected = "failures come on top, and people sign in as before"
    seen = f"meanwhile {now:.0f} sign-ins a minute succeed, usually {before:.0f}"
    if now >= AS_BEFORE_SHARE * before:
        yield favours("meanwhile", STRONG if now >= UNHURT_SHARE * before else WEAK, seen, expected)
    elif now <= HARDLY_SHARE * before and not during.total(Kind.SIGN_IN, reason=Reason.LOCKED_OUT):
        # Nobody is kept out by another's guesses, unless these lock accounts.
        yield opposes("meanwhile", STRONG, seen, expected)


def _sources(usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    """Distinct sources of a short stretch are compared with all of a longer one: that can only understate a rise.

    More sources with as many more people behind them are a crowd, not an attack.
    """
    ratio = during.sources / max(1, usual.sources)
    per_person = (during.sources / max(1, during.people)) / (max(1, usual.sources) / max(1, usual.people))
    seen = (
        f"{during.sources} sources in {during.minutes * 60:.0f} s (usually {usual.sources} in "
        f"{usual.minutes * 60:.0f} s), the busiest with {during.top_source_share:.0%} of sign-ins (usually "
        f"{usual.top_source_share:.0%})"
    )
    expected = f"{SOURCES_RATIO:g} × the usual sources, or one that rises to over {TOP_SOURCE_SHARE:.0%}"
    rises = during.top_source_share >= max(TOP_SOURCE_SHARE, usual.top_source_share + TOP_SOURCE_RISE)
    guesses = is_guessing(usual, during)
    rate = (during.sources / during.minutes) / (max(1, usual.sources) / usual.minutes)
    if guesses and (rises or ratio >= SOURCES_RATIO or rate >= SOURCES_RATE_RATIO):
        yield favours("sources", STRONG, seen, expected)
    elif not guesses and not rises and min(ratio, per_person) <= USUAL_RATIO:
        yield opposes("sources", WEAK, seen, expected)
    else:
        yield notes("sources", seen, expected)


def _flood(usual: Statistics, during: Statistics, observations: Observations) -> Iterator[Evidence]:
    before, now = usual.per_min(Kind.REQUEST), during.per_min(Kind.REQUEST)
    if before <= 0:
        return
    expected = f"over {FLOOD_RATIO:g} × the usual requests without as many more people"
    seen = f"{now:.0f} requests a minute, usually {before:.0f}"
    people = (during.people / during.minutes) / max(usual.people / usual.minutes, 1 / usual.minutes)
    many = during.total(Kind.REQUEST) >= LEAST_REQUESTS
    if many and (reloading := _reloading(observations, now - before)):
        yield notes("flood", f"{seen}; {reloading}", expected)
    elif many and now >= FLOOD_RATIO * before and people <= FLOOD_RATIO / 2:
        yield favours("flood", DECISIVE, f"{seen}; {people:.1f} × the usual people", expected)
    elif now <= FLOOD_RATIO * before / 2 and not is_guessing(usual, during):
        yield opposes("flood", WEAK, seen, expected)


def _reloading(observations: Observations, more_per_min: float) -> str:
    """What is said where what comes on top is asked by people who are signed in, or by services that have always asked
    and are answered; '' where it is not."""
    if observations.visitors is None or more_per_min <= 0:
        return ""
    usual, now = observations.visitors.usual, observations.visitors.during
    asked = now.per_min(now.services) - usual.per_min(usual.services)
    if asked >= NAMED_SHARE * more_per_min and (told := of_services(observations)):
        return told
    named = now.pages_per_min - usual.pages_per_min
    if named < NAMED_SHARE * more_per_min or now.busiest > now.pages / 2:
        return ""
    return f"{now.askers} people who are signed in ask for {named:.0f} of {more_per_min:.0f} more a minute"


CAUSE = Cause(
    id="attack",
    title="cyberattack",
    predictions=__doc__ or "",
    asks_for=(Examination.HELD, Examination.LIVENESS, Examination.PROCESS),
    weigh=weigh,
)
