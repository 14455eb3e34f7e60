"""A Differential → the one drawing of it that terminal, page, dashboard and postmortem typeset; pure.

Who wants to show causes shows the rows of `draw`, in their order and in their words: nowhere else is a verdict put into
words, a reason chosen, or evidence sorted.
"""

from __future__ import annotations

from dataclasses import dataclass

from doorward.model.action import ActionKind
from doorward.model.diagnosis import (
    CANNOT_TELL,
    NOTHING_WRONG,
    Differential,
    Evidence,
    Hypothesis,
    Leaning,
    Verdict,
)

VERDICTS: dict[Verdict, str] = {
    Verdict.SUPPORTED: "Supported",
    Verdict.RULED_OUT: "Ruled out",
    Verdict.NOT_TESTABLE: "Could not be tested",
    Verdict.OPEN: "Still open",
}
_HEADLINES = {NOTHING_WRONG: "nothing is wrong", CANNOT_TELL: "cannot tell"}


@dataclass(frozen=True, slots=True)
class Row:
    """One cause. `word` is its verdict in people's words; each of the three lists of evidence is heaviest first."""

    cause: str
    title: str
    verdict: Verdict
    word: str
    is_conclusion: bool
    reason: str
    score: float
    component: str | None
    speaks_for: tuple[Evidence, ...]
    speaks_against: tuple[Evidence, ...]
    speaks_neither: tuple[Evidence, ...]
    next_check: str
    remedy: ActionKind | None

    @property
    def told(self) -> tuple[str, ...]:
        """What was seen, as far as it bears on the verdict: for a cause that stands what speaks for it, else against.
        The reason where nothing does."""
        standing = self.verdict is Verdict.SUPPORTED
        bearing = self.speaks_for if standing else self.speaks_against
        return tuple(item.seen for item in bearing) or ((self.reason,) if self.reason else ())


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole: `headline` is the concluded cause's title, or that nothing is wrong, or that it cannot be told.

    `not_tested` is what could not be tested, and why; `cause` is the row that is concluded, None where none is.
    """

    headline: str
    reason: str
    rows: tuple[Row, ...]
    not_tested: tuple[tuple[str, str], ...]

    @property
    def cause(self) -> Row | None:
        """The concluded cause's row."""
        return next((row for row in self.rows if row.is_conclusion), None)

    def of(self, *verdicts: Verdict) -> tuple[Row, ...]:
        """The rows with these verdicts: by verdict as they are named, then as drawn."""
        return tuple(row for verdict in verdicts for row in self.rows if row.verdict is verdict)

    def titles(self, *verdicts: Verdict) -> tuple[str, ...]:
        """Their titles."""
        return tuple(row.title for row in self.of(*verdicts))


def draw(differential: Differential) -> Drawing:
    """The drawing of that differential; the same one always gives the same."""
    rows = tuple(_row(hypothesis, differential.conclusion) for hypothesis in differential.hypotheses)
    concluded = differential.concluded
    headline = concluded.title if concluded else _HEADLINES.get(differential.conclusion, differential.conclusion)
    untestable = tuple((row.title, row.reason) for row in rows if row.verdict is Verdict.NOT_TESTABLE)
    return Drawing(headline, differential.reason, rows, (*untestable, *differential.not_examined))


def _row(hypothesis: Hypothesis, conclusion: str) -> Row:
    return Row(
        cause=hypothesis.cause,
        title=hypothesis.title,
        verdict=hypothesis.verdict,
        word=VERDICTS[hypothesis.verdict],
        is_conclusion=hypothesis.cause == conclusion,
        reason=hypothesis.reason,
        score=hypothesis.score,
        component=hypothesis.component,
        speaks_for=_leaning(hypothesis, Leaning.FOR),
        speaks_against=_leaning(hypothesis, Leaning.AGAINST),
        speaks_neither=_leaning(hypothesis, Leaning.NEUTRAL),
        next_check=hypothesis.next_check,
        remedy=hypothesis.remedy,
    )


def _leaning(hypothesis: Hypothesis, leaning: Leaning) -> tuple[Evidence, ...]:
    found = [item for item in hypothesis.evidence if item.leaning is leaning]
    return tuple(sorted(found, key=lambda item: -item.weight))
