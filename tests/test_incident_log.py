"""The log is append-only and chained, and an incident is the fold of its entries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward import incident_log
from doorward.errors import LogBroken
from doorward.model.action import Action, ActionKind, ActionState, Plan
from doorward.model.entry import (
    ENTRY_KINDS,
    KIND_OF,
    Acknowledged,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Asked,
    Entry,
    EntryBody,
    Escalated,
    Joined,
    Noted,
    PageDelivered,
    PageQueued,
    Planned,
    Recovered,
    Resolved,
)
from doorward.model.incident import IncidentState
from doorward.model.page import PageState
from tests.entries import chain, declared, detection

PLAN = Plan("abc", "because", (Action(1, ActionKind.VERIFY, "auth", "portal", "sign in"),))
NOTES = st.lists(st.text(max_size=40).map(Noted), max_size=12)


def test_a_whole_chain_verifies() -> None:
    assert incident_log.verify(chain([declared(), Noted("one"), Noted("two")])) == 3


@given(NOTES.filter(bool), st.data())
def test_no_line_can_be_changed_without_being_noticed(notes: list[EntryBody], data: st.DataObject) -> None:
    entries = list(chain([declared(), *notes]))
    victim = data.draw(st.integers(1, len(entries) - 1))
    entries[victim] = replace(entries[victim], body=Noted(f"not {notes[victim - 1]}"))
    with pytest.raises(LogBroken):
        incident_log.verify(entries)


@given(NOTES.filter(lambda notes: len(notes) > 1), st.data())
def test_no_line_can_be_left_out_without_being_noticed(notes: list[EntryBody], data: st.DataObject) -> None:
    entries = list(chain([declared(), *notes]))
    del entries[data.draw(st.integers(0, len(entries) - 2))]
    with pytest.raises(LogBroken):
        incident_log.verify(entries)


def test_a_cut_end_is_noticed_by_the_anchor() -> None:
    entries = chain([declared(), Noted("one"), Noted("two")])
    anchor = (entries[-1].seq, entries[-1].hash)
    with pytest.raises(LogBroken, match="its end was cut off"):
        incident_log.verify(entries[:-1], anchor)


def test_a_rewritten_log_is_noticed_by_the_anchor() -> None:
    anchor = (2, chain([declared(), Noted("the truth")])[1].hash)
    with pytest.raises(LogBroken, match="rewritten"):
        incident_log.verify(chain([declared(), Noted("a better story")]), anchor)


@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_every_kind_has_one_class(kind: str) -> None:
    assert KIND_OF[ENTRY_KINDS[kind]] == kind


def test_a_body_reads_back_as_it_was() -> None:
    body = declared()
    assert incident_log.decode_body("declared", incident_log.encode_body(body)) == body


def test_an_unknown_kind_names_itself() -> None:
    with pytest.raises(LogBroken, match="'invented'"):
        incident_log.decode_body("invented", "{}")


def test_an_incident_begins_with_its_declaration() -> None:
    with pytest.raises(LogBroken, match="does not begin"):
        incident_log.fold(chain([Noted("too early")]))


def test_an_incident_is_declared_once() -> None:
    with pytest.raises(LogBroken, match="twice"):
        incident_log.fold(chain([declared(), declared()]))


def _fold(*bodies: EntryBody) -> incident_log.Incident:
    return incident_log.fold(chain([declared(), *bodies]))


def test_the_first_acknowledgement_counts() -> None:
    incident = _fold(Acknowledged("mine"), Acknowledged("no, mine"))
    assert incident.acknowledged_at == chain([declared(), Acknowledged("mine")])[1].at


def test_an_action_needs_the_approval_of_its_very_plan() -> None:
    with pytest.raises(LogBroken, match="without approval"):
        _fold(Planned(PLAN), ActionStarted("abc", 1))


def test_an_approval_of_another_plan_does_not_fold() -> None:
    with pytest.raises(LogBroken, match="is not the plan"):
        _fold(Planned(PLAN), Approved("other", "policy"))


def test_a_step_that_a_crash_cut_off_may_start_again() -> None:
    incident = _fold(
        Planned(PLAN),
        Approved("abc", "policy"),
        ActionStarted("abc", 1),
        ActionStarted("abc", 1),
        ActionSucceeded("abc", 1, "done"),
    )
    assert [record.state for record in incident.actions] == [ActionState.SUCCEEDED]


def test_a_step_that_ended_does_not_end_again() -> None:
    steps = [ActionStarted("abc", 1), ActionSucceeded("abc", 1, ""), ActionSucceeded("abc", 1, "")]
    with pytest.raises(LogBroken, match="cannot go"):
        _fold(Planned(PLAN), Approved("abc", "policy"), *steps)


def test_a_question_pauses_and_an_approval_answers_it() -> None:
    paused = _fold(Planned(PLAN), Asked("may I?"))
    assert (paused.state, paused.question) == (IncidentState.PAUSED, "may I?")
    assert _fold(Planned(PLAN), Asked("may I?"), Approved("abc", "a person")).question is None


def test_a_relapse_opens_again_and_is_planned_anew() -> None:
    incident = _fold(Planned(PLAN), Recovered("fine"), Joined(detection(), "relapse"))
    assert (incident.state, incident.plan, incident.differential) == (IncidentState.OPEN, None, None)


def test_a_resolved_incident_stays_resolved() -> None:
    with pytest.raises(LogBroken, match="cannot follow"):
        _fold(Resolved("over"), Recovered("again"))


def test_a_page_is_followed_to_its_delivery() -> None:
    queued = PageQueued("k", "file", "pages", "subject", 0)
    incident = _fold(Escalated(0, "IT support", "declared"), queued, PageDelivered("k", 1))
    assert incident.pages[0].state is PageState.DELIVERED


def test_incidents_are_folded_apart() -> None:
    first = chain([declared()], "a")
    second = chain([declared(), Noted("n")], "b")
    mixed: list[Entry] = [*first, *second]
    assert [incident.id for incident in incident_log.fold_all(mixed)] == ["a", "b"]
