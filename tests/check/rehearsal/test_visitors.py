"""People at home and people behind a shared exit, joined to one outcome a probe."""

from __future__ import annotations

from doorward.check.rehearsal.outcome import PROBES, Outcome, Reason
from doorward.check.rehearsal.visitors import NEITHER_SHARED, ONLY_SHARED, joined
from doorward.model.finding import What

OK, BACK = Outcome(Reason.OK), Outcome(Reason.SENT_BACK)


def both(old: Outcome, new: Outcome) -> tuple[dict[What, Outcome], dict[What, Outcome]]:
    return dict.fromkeys(PROBES, old), dict.fromkeys(PROBES, new)


def first(home: tuple[Outcome, Outcome], shared: tuple[Outcome, Outcome]) -> tuple[Outcome, Outcome]:
    old, new = joined(both(*home), both(*shared))
    return old[PROBES[0]], new[PROBES[0]]


def test_what_only_a_shared_exit_loses_is_lost_and_says_so() -> None:
    assert first((OK, OK), (OK, BACK)) == (OK, Outcome(Reason.SENT_BACK, ONLY_SHARED))


def test_what_only_a_shared_exit_wins_is_mended() -> None:
    assert first((OK, OK), (BACK, OK)) == (Outcome(Reason.SENT_BACK, ONLY_SHARED), OK)


def test_what_everyone_loses_needs_no_word_of_the_shared_exit() -> None:
    assert first((OK, BACK), (OK, BACK)) == (OK, BACK)


def test_who_never_got_in_loses_nothing() -> None:
    assert first((OK, OK), (BACK, BACK)) == (Outcome(Reason.OK, NEITHER_SHARED),) * 2


def test_what_could_not_be_made_before_says_nothing() -> None:
    nothing = Outcome(Reason.NOTHING_OPEN)
    assert first((OK, OK), (nothing, nothing)) == (OK, OK)
