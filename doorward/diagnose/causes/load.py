"""Load: more people want in than the service can serve.

If it is at work: several times as many people as usual sign in, or those who are signed in ask for several times as
much; answers take several times as long, the health path and the processes are slow with work.
If it is not: as many people as usual, answers as quick as usual. Requests alone say little: who is sent away tries
again, so an outage of any cause makes more of them; people are counted, not requests.
Licenses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose import reasons
from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, favours, notes, opposes
from doorward.diagnose.examined import Examination, LivenessExamined, ProcessExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.observations import Observations
from doorward.diagnose.signs import is_swamped, piled_up
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import TYPED, Kind, Reason
from doorward.model.statistics import Statistics

SURGE_RATIO = 2.5
# Below twice the usual crowd it is none: measured on the school at 60 sign-ins a minute, people who are sent back and
# come again make 1.8 of it, and quiet stretches of 20 s differ by up to 2.0 from the minute before them.
CROWD_RATIO = 2.0
# Retries and reloads at most treble the requests of the same people; more are not the people we know.
REQUESTS_RATIO = 3.0
# Errors and slowness come of a crowd; other refusals have their own cause, and those refused come again.
REFUSED = frozenset(Reason) - TYPED - {Reason.OK, Reason.SERVER_ERROR, Reason.PROVIDER_ERROR, Reason.OTHER}
SLOW_RATIO = 3.0
SLOW_MS = 500.0
# A handful of people in the first seconds makes any rate.
LEAST_PEOPLE = 20
# Quantiles over few requests jump; a doubling within this bound is noise.
AS_QUICK_RATIO = 2.0
AS_QUICK_MS = 200.0
LEAST_TIMED = 20
# A person reads a page before asking for the next; a handful of people who do not is no crowd.
RELOAD_RATIO = 3.0
# Where people queue, what is answered is no more than it can: any clear rise is of what is asked. A sick service that
# makes people wait answers less than usual.
QUEUED_RATIO = 1.5
LEAST_ASKERS = 10
LEAST_PAGES = 100
BUSIEST_SHARE = 0.3
# A few people hand in or fetch something large on any day.
LEAST_LARGE = 4
OVERRUN_RATIO = 1.3
BUSY_CORES_PER_PROCESS = 0.9
LIVENESS_SLOW_MS = 1000.0
# A worker of the school has some thirty files open; every connection that waits is one more.
QUEUE_LEAST = 100
QUEUE_RATIO = 3.0

_MORE_PEOPLE = f"at least {SURGE_RATIO:g} × the usual people"


def weigh(observations: Observations) -> Judgement:
    """People, latency and busy processes against the usual."""
    usual, during = observations.usual, observations.during
    next_check = "See which pages the people ask for and what the processes wait for; shed or add capacity."
    if usual is None or during is None or usual.minutes <= 0 or during.minutes <= 0:
        return Judgement((), next_check, not_testable="there are no counts of a usual time and of now to compare")
    is_stuck = any(one.status is None or one.ms > LIVENESS_SLOW_MS for one in observations.of(LivenessExamined))
    strain = (*_latency(usual, during, is_stuck), *_busy(observations))
    times = surge(usual, during, refusals(observations))
    told = {item.test for item in strain if item.leaning is Leaning.FOR}
    work = (
        *_reloads(observations, is_stuck or bool(told), "queue" in told),
        *_transfers(observations),
        *_overrun(observations, usual, during),
    )
    if times <= CROWD_RATIO and not work:
        strain = tuple(_not_by_people(item) for item in strain)
    people = () if work else _people(usual, during, times, is_stuck)
    evidence = (*people, *work, *strain)
    silent = "no event reached the log since the onset" if during.events == 0 else ""
    return Judgement(evidence, next_check, not_testable=silent)


def _not_by_people(strain: Evidence) -> Evidence:
    """Slowness under the usual crowd is real, but it is another cause's."""
    if strain.leaning is not Leaning.FOR:
        return strain
    return notes(strain.test, f"{strain.seen}; but as many people as usual", strain.expected)


def surge(usual: Statistics, during: Statistics, are_refused: bool = True) -> float:
    """How many times the usual people there are now, by the smallest of rates that can only overstate it.

    Distinct people who sign in overstate a short stretch against a long one (people come again); sign-in attempts
    overstate an outage (people try again). All distinct people say nothing of newcomers among those who are there
    already: they count only where people are refused, who then come again. 1 when there was nobody before and is
    nobody now.
    """
    rates = (
        _ratio(signing_in(during) / during.minutes, signing_in(usual) / usual.minutes),
        _ratio(during.per_min(Kind.SIGN_IN), usual.per_min(Kind.SIGN_IN)),
    )
    if not are_refused:
        return min(rates)
    return min(*rates, _ratio(during.people / during.minutes, usual.people / usual.minutes))


def refusals(observations: Observations) -> bool:
    """Whether people are refused more than usual for a reason that makes them come again."""
    return bool(reasons.risen(observations, REFUSED))


def signing_in(statistics: Statistics) -> int:
    """Distinct people who signed in or tried to; who first mistyped counts twice, in every stretch alike."""
    return sum(count.people for count in statistics.counts if count.kind is Kind.SIGN_IN)


def _ratio(now: float, before: float) -> float:
    if before <= 0:
        return 1.0 if now <= 0 else float("inf")
    return now / before


def _people(usual: Statistics, during: Statistics, times: float, is_stuck: bool) -> Iterator[Evidence]:
    requests = _ratio(during.per_min(Kind.REQUEST), usual.per_min(Kind.REQUEST))
    seen = (
        f"{times:.1f} × the usual people: {during.people} in {during.minutes * 60:.0f} s (usually {usual.people} in "
        f"{usual.minutes * 60:.0f} s), {signing_in(during)} of them signing in (usually {signing_in(usual)}), "
        f"{during.per_min(Kind.SIGN_IN):.0f} sign-ins a minute (usually "
        f"{usual.per_min(Kind.SIGN_IN):.0f}), {during.per_min(Kind.REQUEST):.0f} requests a minute (usually "
        f"{usual.per_min(Kind.REQUEST):.0f})"
    )
    if during.events == 0:
        yield notes("people", "no event reached the log", _MORE_PEOPLE)
    elif times > CROWD_RATIO and during.people < LEAST_PEOPLE:
        yield notes("people", f"{seen}: too few to tell", _MORE_PEOPLE)
    elif is_stuck and CROWD_RATIO < times < SURGE_RATIO:
        yield notes("people", seen, _MORE_PEOPLE)
    elif times >= SURGE_RATIO:
        yield favours("people", DECISIVE if times >= 2 * SURGE_RATIO else STRONG, seen, _MORE_PEOPLE)
    else:
        usual_crowd = times <= CROWD_RATIO and requests <= REQUESTS_RATIO
        yield opposes("people", DECISIVE if usual_crowd else WEAK, seen, _MORE_PEOPLE)


def _reloads(observations: Observations, is_strained: bool, are_queued: bool) -> Iterator[Evidence]:
    """As many people as ever, who load pages anew and anew: as when results are due any moment. A loop of redirects
    brings them no page, and one who does so alone is a machine."""
    if observations.visitors is None:
        return
    usual, now = observations.visitors.usual, observations.visitors.during
    many = now.pages >= LEAST_PAGES and now.askers >= LEAST_ASKERS and now.busiest <= BUSIEST_SHARE * now.pages
    times = _ratio(now.pages_per_min, usual.pages_per_min)
    if many and usual.pages and times >= (QUEUED_RATIO if are_queued else RELOAD_RATIO):
        seen = (
            f"{now.askers} people who are signed in get {now.pages_per_min:.0f} pages a minute, usually "
            f"{usual.pages_per_min:.0f}"
        )
        expected = f"people who are signed in ask for over {RELOAD_RATIO:g} × as much as usual, or queue"
        is_plain = is_strained and times >= RELOAD_RATIO
        yield favours("reloads", DECISIVE if is_plain else STRONG, seen, expected)


def _transfers(observations: Observations) -> Iterator[Evidence]:
    """As many people as ever, who hand in or fetch large things at once: each holds a worker until it is through."""
    for held in observations.of(HeldExamined):
        before = observations.earlier(HeldExamined, held.component)
        usually = before.large if before else 0
        piled = piled_up(observations, held.component)
        if held.large >= max(LEAST_LARGE, RELOAD_RATIO * usually) and piled:
            seen = f"{held.component}: {held.large} of {held.connections} connections carry something large; {piled}"
            expected = "people hand in or fetch more at once than it can serve"
            yield favours("transfers", STRONG, seen, expected, held.component)
            return


def _overrun(observations: Observations, usual: Statistics, during: Statistics) -> Iterator[Evidence]:
    """It answers more than usual, and yet those pile up who wait: it is asked more than it can. The log tells of the
    people whom it answered, not of those who wait. What is sick answers less than usual."""
    before, now = usual.per_min(Kind.REQUEST), during.per_min(Kind.REQUEST)
    for process in observations.of(ProcessExamined):
        if is_swamped(observations, process.component) and now >= OVERRUN_RATIO * before > 0:
            seen = (
                f"{process.component} answers late, and {piled_up(observations, process.component)}; {now:.0f} "
                f"requests a minute are answered, usually {before:.0f}"
            )
            expected = "it answers more than usual, and yet more and more wait"
            yield favours("overrun", STRONG, seen, expected, process.component)
            return


def _latency(usual: Statistics, during: Statistics, is_stuck: bool) -> Iterator[Evidence]:
    before, now = usual.latency, during.latency
    if before is None or now is None or min(before.requests, now.requests) < LEAST_TIMED:
        return
    expected = f"95 % of answers within over {SLOW_RATIO:g} × the usual time and over {SLOW_MS:.0f} ms"
    seen = (
        f"median {now.p50_ms:.0f} ms, 95 % within {now.p95_ms:.0f} ms; "
        f"usually {before.p50_ms:.0f} and {before.p95_ms:.0f} ms"
    )
    times = _ratio(now.p95_ms, before.p95_ms)
    if times >= SLOW_RATIO and now.p95_ms >= SLOW_MS:
        yield favours("latency", STRONG, seen, expected)
    elif is_stuck:
        # The log tells only of what was answered.
        yield notes("latency", seen, expected)
    elif times <= AS_QUICK_RATIO or now.p95_ms <= AS_QUICK_MS:
        yield opposes("latency", STRONG, seen, expected)
    else:
        yield notes("latency", seen, expected)


def _busy(observations: Observations) -> Iterator[Evidence]:
    for process in observations.of(ProcessExamined):
        tree = max(1, process.workers or 0)
        if process.cpu_share is not None and process.cpu_share >= BUSY_CORES_PER_PROCESS * tree:
            seen = f"{process.component}: {process.cpu_share:.0%} of a core over {tree} processes"
            yield favours("process", WEAK, seen, "every process busy all the time")
        before = observations.earlier(ProcessExamined, process.component)
        waiting, usually = process.open_files or 0, (before.open_files or 0) if before else 0
        if before and waiting >= QUEUE_LEAST and waiting >= QUEUE_RATIO * usually:
            seen = f"{process.component}: {waiting} files and connections open, {usually} while all was well"
            yield favours("queue", STRONG, seen, "people queue: far more connections are open than before")
    for liveness in observations.of(LivenessExamined):
        if liveness.ms > LIVENESS_SLOW_MS:
            seen = f"{liveness.component}: the health path takes {liveness.ms:.0f} ms or more"
            yield favours("liveness", WEAK, seen, "requests queue, even for the health path")


CAUSE = Cause(
    id="load",
    title="heavy traffic",
    predictions=__doc__ or "",
    asks_for=(Examination.PROCESS, Examination.LIVENESS, Examination.HELD),
    weigh=weigh,
)
