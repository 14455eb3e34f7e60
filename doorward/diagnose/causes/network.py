"""Network: people or components cannot reach one another, or names do not resolve.

If it is at work: connections time out or find no way, names do not resolve, while the control target answers; fewer
people than usual reach the service; or what stands before a process alters what the process says.
If it is not: every component connects at every try, or refuses, which its host itself must say; people still arrive.
When the control target fails as well, it is our own network that is cut off, and nothing is said of the service's.
Licenses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose import reasons
from doorward.diagnose.cause import (
    DECISIVE,
    STRONG,
    WEAK,
    Cause,
    Judgement,
    blamed,
    favours,
    healthy,
    notes,
    opposes,
    unexamined,
)
from doorward.diagnose.causes.server import LIVENESS_SLOW_MS
from doorward.diagnose.examinations.fetch import CUT_OFF, place
from doorward.diagnose.examined import (
    ConnectionExamined,
    Examination,
    IssuerExamined,
    LivenessExamined,
    NamesExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.examined_process import FrontExamined, HeldExamined
from doorward.diagnose.observations import ONSET_SLACK, Observations
from doorward.diagnose.signs import answers_itself, is_quick_itself, is_swamped, moved
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

# A lost packet costs a second or more before it is sent again; a handshake within a country stays under a tenth.
SLOW_CONNECT_MS = 500.0
# A look-up takes a few ms from a cache and under 100 elsewhere; a second is a name server that was asked twice.
SLOW_NAMES_MS = 1000.0
# One name that is lost is its keeper's; where all are, it is whom they are asked of.
LEAST_NAMES = 2
# A proxy's own words that it cannot reach what is behind it (RFC 9110 section 15.6).
GATEWAY = (502, 503, 504)
# Workers younger than this, and by so much younger than their head, were not begun with it.
RENEWED_S = 30.0
STARTED_S = 10.0
# Half of the usual requests still arriving is no cut-off. Fewer say nothing: any fault that sends people away early
# makes fewer requests of them.
ARRIVING_SHARE = 0.5
# Every component answers at every try: that settles it for our own way there, which may not be everybody's.
CONNECTED = 3.0
# Words of a trial sign-in that was not answered, and how many of them are no chance.
UNANSWERED = ("timeout", "no-answer", "slow-body")
LEAST_UNANSWERED = 2
_EXPECTED = "connections time out, find no way, or the name does not resolve"


def weigh(observations: Observations) -> Judgement:
    """Connections to every component, with their control targets, and whether people still arrive."""
    connections = observations.of(ConnectionExamined)
    blind = [c for c in connections if c.control not in (None, Reach.CONNECTED, Reach.REFUSED) and not c.answered]
    found = (
        *_connections(tuple(c for c in connections if c not in blind)),
        *(notes("control", f"{c.component}: neither it nor its control target answers", _EXPECTED) for c in blind),
        *_names(observations),
        *_past_the_proxy(observations),
        *_front(observations),
        *_cut_off_answers(observations),
        *_swallowed(observations),
        *_between(observations),
        *_places(observations),
        *_arrivals(observations),
        *unexamined(observations, Examination.CONNECTION, _EXPECTED),
        *unexamined(observations, Examination.NAMES, _EXPECTED),
    )
    # One way is cut, another is open: that one says nothing for the other.
    sick = any(item.leaning is Leaning.FOR and item.weight >= STRONG for item in found)
    # People who arrive say nothing of the way between components, nor of that from one place, nor of a slow one.
    inner = any(item.test in ("between", "vantage", "narrow", "swallowed", "front") for item in found)
    evidence = tuple(
        notes(e.test, e.seen, e.expected)
        if sick and e.leaning is Leaning.AGAINST and (inner or e.test != "arrivals")
        else e
        for e in found
    )
    return Judgement(
        evidence,
        next_check="Try the addresses from another network; look at name servers, firewalls and routes.",
        component=blamed(evidence),
        not_testable=_not_testable(observations, connections, blind),
        # Where no name resolves at all, that of others does not either.
        explains=("upstream",) if _is_nameless(observations) else (),
    )


def _is_nameless(observations: Observations) -> bool:
    """Whether none of the names resolves that did while all was well."""
    asked = observations.of(NamesExamined)
    before = [observations.earlier(NamesExamined, names.component) for names in asked]
    counts = dict(pair for names in asked for pair in names.addresses)
    return len(counts) >= LEAST_NAMES and not any(counts.values()) and all(one and not one.lost for one in before)


def _not_testable(
    observations: Observations, connections: tuple[ConnectionExamined, ...], blind: list[ConnectionExamined]
) -> str:
    if blind or any(probe.outcome is ProbeOutcome.BLIND for probe in observations.probes):
        return "our own network is cut off: the control target does not answer either"
    return "" if connections else "no address could be examined"


def _connections(connections: tuple[ConnectionExamined, ...]) -> Iterator[Evidence]:
    sick: list[Evidence] = []
    well: list[str] = []
    for connection in connections:
        if connection.answered < len(connection.tries):
            sick.extend(_cut_off(connection))
        elif (connection.slowest_ms or 0) > SLOW_CONNECT_MS:
            sick.append(favours("connection", WEAK, _figures(connection), _EXPECTED, connection.component))
        else:
            well.append(_figures(connection))
    yield from (*sick, *healthy("connection", CONNECTED, well, _EXPECTED, sick))


def _cut_off(connection: ConnectionExamined) -> Iterator[Evidence]:
    name = connection.component
    yield favours("connection", STRONG, _figures(connection), _EXPECTED, name)
    if connection.control in (Reach.CONNECTED, Reach.REFUSED):
        seen = f"{name}: its control target answers ({connection.control})"
        yield favours("control", STRONG, seen, "only the way to the component is cut", name)
    elif connection.answered == 0:
        yield favours("connection", WEAK, f"{name}: no try was answered at all", _EXPECTED, name)


def _figures(connection: ConnectionExamined) -> str:
    counts = ", ".join(f"{connection.tries.count(reach)} × {reach}" for reach in Reach if reach in connection.tries)
    slowest = f", slowest {connection.slowest_ms:.0f} ms" if connection.slowest_ms is not None else ""
    refused = " (the host itself says so: the way there works)" if Reach.REFUSED in connection.tries else ""
    return f"{connection.component}: {connection.address}: {counts}{refused}{slowest}"


def _names(observations: Observations) -> Iterator[Evidence]:
    """Names that stand for nothing now; one that resolved while all was well is lost, another may be a mistyped one."""
    expected = "a name that the service depends on does not resolve"
    sick, well = [], []
    for names in observations.of(NamesExamined):
        before = observations.earlier(NamesExamined, names.component)
        resolved = {name for name, count in before.addresses if count} if before else set()
        for name in names.lost:
            said = ", and did while all was well" if name in resolved else ""
            weight = DECISIVE if name in resolved else STRONG
            sick.append(favours("names", weight, f"{names.component}: {name} does not resolve{said}", expected,
                                names.component))  # fmt: skip
        if not names.lost and names.slowest_ms > SLOW_NAMES_MS:
            seen = f"{names.component}: a name takes {names.slowest_ms:.0f} ms to resolve"
            sick.append(favours("names", STRONG, seen, expected, names.component))
        elif not names.lost:
            well.append(f"{names.component}: {', '.join(name for name, _ in names.addresses)} resolve")
    yield from (*sick, *healthy("names", WEAK, well, expected, sick))


def _past_the_proxy(observations: Observations) -> Iterator[Evidence]:
    """The process answers where it listens itself, and not at the address that people use."""
    expected = "the process itself is well, and the way to it is not"
    for liveness in observations.of(LivenessExamined):
        own = next((p.own_place for p in observations.of(ProcessExamined) if _is_well(p, liveness.component)), "")
        if moved(observations, liveness.component):
            # Nobody asks it where it went: no way is cut.
            continue
        if own and (liveness.status is None or liveness.status in GATEWAY):
            said = liveness.problem or f"HTTP {liveness.status}"
            seen = f"{liveness.component}: it answers at {own}; at the address that people use: {said}"
            yield favours("way", DECISIVE, seen, expected, liveness.component)
            return
        if liveness.ms > LIVENESS_SLOW_MS and is_quick_itself(observations, liveness):
            seen = f"{liveness.component}: it answers at {own} at once; where people ask, in {liveness.ms:.0f} ms"
            yield favours("narrow", DECISIVE, seen, expected, liveness.component)
            return


def _front(observations: Observations) -> Iterator[Evidence]:
    """What stands before a process alters what it passed on while all was well: a proxy's settings are no file here."""
    expected = "what people are shown is not what the process says"
    for front in observations.of(FrontExamined):
        before = observations.earlier(FrontExamined, front.component)
        altered = sorted(set(front.altered) - set(before.altered)) if before else []
        if altered and not moved(observations, front.component):
            seen = f"{front.component} itself, at {front.own_place}, says otherwise: {'; '.join(altered[:2])}"
            yield favours("front", DECISIVE, seen, expected, front.component)
            return


def _is_well(process: ProcessExamined, component: str) -> bool:
    return process.component == component and process.own_status is not None and process.own_status < 500


def _cut_off_answers(observations: Observations) -> Iterator[Evidence]:
    """Small answers come, a larger one is cut off: so it looks when large packets are lost."""
    for issuer in observations.of(IssuerExamined):
        if CUT_OFF in issuer.problem:
            seen = f"{issuer.component}: {issuer.problem}"
            yield favours("large", STRONG, seen, "larger answers are cut off", issuer.component)
            return


def _swallowed(observations: Observations) -> Iterator[Evidence]:
    """Trial sign-ins get no answer from a component whose process is well, and has nobody waiting for one: what was
    asked never came to it, or what it said never came back."""
    unanswered = [p for p in observations.failed_probes if p.reason in UNANSWERED and p.steps]
    if len(unanswered) < LEAST_UNANSWERED or 2 * len(unanswered) <= len(observations.failed_probes):
        return
    step = unanswered[-1].steps[-1]
    name = next((c.component for c in observations.of(ConnectionExamined) if c.address == place(step.url)), "")
    held = next((held for held in observations.of(HeldExamined) if held.component == name), None)
    is_well = any(
        one.component == name and one.status is not None and one.status < 500 and one.ms <= LIVENESS_SLOW_MS
        for one in observations.of(LivenessExamined)
    )
    if held is None or held.unanswered or not is_well or is_swamped(observations, name):
        return
    seen = (
        f"{name}: {len(unanswered)} trial sign-ins got no answer to {step.method} {place(step.url)} "
        f"({unanswered[-1].reason}), while the process answers at once and keeps none of {held.connections} "
        "connections waiting"
    )
    # Where something is known to stand between people and the process, that is what swallows.
    weight = CONNECTED if answers_itself(observations, name) else STRONG
    yield favours("swallowed", weight, seen, "what is asked or answered is lost on the way", name)


def _between(observations: Observations) -> Iterator[Evidence]:
    """One component cannot reach another that answers us at once: their way is another than ours. What others keep
    may refuse us in its own way, and who is swamped answers now one, now the other."""
    rises = reasons.risen(observations, (Reason.PROVIDER_ERROR,))
    own = {c.address: c.component for c in observations.of(ConnectionExamined)}
    well = [
        issuer
        for issuer in observations.of(IssuerExamined)
        if not issuer.problem
        and issuer.keys
        and place(issuer.issuer) in own
        and not is_swamped(observations, own[place(issuer.issuer)])
    ]
    if rises and well:
        seen = (
            f"{reasons.told(rises)}, while {well[0].component} serves us its document and keys in {well[0].ms:.0f} ms"
        )
        # Who was started anew at the onset may only believe or be told something else since.
        onset = observations.onset
        anew = onset is not None and any(abs(one.at - onset) <= ONSET_SLACK for one in observations.restarts)
        anew = anew or any(_has_new_workers(process) for process in observations.of(ProcessExamined))
        yield favours("between", WEAK if anew else STRONG, seen, "a component cannot reach another that answers us")


def _has_new_workers(process: ProcessExamined) -> bool:
    """Whether its workers were replaced a moment ago: whom they had in hand, they failed."""
    young_s, head_s = process.youngest_s, process.uptime_s
    return young_s is not None and head_s is not None and young_s <= RENEWED_S and head_s - young_s >= STARTED_S


def _places(observations: Observations) -> Iterator[Evidence]:
    """The same probe gets no answer at one vantage point and passes at another: the service is up, one way is not."""
    last = {result.label: result for result in observations.probes}.values()
    for result in last:
        well = [o for o in last if o.journey == result.journey and o.outcome is ProbeOutcome.PASSED]
        if result.outcome is ProbeOutcome.UNREACHABLE and well:
            seen = f"probe {result.label}: {result.reason}; {well[0].label}: passed"
            yield favours("vantage", DECISIVE, seen, "the service answers at one place and not at another")
            return


def _arrivals(observations: Observations) -> Iterator[Evidence]:
    usual, during = observations.usual, observations.during
    if usual is None or during is None or usual.per_min(Kind.REQUEST) <= 0:
        return
    before, now = usual.per_min(Kind.REQUEST), during.per_min(Kind.REQUEST)
    seen = f"{now:.0f} requests a minute arrive, {before:.0f} usually"
    expected = f"under {ARRIVING_SHARE:.0%} of the usual requests arrive"
    if now >= ARRIVING_SHARE * before:
        yield opposes("arrivals", STRONG, seen, expected)
    else:
        yield notes("arrivals", seen, expected)


CAUSE = Cause(
    id="network",
    title="network failure",
    predictions=__doc__ or "",
    asks_for=(
        Examination.CONNECTION,
        Examination.NAMES,
        Examination.LIVENESS,
        Examination.PROCESS,
        Examination.ISSUER,
        Examination.HELD,
        Examination.FRONT,
    ),
    weigh=weigh,
)
