"""What counts as predicted, and how a prediction is marked."""

from __future__ import annotations

import pytest

from bench.check_score import Label, Mark, Scored, faults, goals, loudest, new_findings, predicted, unrehearsed, unseen
from doorward.check.rehearsal import Compared, Outcome, Reason, Rehearsal
from doorward.check.rehearsal.outcome import PROBES
from doorward.model.fact import Where
from doorward.model.finding import Effect, Finding, Severity, What

OLD, NEW = What.EXISTING_SESSION, What.NEW_SIGN_IN
FINE, BROKEN = Outcome(Reason.OK), Outcome(Reason.SENT_BACK)


def finding(severity: Severity, *what: What, fingerprint: str = "0") -> Finding:
    return Finding("KEY-01", severity, Effect("all", what, "now", "out"), "", "", Where("x"), None, fingerprint)


def rehearsal(*broken: What, untried: tuple[What, ...] = ()) -> Rehearsal:
    def seen(probe: What) -> Compared:
        if probe in untried:
            return Compared(probe, Outcome(Reason.NOT_TRIED), Outcome(Reason.NOT_TRIED))
        return Compared(probe, FINE, BROKEN if probe in broken else FINE)

    return Rehearsal("old", "new", "https://portal.example.com", tuple(map(seen, PROBES)), 1.0)


def scored(
    predicted: tuple[What, ...], broken: tuple[What, ...], label: Label = Label.BREAKING, worst: Severity | None = None
) -> Scored:
    return Scored("a change", "DJ-01", label, frozenset(predicted), frozenset(broken), worst, (), False, 1.0)


@pytest.mark.parametrize(
    ("told", "seen", "mark"),
    [
        ((OLD,), (OLD,), Mark.EXACT),
        ((), (), Mark.EXACT),
        ((), (OLD,), Mark.MISSED),
        ((OLD,), (), Mark.FALSE_ALARM),
        ((OLD,), (OLD, NEW), Mark.TOO_LITTLE),
        ((OLD, NEW), (OLD,), Mark.TOO_MUCH),
        ((OLD,), (NEW,), Mark.BOTH),
    ],
)
def test_a_prediction_is_marked_by_what_broke(told: tuple[What, ...], seen: tuple[What, ...], mark: Mark) -> None:
    assert scored(told, seen).mark is mark


def test_a_finding_that_the_old_configuration_has_too_is_not_new() -> None:
    standing, fresh = finding(Severity.OUTAGE, fingerprint="1"), finding(Severity.OUTAGE, fingerprint="2")
    assert new_findings((standing, fresh), (standing,)) == (fresh,)


def test_a_note_predicts_nothing() -> None:
    told = (finding(Severity.NOTE, OLD), finding(Severity.LATENT, NEW))
    assert predicted(told, rehearsal()) == {NEW}
    assert loudest(told) is Severity.LATENT


def test_a_process_that_does_not_start_breaks_every_probe_that_was_tried() -> None:
    told = (finding(Severity.OUTAGE, What.START),)
    assert predicted(told, rehearsal(untried=(What.SSO_RETURN,))) == set(PROBES) - {What.SSO_RETURN}


def test_what_no_probe_is_for_is_not_scored() -> None:
    assert predicted((finding(Severity.OUTAGE, What.RECOVERY, OLD),), rehearsal()) == {OLD}


def test_the_goals_need_every_breaking_change_to_break_and_every_harmless_one_to_be_quiet() -> None:
    good = [scored((OLD,), (OLD,)), scored((), (), Label.HARMLESS, Severity.NOTE)]
    assert goals(good).reached
    assert not goals([*good, scored((), ())]).reached
    assert not goals([*good, scored((OLD,), (OLD, NEW))]).reached
    assert not goals([*good, scored((), (), Label.HARMLESS, Severity.LATENT)]).reached


def test_what_no_probe_sees_is_shown_apart() -> None:
    one = scored((), (), Label.UNSEEN, Severity.LATENT)
    assert faults([one]) == ""
    assert unseen([one]).startswith("latent        a change (DJ-01)")


def test_a_fault_says_what_was_told_and_what_was_seen() -> None:
    assert "broken:    existing-session\n    predicted: none" in faults([scored((), (OLD,))])


def test_a_change_that_could_not_be_rehearsed_is_a_row_of_its_own_and_counts_against_the_goals() -> None:
    one = Scored("a change", "", Label.UNSEEN, frozenset(), frozenset(), None, (), False, 0.0, "KeyError: 'port'")
    assert one.mark is Mark.UNREHEARSED
    assert not goals([one]).reached
    assert unrehearsed([one]) == "a change: could not be rehearsed: KeyError: 'port'"
