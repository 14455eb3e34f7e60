"""Cause: what one file of `causes/` declares, and how its evidence becomes a verdict.

The scale. A weight is read as the natural logarithm of how much likelier the evidence is if the cause is at work than
if it is not, after the grades of Kass and Raftery (1995, JASA 90:773, §3.2), where 3 (20 to 1) is "strong" and 1 is
where evidence becomes worth a mention. The weights are set by hand, not estimated from data: what the tests hold to is
their sign, their order, and the verdict on every drill and decoy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from doorward.diagnose.examined import Examination
from doorward.diagnose.observations import Observations
from doorward.model.action import ActionKind
from doorward.model.config_version import Change
from doorward.model.diagnosis import Evidence, Hypothesis, Leaning, Verdict

# A test that settles the question by itself: the process is dead, the lock cannot be had. About 50 to 1.
DECISIVE = 4.0
# Two of these settle it, one does not. About 7 to 1.
STRONG = 2.0
# Worth saying; never settles anything alone. About 3 to 1.
WEAK = 1.0

# Kass and Raftery's "strong": 20 to 1, for as against.
SUPPORTED_AT = 3.0
RULED_OUT_AT = -3.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a cause makes of the observations, before the verdict is drawn from the score.

    `component` and `change` say where the cause would sit. `not_testable` says why the tests that could rule it out
    could not be made ('' if they were): such a cause can still be supported, never ruled out.
    """

    evidence: tuple[Evidence, ...]
    next_check: str
    component: str | None = None
    change: Change | None = None
    not_testable: str = ""
    explains: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The sum of the signed weights."""
        return sum((item.signed_weight for item in self.evidence), 0.0)

    @property
    def verdict(self) -> Verdict:
        """Supported and ruled out by the score; between them open, or not testable where the tests are lacking."""
        if self.score >= SUPPORTED_AT:
            return Verdict.SUPPORTED
        if self.not_testable:
            return Verdict.NOT_TESTABLE
        return Verdict.RULED_OUT if self.score <= RULED_OUT_AT else Verdict.OPEN

    @property
    def reason(self) -> str:
        """Why that verdict: all that weighs most on its side, or what is lacking."""
        if self.verdict is Verdict.NOT_TESTABLE:
            return self.not_testable
        side = {Verdict.SUPPORTED: Leaning.FOR, Verdict.RULED_OUT: Leaning.AGAINST}.get(self.verdict)
        told = [item for item in self.evidence if item.leaning is side]
        if not told:
            return f"the evidence does not settle it (score {self.score:+.1f})"
        heaviest = max(item.weight for item in told)
        return "; ".join(item.seen for item in told if item.weight == heaviest)


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible cause. `predictions` is its manual page (the module's docstring): what is seen if it is at work.

    `asks_for` names the examinations it needs; `weigh` is pure. `remedy` is the kind of action that the cause licenses
    once it is supported, None where a person must act.
    """

    id: str
    title: str
    predictions: str
    asks_for: tuple[Examination, ...]
    weigh: Callable[[Observations], Judgement]
    remedy: ActionKind | None = None

    def judge(self, observations: Observations) -> Hypothesis:
        """The hypothesis, with its verdict and reason drawn from the judgement."""
        judgement = self.weigh(observations)
        supported = judgement.verdict is Verdict.SUPPORTED
        return Hypothesis(
            cause=self.id,
            title=self.title,
            verdict=judgement.verdict,
            reason=judgement.reason,
            score=round(judgement.score, 2),
            evidence=judgement.evidence,
            next_check=judgement.next_check,
            component=judgement.component,
            change=judgement.change,
            remedy=self.remedy if supported else None,
            explains=judgement.explains if supported else (),
        )


def favours(test: str, weight: float, seen: str, expected: str, component: str | None = None) -> Evidence:
    """Evidence for the cause."""
    return Evidence(test, Leaning.FOR, seen, expected, weight, component)


def opposes(test: str, weight: float, seen: str, expected: str) -> Evidence:
    """Evidence against the cause."""
    return Evidence(test, Leaning.AGAINST, seen, expected, weight)


def notes(test: str, seen: str, expected: str) -> Evidence:
    """Something seen that speaks neither way, or that could not be examined."""
    return Evidence(test, Leaning.NEUTRAL, seen, expected, 0.0)


def outweighed(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Where one test settles that something is sick, what others found well says nothing against it: it is told."""
    if not any(item.leaning is Leaning.FOR and item.weight >= DECISIVE for item in evidence):
        return tuple(evidence)
    return tuple(
        notes(item.test, item.seen, item.expected) if item.leaning is Leaning.AGAINST else item for item in evidence
    )


def once(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Of what the same test shows of several components or files the heaviest counts; the others are told."""
    ordered = sorted(evidence, key=lambda item: -item.weight)
    return (*ordered[:1], *(notes(item.test, item.seen, item.expected) for item in ordered[1:]))


def blamed(evidence: Iterable[Evidence]) -> str | None:
    """The component that the heaviest evidence for the cause speaks of, None if none does."""
    told = [item for item in evidence if item.leaning is Leaning.FOR and item.component]
    return max(told, key=lambda item: item.weight).component if told else None


def healthy(
    test: str, weight: float, seen: Sequence[str], expected: str, sick: Sequence[Evidence]
) -> Iterator[Evidence]:
    """What is well speaks against the cause, unless the same test found another component sick."""
    if seen and sick:
        yield notes(test, "; ".join(seen), expected)
    elif seen:
        yield opposes(test, weight, "; ".join(seen), expected)


def unexamined(observations: Observations, examination: Examination, expected: str) -> Iterator[Evidence]:
    """One neutral line for each component where that examination could not be made."""
    for item in observations.not_examined(examination):
        yield notes(examination, f"{item.component}: could not be examined, because {item.because}", expected)
