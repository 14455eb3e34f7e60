"""Hypothesis, Evidence, Differential: the possible causes, what speaks for and against each, and what was tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.model.action import ActionKind
from doorward.model.config_version import Change


class Verdict(StrEnum):
    """What the tests say of one cause."""

    SUPPORTED = "supported"
    RULED_OUT = "ruled out"
    NOT_TESTABLE = "not testable"
    OPEN = "open"


class Leaning(StrEnum):
    """Which way one piece of evidence points."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a test showed: the test's name, what was seen, what was to be expected were the cause at work.

    `weight` is never negative: the leaning is the sign. Neutral evidence weighs nothing. `component` is the one
    that the evidence speaks of, None where it speaks of the whole service.
    """

    test: str
    leaning: Leaning
    seen: str
    expected: str
    weight: float = 1.0
    component: str | None = None

    @property
    def signed_weight(self) -> float:
        """What this evidence adds to the score."""
        return {Leaning.FOR: self.weight, Leaning.AGAINST: -self.weight, Leaning.NEUTRAL: 0.0}[self.leaning]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible cause with its evidence and verdict; `score` is the sum of signed weights, shown, never hidden.

    `component` and `change` say where the cause sits, as far as the tests show it. `remedy` is the kind of action that
    the cause licenses; it is set only while the verdict is `supported`. `explains` names causes whose evidence this one
    would bring about: a configuration that does not start leaves a dead process behind.
    """

    cause: str
    title: str
    verdict: Verdict
    reason: str
    score: float
    evidence: tuple[Evidence, ...]
    next_check: str
    component: str | None = None
    change: Change | None = None
    remedy: ActionKind | None = None
    explains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differential:
    """All hypotheses, best first; `conclusion` is a cause id, `nothing-wrong` or `cannot-tell`.

    `not_examined` names what could not be looked at, and why; `steps` tells how the conclusion was drawn.
    """

    made_at: datetime
    hypotheses: tuple[Hypothesis, ...]
    conclusion: str
    reason: str
    not_examined: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """Ids of the causes that the tests ruled out."""
        return tuple(h.cause for h in self.hypotheses if h.verdict is Verdict.RULED_OUT)

    @property
    def concluded(self) -> Hypothesis | None:
        """The hypothesis that the conclusion names, None for `nothing-wrong` and `cannot-tell`."""
        return self.hypothesis(self.conclusion)

    def hypothesis(self, cause: str) -> Hypothesis | None:
        """The hypothesis of that cause, None if it was not considered."""
        return next((h for h in self.hypotheses if h.cause == cause), None)


NOTHING_WRONG = "nothing-wrong"
CANNOT_TELL = "cannot-tell"
