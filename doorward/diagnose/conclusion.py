"""Conclusion: every cause judged by the same observations, and what follows. Pure: `now` is an argument.

The conclusion is a cause only if its evidence supports it and leads clearly over every rival that it does not explain;
without a supported cause it is `nothing-wrong` when no signal stands, else `cannot-tell`. It never guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from doorward.diagnose import reasons, symptoms
from doorward.diagnose.cause import DECISIVE, SUPPORTED_AT, Cause, favours
from doorward.diagnose.causes import causes
from doorward.diagnose.examined import NotExamined
from doorward.diagnose.observations import Observations
from doorward.diagnose.symptoms import Symptom
from doorward.diagnose.timing import changes
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Differential, Hypothesis, Leaning, Verdict
from doorward.model.sign_in import TYPED, Kind, Reason

# Two supported causes closer than this (7 to 1 on the scale of `cause`) are equally supported: a person must look.
CLEAR_LEAD = 2.0
# That tests rule out every other cause speaks for the one left, but not alone: some causes are not on the list.
ELIMINATION = 1.5
# Against this part of the others at least tests must speak; the rest could not be tested, and nothing speaks for it.
ELIMINATED_SHARE = 0.75
# In the first seconds the right cause may show nothing yet, and another be all that is left.
ELIMINATION_AFTER = timedelta(seconds=10)
# Of the usual sign-ins so many succeed meanwhile, and so often must have been looked before.
PARTIAL_SHARE = 0.3
PARTIAL_LOOKS = 2
ATTACK = "attack"
# What guesses at passwords bring about nowhere.
UNTYPED = frozenset(Reason) - TYPED - {Reason.OK, Reason.SESSION_EXPIRED, Reason.CSRF, Reason.OTHER}
# What no guess at a password makes of a trial sign-in, and how often that is no chance.
BEYOND = frozenset({Symptom.SENT_BACK, Symptom.SERVER_ERROR, Symptom.REFUSED})
LEAST_BEYOND = 2
# Guesses hurt nobody and license nothing: what they may hide, or be mistaken for, is given time to show itself.
ATTACK_AFTER = timedelta(seconds=15)

_RANK = {Verdict.SUPPORTED: 0, Verdict.OPEN: 1, Verdict.NOT_TESTABLE: 2, Verdict.RULED_OUT: 3}


def differential(observations: Observations, now: datetime, considered: Iterable[Cause] | None = None) -> Differential:
    """Judge every cause (all of `causes/` unless some are named), best first."""
    chosen = tuple(causes() if considered is None else considered)
    hypotheses = tuple(cause.judge(observations) for cause in chosen)
    first = min((one.onset for one in observations.detections), default=observations.onset)
    if first is not None and now - first >= ELIMINATION_AFTER and _has_looked(observations):
        hypotheses = _eliminate(hypotheses, chosen, observations)
    conclusion, reason = _conclude(rank(hypotheses), observations)
    if conclusion == ATTACK and now - _last_disturbed(observations, now) < ATTACK_AFTER:
        early = next(h for h in hypotheses if h.cause == ATTACK)
        if not is_settled(early):
            conclusion, reason = CANNOT_TELL, f"so far it looks like a {early.title}; what else there is may yet show"
    ranked = rank(hypotheses, conclusion)
    steps = tuple(_steps(observations, ranked, conclusion))
    return Differential(now, ranked, conclusion, reason, _not_examined(observations), steps)


def _has_looked(observations: Observations) -> bool:
    """Whether it was looked at often enough to say what it is not: what fails for some, or now and then, may be well
    at the moment of one look."""
    share = reasons.success_share(observations, Kind.SIGN_IN)
    is_partial = share is not None and share >= PARTIAL_SHARE
    return not is_partial or observations.looks is None or observations.looks >= PARTIAL_LOOKS


def _last_disturbed(observations: Observations, now: datetime) -> datetime:
    """The onset, or what was put in place or started since: what that does to people takes its time to show."""
    began = observations.onset or now - ATTACK_AFTER
    return max([began, *(at for at in (*changes(observations), *(r.at for r in observations.restarts)) if at <= now)])


def rank(hypotheses: Iterable[Hypothesis], conclusion: str = "") -> tuple[Hypothesis, ...]:
    """Best first. What is concluded stands first, also where what it explains has more evidence of its own."""
    return tuple(sorted(hypotheses, key=lambda h: (h.cause != conclusion, _RANK[h.verdict], -h.score, h.cause)))


def _not_examined(observations: Observations) -> tuple[tuple[str, str], ...]:
    missing = (item for item in observations.of(NotExamined) if item.applies)
    return tuple((f"{item.examination} of {item.component}", item.because) for item in missing)


def _steps(observations: Observations, ranked: tuple[Hypothesis, ...], conclusion: str) -> Iterator[str]:
    """How it came to the conclusion, step by step."""
    made = [result for result in observations.examinations if not isinstance(result, NotExamined)]
    yield (
        f"{len(ranked)} causes are judged by {len(made)} examinations, {len(observations.detections)} detections and "
        f"{len(observations.probes)} trial sign-ins, of which {len(observations.failed_probes)} failed"
    )
    supported = [h for h in ranked if h.verdict is Verdict.SUPPORTED]
    named = ", ".join(f"{h.title} ({h.score:+.1f})" for h in supported) or "none"
    yield f"supported is what has a score of {SUPPORTED_AT:+.1f} or more: {named}"
    for h in supported:
        below = [other.title for other in supported if other.cause in h.explains]
        if below:
            yield f"{h.title} would bring about {', '.join(below)}: that is no rival"
    rivals = _rivals(supported, observations)
    explained = {cause for h in supported for cause in h.explains}
    if any(h.cause == ATTACK and h not in rivals for h in supported) and ATTACK not in explained:
        yield "guesses hurt nobody by themselves, and something else is broken"
    if len(rivals) > 1:
        lead = rivals[0].score - rivals[1].score
        yield f"{rivals[0].title} leads {rivals[1].title} by {lead:.1f}; a clear lead is {CLEAR_LEAD:.1f}"
    yield f"conclusion: {conclusion}"


def _eliminate(
    hypotheses: tuple[Hypothesis, ...], chosen: tuple[Cause, ...], observations: Observations
) -> tuple[Hypothesis, ...]:
    """If tests speak against nearly every cause but one that has more for than against it, and for none of the others,
    say so as evidence of its own."""
    left = [h for h in hypotheses if h.verdict is not Verdict.RULED_OUT and h.score > 0]
    if goes_beyond_guesses(observations):
        left = [h for h in left if h.cause != ATTACK or is_settled(h)]
    ruled_out = [h for h in hypotheses if h.score < 0]
    if len(left) != 1 or left[0].verdict is not Verdict.OPEN or left[0].score <= 0:
        return hypotheses
    last = left[0]
    if not ruled_out or len(ruled_out) < ELIMINATED_SHARE * (len(hypotheses) - 1):
        return hypotheses
    others = ", ".join(h.title for h in ruled_out)
    evidence = favours("elimination", ELIMINATION, f"tests speak against {others}", "no other cause is left")
    score = last.score + ELIMINATION
    raised = replace(last, score=score, evidence=(*last.evidence, evidence))
    if score >= SUPPORTED_AT:
        remedy = next(cause.remedy for cause in chosen if cause.id == last.cause)
        raised = replace(raised, verdict=Verdict.SUPPORTED, reason=evidence.seen, remedy=remedy)
    return tuple(raised if h is last else h for h in hypotheses)


def _conclude(ranked: tuple[Hypothesis, ...], observations: Observations) -> tuple[str, str]:
    rivals = _rivals([h for h in ranked if h.verdict is Verdict.SUPPORTED], observations)
    if not rivals:
        return _conclude_nothing(ranked, observations.has_signal)
    best = rivals[0]
    if len(rivals) > 1 and best.score - rivals[1].score < CLEAR_LEAD:
        both = " and ".join(f"{h.title} ({h.score:+.1f})" for h in rivals[:2])
        return CANNOT_TELL, f"{both} are both supported, and neither leads clearly"
    return best.cause, best.reason


def _rivals(supported: list[Hypothesis], observations: Observations) -> list[Hypothesis]:
    """What could be the cause, best first: not what another would bring about, nor guesses at passwords where
    something else is broken. These hurt nobody, however plain they are; a flood settles the question itself."""
    explained = {cause for h in supported for cause in h.explains}
    rivals = sorted((h for h in supported if h.cause not in explained), key=lambda h: -h.score)
    if not goes_beyond_guesses(observations) and not any(is_settled(h) for h in rivals if h.cause != ATTACK):
        return rivals
    return [h for h in rivals if h.cause != ATTACK or is_settled(h)]


def goes_beyond_guesses(observations: Observations) -> bool:
    """Whether trial sign-ins fail, which know their password, and people for reasons that nobody causes by typing; or
    trial sign-ins alone, again and again, in a way that no guesses bring about."""
    failed = observations.failed_probes
    beyond = [probe for probe in failed if symptoms.of_words(probe.reason) & BEYOND]
    return bool(failed) and (len(beyond) >= LEAST_BEYOND or bool(reasons.risen(observations, UNTYPED)))


def is_settled(hypothesis: Hypothesis) -> bool:
    """Whether one test alone settles that it is at work."""
    return any(item.leaning is Leaning.FOR and item.weight >= DECISIVE for item in hypothesis.evidence)


def _conclude_nothing(ranked: tuple[Hypothesis, ...], has_signal: bool) -> tuple[str, str]:
    if not has_signal:
        return NOTHING_WRONG, "no detection stands, no probe fails, and no examination shows a fault"
    left = [h.title for h in ranked if h.verdict in (Verdict.OPEN, Verdict.NOT_TESTABLE)]
    if not left:
        return CANNOT_TELL, "tests rule out every cause on the list: it is another one"
    return CANNOT_TELL, f"no cause is supported; left open: {', '.join(left)}"
