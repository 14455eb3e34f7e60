"""An incident as a card: who is hurt, what is known, what may be clicked, what people who wait are told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from doorward import incident_log
from doorward.store import log
from doorward.web import incident_words
from doorward.web.pages import IncidentCard

from . import story

pytestmark = pytest.mark.usefixtures("guarded")


def card(now: datetime, chapter: str) -> IncidentCard:
    """The card of drill A told up to this chapter."""
    story.tell(now, chapter)
    entries = log.entries(story.INCIDENT)
    return incident_words.card(incident_log.fold(entries), entries, now)


@pytest.mark.parametrize(
    ("chapter", "may"),
    [
        ("declared", (True, False, True)),
        ("planned", (True, True, True)),
        ("acknowledged", (False, True, True)),
        ("approved", (False, False, False)),
        ("recovered", (False, False, True)),
        ("resolved", (False, False, False)),
    ],
)
def test_only_what_would_be_accepted_can_be_clicked(now: datetime, chapter: str, may: tuple[bool, bool, bool]) -> None:
    made = card(now, chapter)
    assert (made.can_acknowledge, made.can_approve, made.can_resolve) == may


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("declared", "We are looking for the cause."),
        ("planned", "We have found the cause and are preparing to put it right."),
        ("approved", "We are putting it right."),
        ("recovered", "works again since"),
        ("resolved", "could not use it as usual"),
    ],
)
def test_people_who_wait_hear_where_things_stand(now: datetime, chapter: str, words: str) -> None:
    assert words in card(now, chapter).notice


def test_the_plan_shows_what_each_step_did(now: datetime) -> None:
    made = card(now, "recovered")
    assert made.plan is not None
    assert [action.state for action in made.plan.actions] == ["done"] * 4
    assert made.plan.standing == "Every step is done."
    assert made.verified == "2 of 2 probes passed after the plan."


def test_the_differential_keeps_every_cause_and_says_what_speaks_against_it(now: datetime) -> None:
    made = card(now, "diagnosed")
    assert [cause.verdict for cause in made.causes].count("Ruled out") == 5
    assert made.causes[0].is_conclusion
    assert all(cause.speaks_against for cause in made.causes if cause.verdict == "Ruled out")


def test_before_a_diagnosis_the_card_says_so(now: datetime) -> None:
    made = card(now, "declared")
    assert made.cause == "Not known yet: tests are running."
    assert made.causes == ()


def test_a_long_story_keeps_its_declaration_and_its_newest_lines_in_sight(now: datetime) -> None:
    made = card(now - timedelta(seconds=1), "resolved")
    assert len(made.latest) <= 25
    assert made.latest[0] == made.timeline[0]
    assert made.latest[-1] == made.timeline[-1]
