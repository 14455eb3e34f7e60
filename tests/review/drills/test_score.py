"""A drill is scored by what people met and what the log says; a clock typed in would be noticed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from doorward import incident_log
from doorward.model.diagnosis import Differential
from doorward.model.entry import Diagnosed, EntryBody, PageDelivered, PageQueued, Recovered, SessionsCleared
from doorward.model.incident import Incident
from doorward.review.drills import scenario
from doorward.review.drills.score import Seen, harm, limits, read_truth, score, wrongly_cleared
from tests.entries import T0, chain, declared

DRILLS = Path(__file__).parents[3] / "drills"
DRILL = scenario.load(DRILLS, "2023-10-11-portal")
HARMLESS = scenario.load(DRILLS, "harmless-session-life")


def _seen(seconds: float, person: str, symptom: str | None, network: str = "shared-exit", session: str = "") -> Seen:
    at = T0 + timedelta(seconds=seconds)
    return Seen(at, person, network, "sign-in", symptom is None, symptom, session or None)


def _incident(*bodies: EntryBody) -> Incident:
    return incident_log.fold(chain([declared(), *bodies]))


def test_harm_counts_people_not_attempts_and_no_typing_mistakes() -> None:
    truth = [
        _seen(1, "a", "sent-back"),
        _seen(2, "a", "sent-back"),
        _seen(3, "b", "wrong-password"),
        _seen(4, "c", None),
    ]
    found = harm(truth, T0, None)
    assert (found.people_hurt, found.people_seen, found.first_at) == (1, 3, T0 + timedelta(seconds=1))


def test_what_was_before_the_change_is_not_its_harm() -> None:
    assert harm([_seen(-5, "a", "http-500")], T0, None).people_hurt == 0


@pytest.mark.parametrize(
    ("network", "symptom", "wrong"),
    [("shared-exit", "sent-back", 0), ("single", "sent-back", 1), ("shared-exit", None, 1)],
)
def test_a_cleared_session_is_wrong_unless_the_record_shows_it_broken(
    network: str, symptom: str | None, wrong: int
) -> None:
    truth = [_seen(1, "a", symptom, network, "s1")]
    assert len(wrongly_cleared(truth, T0, ["s1"])) == wrong


def test_a_session_that_nobody_held_counts_as_wrongly_cleared() -> None:
    assert wrongly_cleared([], T0, ["s1"]) == ("s1",)


def test_the_score_is_read_from_log_and_record() -> None:
    differential = Differential(T0, (), "configuration", "the change explains it")
    queued = PageQueued("k", "pages", "file", "subject", 0)
    cleared = SessionsCleared("auth", "predicate", ("s1",), 3)
    incident = _incident(queued, PageDelivered("k", 1), Diagnosed(differential, None), cleared, Recovered("fine"))
    made = score(DRILL, incident, [_seen(-1, "a", "sent-back", session="s1")], T0 - timedelta(seconds=2), None)
    assert (made.detected_after_s, made.paged_after_s, made.restored_after_s) == (2.0, 2.0, 5.0)
    assert (made.cause, made.cause_correct, made.sessions_cleared) == ("configuration", True, 1)


def test_an_undetected_fault_meets_no_limit_but_that_of_harmless_clearing() -> None:
    made = score(DRILL, None, [_seen(1, "a", "sent-back")], T0, None)
    assert [limit.name for limit in limits(DRILL, made, 0) if limit.holds] == ["no healthy session is cleared"]


def test_a_harmless_drill_is_met_only_by_silence() -> None:
    made = score(HARMLESS, None, [], T0, None)
    assert [limit.holds for limit in limits(HARMLESS, made, 0)] == [True]
    assert [limit.holds for limit in limits(HARMLESS, made, 1)] == [False]


def test_a_record_that_was_cut_short_is_read_to_its_last_whole_line() -> None:
    whole = b'{"time":"2026-03-01T08:00:00Z","person":"a","network":"single","action":"open","ok":true}\n'
    assert [seen.person for seen in read_truth([whole, b'{"time":"2026-03'])] == ["a"]
