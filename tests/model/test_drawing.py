"""Drawing: the rows in the differential's order, each verdict in one set of words, what could not be tested."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Differential, Evidence, Hypothesis, Leaning, Verdict
from doorward.model.drawing import VERDICTS, draw

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
FOR = Evidence("lock", Leaning.FOR, "locked", "locked", 4.0, "auth")
WEAK = Evidence("log", Leaning.FOR, "3 × OperationalError", "exceptions", 1.0)
AGAINST = Evidence("process", Leaning.AGAINST, "alive", "gone", 2.0)


def hypothesis(cause: str, verdict: Verdict, *evidence: Evidence, reason: str = "so it is") -> Hypothesis:
    return Hypothesis(cause, f"{cause} failure", verdict, reason, 1.0, evidence, "look at it")


MADE = Differential(
    AT,
    (
        hypothesis("database", Verdict.SUPPORTED, WEAK, FOR),
        hypothesis("client", Verdict.OPEN),
        hypothesis("key", Verdict.NOT_TESTABLE, reason="no file with keys is named"),
        hypothesis("server", Verdict.RULED_OUT, AGAINST),
    ),
    "database",
    "locked",
    (("tls of auth", "it did not end within 3 s"),),
)


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS) == set(Verdict)


def test_the_rows_stand_in_the_differentials_order_and_the_cause_is_marked() -> None:
    drawing = draw(MADE)
    assert [(row.cause, row.is_conclusion) for row in drawing.rows] == [
        *(("database", True), ("client", False), ("key", False), ("server", False)),
    ]
    assert drawing.cause == drawing.rows[0]
    assert drawing.headline == "database failure"


def test_the_heaviest_evidence_comes_first_and_bears_on_the_verdict() -> None:
    database, client, _, server = draw(MADE).rows
    assert database.told == ("locked", "3 × OperationalError")
    assert server.told == ("alive",)
    assert client.told == ("so it is",)


def test_what_could_not_be_tested_is_told_by_cause_and_by_examination() -> None:
    assert draw(MADE).not_tested == (
        ("key failure", "no file with keys is named"),
        ("tls of auth", "it did not end within 3 s"),
    )


def test_titles_are_given_in_the_order_of_the_verdicts_asked_for() -> None:
    assert draw(MADE).titles(Verdict.RULED_OUT, Verdict.OPEN) == ("server failure", "client failure")


@pytest.mark.parametrize(
    ("conclusion", "headline"), [(NOTHING_WRONG, "nothing is wrong"), (CANNOT_TELL, "cannot tell"), ("gone", "gone")]
)
def test_without_a_cause_it_says_so(conclusion: str, headline: str) -> None:
    drawing = draw(replace(MADE, conclusion=conclusion))
    assert drawing.headline == headline
    assert drawing.cause is None
