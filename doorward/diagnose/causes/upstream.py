"""Upstream: a service that others keep, such as an identity provider, fails, and sign-in with it.

If it is at work: the provider's discovery document, its keys or its health cannot be had, while every component of
ours is well; sign-ins fail for the provider's errors, those of its people alone where there are several; trial sign-ins
end on a page of its; or people who come to us are led there, and from some places nobody comes back.
If it is not: what others keep answers as usual; or every provider on the way is a component of ours, whose process,
database and network are examined as such.
Licenses nothing: its keeper must act.
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
from doorward.diagnose.causes.client import BY_CHANCE, LEAST_ELSEWHERE, LEAST_FAILURES, WELL_SHARE
from doorward.diagnose.causes.database import DATABASE_EXCEPTIONS
from doorward.diagnose.causes.session_store import STORE_EXCEPTIONS
from doorward.diagnose.contrast import chance_of_contrast
from doorward.diagnose.examinations.fetch import place
from doorward.diagnose.examined import (
    ConnectionExamined,
    DirectoryExamined,
    Examination,
    IssuerExamined,
    UpstreamExamined,
)
from doorward.diagnose.observations import Observations
from doorward.diagnose.unchanged import (
    LEAST_EXCEPTIONS,
    OF_PROVIDERS,
    has_others,
    is_unchanged,
    never_seen,
    new_exceptions,
)
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

# A provider of others that fails, and one that refuses what it took before.
PROVIDERS = (Reason.PROVIDER_ERROR, Reason.TOKEN_REFUSED)
# Others' services are farther away; two seconds for a discovery document is a provider in trouble.
SLOW_MS = 2000.0
BROKEN_SHARE = 0.3
# Requests from where nobody gets in: so many, and so many times the usual share, are no chance; a crowd is strangers.
LEAST_STRAYED = 20
STRAYED_RATIO = 3.0
MOST_REQUESTS = 1.5
# Of the usual sign-ins.
WELL_SIGN_INS = 0.5
_EXPECTED = "what others keep does not answer, or answers with errors"
# RFC 4511 appendix A: busy, unavailable. Any other code is a server that works, whatever it thinks of the bind.
_BUSY = (51, 52)


def weigh(observations: Observations) -> Judgement:
    """Every service of others, and the reasons that speak of a provider."""
    ended, lost, named, strayed = (tuple(find(observations)) for find in (_ended_there, _lost, _named, _strayed))
    is_told = bool(ended or lost or named or strayed)
    is_suspect = is_told or bool(reasons.risen(observations, PROVIDERS))
    examined = tuple(_examined(observations, is_suspect))
    has_upstream = any(item.leaning is not Leaning.NEUTRAL for item in examined)
    evidence = (
        *examined,
        *lost,
        *ended,
        *((*named, *strayed) if has_upstream else ()),
        *_reasons(observations, has_upstream, is_told),
        *_provider(observations),
    )
    if has_upstream and is_suspect and is_unchanged(observations):
        seen = "no code, setting or key of ours has changed"
        evidence = (*evidence, favours("unchanged", STRONG, seen, "sign-in fails at others, and we did nothing"))
    missing = (*observations.not_examined(Examination.UPSTREAM), *observations.not_examined(Examination.ISSUER))
    because = f"{missing[0].component}: {missing[0].because}" if missing else ""
    if not has_upstream and not missing:
        if not observations.examinations:
            because = "nothing could be examined"
        else:
            seen = "no service of others is named: every provider on the way is a component of ours"
            evidence = (*evidence, opposes("upstream", DECISIVE, seen, _EXPECTED))
    return Judgement(
        evidence,
        next_check="Look at the provider's status page and ask its keeper; say on your own page that you know.",
        component=blamed(evidence),
        not_testable=because,
    )


def ours(observations: Observations) -> frozenset[str]:
    """host:port of every component that is examined as one of ours."""
    return frozenset(connection.address for connection in observations.of(ConnectionExamined))


def _examined(observations: Observations, is_suspect: bool) -> Iterator[Evidence]:
    """That a page of it answers says little where sign-ins fail for it, or end there: it has more than one."""
    own, sick, well, local = ours(observations), [], [], []
    for where, seen, is_well, component in _answers(observations):
        if where in own:
            local.append(notes("issuer", f"{seen} (a component of ours)", _EXPECTED))
        elif is_well:
            well.append(seen)
        else:
            sick.append(favours("upstream", DECISIVE, seen, _EXPECTED, component))
    weight = WEAK if is_suspect else DECISIVE
    yield from (*sick, *healthy("upstream", weight, well, _EXPECTED, sick), *local)
    yield from unexamined(observations, Examination.UPSTREAM, _EXPECTED)


def _lost(observations: Observations) -> Iterator[Evidence]:
    """Addresses that the provider's document names, that answered while all was well and do not now."""
    own = ours(observations)
    for issuer in observations.of(IssuerExamined):
        before = observations.earlier(IssuerExamined, issuer.component)
        if place(issuer.issuer) in own or before is None:
            continue
        usual = dict(before.endpoints)
        for name, status in issuer.endpoints:
            if _is_there(usual.get(name)) and not _is_there(status):
                said, then = f"HTTP {status}" if status else "nothing", f"HTTP {usual[name]} while all was well"
                seen = f"{issuer.component}: {issuer.issuer}: its {name} answers {said}, and {then}"
                yield favours("endpoint", DECISIVE, seen, _EXPECTED, issuer.component)
                return


def _named(observations: Observations) -> Iterator[Evidence]:
    """Exceptions that were never seen before, and by their names are about what a provider answered; or by any name,
    where others provide and nothing of ours changed: what they answer is likelier to be new than what our rows say."""
    told = [(name, n) for name, n in never_seen(observations) if OF_PROVIDERS.search(name)]
    seen = ", ".join(f"{n} × {name}" for name, n in told) if sum(n for _, n in told) >= LEAST_EXCEPTIONS else ""
    if not seen and has_others(observations) and is_unchanged(observations):
        seen = new_exceptions(observations, (*DATABASE_EXCEPTIONS, *STORE_EXCEPTIONS))
    if seen:
        yield favours("exceptions", STRONG, f"{seen}, never seen before", "what a provider answers is not what it was")


def _is_there(status: int | None) -> bool:
    return status is not None and status < 500 and status not in (404, 410)


def _ended_there(observations: Observations) -> Iterator[Evidence]:
    """The trial sign-in failed on a page of others."""
    own, others = ours(observations), {where for where, *_ in _answers(observations)}
    failed = [p for p in observations.failed_probes if p.outcome is ProbeOutcome.FAILED and p.steps]
    there = [probe for probe in failed if place(probe.steps[-1].url) in others - own]
    if not there or len(there) < len(failed):
        return
    seen = f"probe {there[-1].label}: {there[-1].reason}, at {place(there[-1].steps[-1].url)}"
    yield favours("probe", STRONG, seen, "sign-in ends on a page of others")


def _strayed(observations: Observations) -> Iterator[Evidence]:
    """People ask us as ever, and from far more places than usual nobody gets in, while from others people sign in as
    usual: who is led to others and does not come back fails there, at one of several nodes of theirs."""
    visitors, share = observations.visitors, reasons.success_share(observations, Kind.SIGN_IN)
    if visitors is None or share is None or share < WELL_SIGN_INS or not has_others(observations):
        return
    now, usual = visitors.during, visitors.usual
    counts = (now.nobodys, now.requests, usual.nobodys, usual.requests)
    is_crowd = now.per_min(now.requests) > MOST_REQUESTS * usual.per_min(usual.requests)
    if now.nobodys < LEAST_STRAYED or is_crowd or not usual.requests or chance_of_contrast(*counts) >= BY_CHANCE:
        return
    if now.nobodys * usual.requests >= STRAYED_RATIO * usual.nobodys * now.requests:
        seen = (
            f"{now.nobodys} of {now.requests} requests come from where nobody gets in "
            f"(usually {usual.nobodys} of {usual.requests}), and {share:.1f} × the usual sign-ins succeed"
        )
        yield favours("strayed", STRONG, seen, "people are led to others, and from some places nobody comes back")


def _answers(observations: Observations) -> Iterator[tuple[str, str, bool, str]]:
    """(host:port, what was seen, whether it is well, the component that needs it)."""
    for one in observations.of(UpstreamExamined):
        said = f"answers {one.status} in {one.ms:.0f} ms" if one.status is not None else one.problem
        is_well = one.status is not None and one.status < 500 and one.ms <= SLOW_MS
        yield place(one.place), f"{one.component}: {one.place}: {said}", is_well, one.component
    for issuer in observations.of(IssuerExamined):
        said = issuer.problem or f"document and keys in {issuer.ms:.0f} ms"
        seen = f"{issuer.component}: {issuer.issuer}: {said}"
        yield place(issuer.issuer), seen, not issuer.problem and issuer.ms <= SLOW_MS, issuer.component
    for directory in observations.of(DirectoryExamined):
        said = directory.problem or f"answers a bind with code {directory.code} in {directory.ms:.0f} ms"
        is_well = directory.code is not None and directory.code not in _BUSY and directory.ms <= SLOW_MS
        yield (
            directory.place,
            f"{directory.component}: directory {directory.place}: {said}",
            is_well,
            directory.component,
        )


def _reasons(observations: Observations, has_upstream: bool, is_told: bool) -> Iterator[Evidence]:
    if not reasons.are_compared(observations):
        return
    expected = "sign-ins fail for the provider's errors"
    rises = reasons.risen(observations, PROVIDERS)
    if rises:
        seen = reasons.told(rises)
        yield favours("reasons", WEAK, seen, expected) if has_upstream else notes("reasons", seen, expected)
    elif not is_told:
        # Who is stopped there never comes back with an error, and who asks later is signed in.
        yield opposes("reasons", WEAK, "no more sign-ins than usual fail for a provider's error", expected)


def _provider(observations: Observations) -> Iterator[Evidence]:
    """Several providers, and only the people of one fail."""
    for part in observations.parts:
        if part.dimension != "provider" or part.seen_elsewhere < LEAST_ELSEWHERE:
            continue
        if part.failed >= LEAST_FAILURES and part.share >= BROKEN_SHARE and part.share_elsewhere <= WELL_SHARE:
            seen = (
                f"provider {part.value}: {part.failed} of {part.seen} fail, "
                f"{part.failed_elsewhere} of {part.seen_elsewhere} by the others"
            )
            yield favours("provider", STRONG, seen, "the people of one provider fail, those of the others do not")
            return


CAUSE = Cause(
    id="upstream",
    title="provider that others keep",
    predictions=__doc__ or "",
    asks_for=(Examination.UPSTREAM, Examination.ISSUER, Examination.DIRECTORY),
    weigh=weigh,
)
