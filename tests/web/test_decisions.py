"""Decisions by click: done once, in the operator's name, and refused in words when they come late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from doorward import incident_log
from doorward.model.entry import Acknowledged, Approved, Noted, Planned
from doorward.model.incident import IncidentState
from doorward.store import log
from doorward.web import decisions
from doorward.web.decisions import Ruling

from . import story

pytestmark = pytest.mark.usefixtures("guarded")
DIGEST = story.plan().digest


def test_acknowledging_is_written_in_the_operators_name(operator: Client, now: datetime) -> None:
    incident = story.tell(now)
    answer = operator.post(f"/incidents/{incident}/acknowledge/", {"back": "status"}, follow=True)
    assert b"You have the incident" in answer.content
    last = log.entries(incident)[-1]
    assert (last.by, last.body) == ("mara", Acknowledged(""))


def test_an_incident_that_somebody_has_is_not_taken_again(now: datetime) -> None:
    incident = story.tell(now, "acknowledged")
    before = log.entries()
    decision = decisions.acknowledge(incident, "ines", now)
    assert decision == decisions.Decision(Ruling.ALREADY_TAKEN, "mara has taken this incident already.")
    assert log.entries() == before


def test_approving_shows_first_what_will_happen_and_then_names_the_plan(operator: Client, now: datetime) -> None:
    incident = story.tell(now)
    asked = operator.get(f"/incidents/{incident}/approve/").content.decode()
    assert "What will happen, in this order" in asked
    assert f'name="plan" value="{DIGEST}"' in asked
    assert log.incident(incident).approved_plan is None  # type: ignore[union-attr]
    operator.post(f"/incidents/{incident}/approve/", {"plan": DIGEST})
    folded = log.incident(incident)
    assert folded is not None
    assert (folded.approved_plan, folded.approved_by) == (DIGEST, "mara")


def test_a_plan_that_changed_after_the_page_was_made_is_not_approved(operator: Client, now: datetime) -> None:
    incident = story.tell(now)
    log.append(incident, "doorward", now, [Planned(replace(story.plan(), digest="0ther0ther00"))])
    answer = operator.post(f"/incidents/{incident}/approve/", {"plan": DIGEST}, follow=True)
    assert b"The plan has changed since you opened this page" in answer.content
    assert not any(isinstance(entry.body, Approved) for entry in log.entries(incident))


@pytest.mark.parametrize(
    ("chapter", "ruling"),
    [
        ("diagnosed", Ruling.NO_PLAN),
        ("approved", Ruling.ALREADY_APPROVED),
        ("resolved", Ruling.ALREADY_APPROVED),
    ],
)
def test_approval_that_comes_at_the_wrong_time_is_refused(now: datetime, chapter: str, ruling: Ruling) -> None:
    incident = story.tell(now, chapter)
    before = len(log.entries())
    assert decisions.approve(incident, "mara", now, DIGEST).ruling is ruling
    assert len(log.entries()) == before


def test_a_plan_of_an_incident_that_is_over_is_not_approved(now: datetime) -> None:
    incident = story.tell(now)
    assert decisions.resolve(incident, "mara", now, "mended by hand").is_done
    assert decisions.approve(incident, "mara", now, DIGEST).ruling is Ruling.NOT_NOW


def test_resolving_waits_while_a_plan_is_being_applied(now: datetime) -> None:
    incident = story.tell(now, "approved")
    assert decisions.resolve(incident, "mara", now, "enough").ruling is Ruling.NOT_NOW
    assert log.incident(incident).state is IncidentState.RECOVERING  # type: ignore[union-attr]


def test_resolving_needs_a_reason_and_happens_once(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "recovered")
    assert decisions.resolve(incident, "mara", now, "  ").ruling is Ruling.NO_TEXT
    operator.post(f"/incidents/{incident}/resolve/", {"reason": "nothing more came"})
    assert log.incident(incident).state is IncidentState.RESOLVED  # type: ignore[union-attr]
    assert decisions.resolve(incident, "mara", now, "again").ruling is Ruling.IS_OVER


def test_a_note_can_be_added_after_the_end_and_is_bounded(now: datetime) -> None:
    incident = story.tell(now, "resolved")
    assert decisions.note(incident, "mara", now, "x" * 5000).is_done
    body = log.entries(incident)[-1].body
    assert isinstance(body, Noted)
    assert len(body.text) == decisions.MOST_TEXT


def test_a_refused_decision_leaves_the_chain_whole(now: datetime) -> None:
    incident = story.tell(now, "acknowledged")
    decisions.acknowledge(incident, "ines", now)
    decisions.note(incident, "ines", now, "went on")
    assert incident_log.verify(log.entries()) == len(log.entries())


@pytest.mark.parametrize("what", ["acknowledge", "note", "resolve", "approve"])
def test_a_decision_about_an_unknown_incident_is_404(operator: Client, what: str) -> None:
    data = {"text": "x", "reason": "x", "plan": "x"}
    assert operator.post(f"/incidents/2020-01-01-1/{what}/", data).status_code == 404


@pytest.mark.parametrize("what", ["acknowledge", "note", "resolve"])
def test_decisions_are_never_taken_by_opening_an_address(operator: Client, now: datetime, what: str) -> None:
    assert operator.get(f"/incidents/{story.tell(now)}/{what}/").status_code == 405


def test_a_form_from_elsewhere_is_refused_in_words(guarded: object, now: datetime) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.create_user("mara", None, "x"))
    incident = story.tell(now)
    before = len(log.entries())
    answer = client.post(f"/incidents/{incident}/acknowledge/")
    assert answer.status_code == 403
    assert b"Nothing was changed" in answer.content
    assert len(log.entries()) == before
