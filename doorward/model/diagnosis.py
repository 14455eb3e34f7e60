"""Hypothesis, Evidence, Differential: the possible causes, what speaks for and against each, and what was tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """One thing that a test showed: the test's name, what was seen, what was to be expected were the cause at work."""

    test: str
    leaning: Leaning
    seen: str
    expected: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible cause with its evidence and verdict; `score` is the sum of signed weights, shown, never hidden."""

    cause: str
    title: str
    verdict: Verdict
    reason: str
    score: float
    evidence: tuple[Evidence, ...]
    next_check: str


@dataclass(frozen=True, slots=True)
class Differential:
    """All hypotheses, best first; `conclusion` is a cause id, `nothing-wrong` or `cannot-tell`."""

    made_at: datetime
    hypotheses: tuple[Hypothesis, ...]
    conclusion: str
    reason: str

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """Ids of the causes that the tests ruled out."""
        return tuple(h.cause for h in self.hypotheses if h.verdict is Verdict.RULED_OUT)


NOTHING_WRONG = "nothing-wrong"
CANNOT_TELL = "cannot-tell"
