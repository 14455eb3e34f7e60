"""A conclusion falls only by evidence that it does not explain, and never wavers."""

from __future__ import annotations

from datetime import timedelta

from doorward.diagnose.cause import DECISIVE, STRONG, favours
from doorward.diagnose.revision import news
from doorward.model.diagnosis import CANNOT_TELL, Differential, Hypothesis, Verdict
from tests.entries import T0


def stands(cause: str, score: float, weight: float = STRONG, explains: tuple[str, ...] = ()) -> Hypothesis:
    """A cause with that score, for which evidence of that weight speaks."""
    verdict = Verdict.SUPPORTED if score >= 3 else Verdict.OPEN
    evidence = (favours("test", weight, "seen", "expected"),)
    return Hypothesis(cause, cause.title(), verdict, "seen", score, evidence, "look", explains=explains)


def made(conclusion: str, *hypotheses: Hypothesis) -> Differential:
    """A differential that concludes so."""
    return Differential(T0 + timedelta(seconds=30), hypotheses, conclusion, "the tests support it")


def test_the_first_differential_and_a_first_cause_are_news() -> None:
    open_yet = made(CANNOT_TELL, stands("attack", 1))
    found = made("attack", stands("attack", 6))
    assert news(None, open_yet) is open_yet
    assert news(open_yet, found) is found
    assert news(open_yet, open_yet) is None
    # Nothing but time may make it a conclusion: `conclusion.ATTACK_AFTER`.
    waited = made(CANNOT_TELL, stands("attack", 6))
    assert news(waited, found) is found


def test_what_a_test_settles_later_replaces_what_does_not_explain_it_and_says_so() -> None:
    before = made("attack", stands("attack", 6), stands("session-store", -4))
    after = made("session-store", stands("session-store", 4, DECISIVE), stands("attack", 6))
    said = news(before, after)
    assert said is not None
    assert said.conclusion == "session-store"
    assert "revised: Attack was stated before" in said.reason


def test_what_the_earlier_cause_would_bring_about_replaces_nothing() -> None:
    before = made("configuration", stands("configuration", 5, explains=("database",)), stands("database", 0))
    assert news(before, made("database", stands("database", 8, DECISIVE), stands("configuration", 5))) is None


def test_a_lead_that_no_test_settles_replaces_only_what_is_no_longer_supported() -> None:
    before = made("load", stands("load", 5), stands("network", 0))
    assert news(before, made("network", stands("network", 8), stands("load", 5))) is None
    assert news(before, made("network", stands("network", 8), stands("load", 1))) is not None


def test_what_stood_as_high_before_is_no_new_evidence() -> None:
    before = made("load", stands("load", 7), stands("server", 4, DECISIVE))
    assert news(before, made("server", stands("server", 5, DECISIVE), stands("load", 1))) is None


def test_doubt_replaces_no_cause() -> None:
    before = made("load", stands("load", 5))
    assert news(before, made(CANNOT_TELL, stands("load", 2))) is None
    assert news(before, made("load", stands("load", 7))) is None
