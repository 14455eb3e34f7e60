"""Clock: a component's clock is wrong, so that what is valid looks expired or not yet begun.

If it is at work: the Date that a component answers with, or the times in its log, are seconds or more from our own;
tokens, sessions, links or certificates are refused for their times.
If it is not: every component's Date agrees with our clock within the length of the answer.
Licenses nothing: a clock that is set while people are signed in can do more harm than it mends.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose import reasons
from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, blamed, favours, healthy, notes
from doorward.diagnose.examined import Examination, LivenessExamined, TlsExamined
from doorward.diagnose.observations import Observations
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import Reason

# Common libraries allow a token 30 to 60 s of difference (oauth2-proxy 30 s, Spring 60 s); many allow none at all.
FAR_S = 30.0
# Date tells whole seconds, and an answer may take a second: beyond this a clock is off.
OFF_S = 5.0
# What a wrong clock makes of tokens and sessions.
OF_TIME = (Reason.TOKEN_REFUSED, Reason.SESSION_EXPIRED, Reason.STATE_MISMATCH, Reason.WRONG_SECOND_FACTOR)
_EXPECTED = f"a component's clock is more than {OFF_S:g} s from ours"


def weigh(observations: Observations) -> Judgement:
    """The Date of every answer, the times of every log, and whether what is refused is refused for its time."""
    dates = tuple(_dates(observations))
    wrong = [item for item in dates if item.leaning is Leaning.FOR]
    evidence = (*dates, *_logs(observations), *_certificates(observations), *_reasons(observations, bool(wrong)))
    told = any(item.test == "date" for item in evidence)
    return Judgement(
        evidence,
        next_check="Ask the host's time service how far it is off (chronyc tracking, timedatectl); compare all hosts.",
        component=blamed(evidence),
        not_testable="" if told else "no component answers with a Date",
    )


def _dates(observations: Observations) -> Iterator[Evidence]:
    sick, well = [], []
    for liveness in observations.of(LivenessExamined):
        if liveness.ahead_s is None:
            continue
        name, off_s = liveness.component, abs(liveness.ahead_s)
        seen = f"{name}: its Date is {off_s:.0f} s {'ahead of' if liveness.ahead_s >= 0 else 'behind'} our clock"
        # What an answer took may have passed before or after its Date was written.
        if off_s > FAR_S + liveness.ms / 1000:
            sick.append(favours("date", DECISIVE, seen, _EXPECTED, name))
        elif off_s > OFF_S + liveness.ms / 1000:
            sick.append(favours("date", STRONG, seen, _EXPECTED, name))
        else:
            well.append(f"{name}: its Date agrees with our clock within {max(off_s, 1):.0f} s")
    yield from (*sick, *healthy("date", DECISIVE, well, _EXPECTED, sick))


def _logs(observations: Observations) -> Iterator[Evidence]:
    """A log can only be ahead by a wrong clock; behind it may be because nothing happened."""
    for component, ahead_s in observations.logs_ahead_s:
        seen = f"{component}: its log speaks of a time {ahead_s:.0f} s ahead of our clock"
        if ahead_s > OFF_S:
            yield favours("log", STRONG, seen, _EXPECTED, component)


def _certificates(observations: Observations) -> Iterator[Evidence]:
    for tls in observations.of(TlsExamined):
        if "not yet valid" in tls.problem:
            seen = f"{tls.component}: {tls.place}: {tls.problem}"
            yield favours("certificate", WEAK, seen, "a certificate whose time has not begun", tls.component)


def _reasons(observations: Observations, is_wrong: bool) -> Iterator[Evidence]:
    """That things are refused for their time has other causes too: alone it says nothing of clocks."""
    rises = reasons.risen(observations, OF_TIME)
    if rises:
        expected = "tokens, sessions or codes are refused for their time"
        seen = reasons.told(rises)
        yield favours("reasons", WEAK, seen, expected) if is_wrong else notes("reasons", seen, expected)


CAUSE = Cause(
    id="clock",
    title="wrong clock",
    predictions=__doc__ or "",
    asks_for=(Examination.LIVENESS, Examination.TLS),
    weigh=weigh,
)
