"""The next move is read from the incident alone: every stand has one, and every end is an end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Verdict
from doorward.model.entry import (
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Asked,
    Diagnosed,
    EntryBody,
    Joined,
    Planned,
    Recovered,
)
from doorward.wiring.moves import DIAGNOSE_AGAIN, LOOK_AGAIN_FOR, PATIENCE, Move, next_move
from tests.entries import T0, detection
from tests.recover.cases import CHANGE, differential, hypothesis, whole_plan
from tests.wiring.cases import incident_of

PLAN = whole_plan()
STEPS = [action.step for action in PLAN.actions]
FOUND = Diagnosed(differential(), CHANGE)
PLANNED = [FOUND, Planned(PLAN)]
APPROVED = [*PLANNED, Approved(PLAN.digest, "a person said so")]
STARTED = [*APPROVED, ActionStarted(PLAN.digest, 1)]
FAILED = [*STARTED, ActionFailed(PLAN.digest, 1, "no"), Asked("What now?")]
DONE = [
    *APPROVED,
    *(body for s in STEPS for body in (ActionStarted(PLAN.digest, s), ActionSucceeded(PLAN.digest, s, "done"))),
]
RECOVERED = [*DONE, Recovered("probes pass")]
# `incident_of` declares one second after T0.
DECLARED_AT = T0 + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("bodies", "move"),
    [
        ([], Move.DIAGNOSE),
        ([FOUND], Move.PLAN),
        ([FOUND, Asked("What now?")], Move.WAIT),
        (PLANNED, Move.APPROVE),
        ([*PLANNED, Asked("May it be applied?")], Move.WAIT),
        (APPROVED, Move.APPLY),
        ([*PLANNED, Asked("May it?"), Approved(PLAN.digest, "yes")], Move.APPLY),
        (STARTED, Move.APPLY),
        (FAILED, Move.WAIT),
        (DONE, Move.SETTLE),
        (RECOVERED, Move.SETTLE),
    ],
)
def test_each_stand_of_an_incident_has_its_move(bodies: list[EntryBody], move: Move) -> None:
    assert next_move(incident_of(*bodies), None, T0) is move


@pytest.mark.parametrize(
    ("bodies", "move"),
    [
        ([], Move.SEE),
        ([FOUND, Asked("What now?")], Move.SEE),
        (PLANNED, Move.SEE),
        (FAILED, Move.SEE),
        (APPROVED, Move.APPLY),
        (STARTED, Move.APPLY),
        (DONE, Move.SETTLE),
        (RECOVERED, Move.SETTLE),
    ],
)
def test_calm_is_seen_only_where_no_repair_of_ours_is_under_way(bodies: list[EntryBody], move: Move) -> None:
    assert next_move(incident_of(*bodies), None, T0, calm=True) is move


@pytest.mark.parametrize("conclusion", [CANNOT_TELL, NOTHING_WRONG])
def test_while_it_cannot_tell_it_looks_again_and_asks_only_when_patience_is_over(conclusion: str) -> None:
    incident = incident_of(Diagnosed(differential(conclusion), None))
    soon, late = DECLARED_AT + timedelta(seconds=5), DECLARED_AT + PATIENCE
    assert next_move(incident, None, soon) is Move.DIAGNOSE
    assert next_move(incident, soon - DIAGNOSE_AGAIN, soon) is Move.DIAGNOSE
    assert next_move(incident, soon, soon) is Move.WAIT
    assert next_move(incident, late, late) is Move.PLAN
    asked = incident_of(Diagnosed(differential(conclusion), None), Asked("What now?"))
    assert next_move(asked, late, late) is Move.WAIT
    assert next_move(asked, late - DIAGNOSE_AGAIN, late) is Move.DIAGNOSE


def test_a_cause_that_was_found_is_not_looked_for_again() -> None:
    assert next_move(incident_of(FOUND), DECLARED_AT, DECLARED_AT + timedelta(hours=1)) is Move.PLAN


JOINED = Joined(detection(), "same-onset")


@pytest.mark.parametrize("bodies", [[FOUND, JOINED], [*PLANNED, JOINED], [FOUND, Asked("What now?"), JOINED]])
def test_a_cause_is_looked_at_again_for_a_while_when_a_further_sign_joins(bodies: list[EntryBody]) -> None:
    incident = incident_of(*bodies)
    assert incident.joined_at is not None
    soon = incident.joined_at + DIAGNOSE_AGAIN
    assert next_move(incident, incident.joined_at, soon) is Move.DIAGNOSE
    assert next_move(incident, soon, soon) is not Move.DIAGNOSE
    assert next_move(incident, None, incident.joined_at + LOOK_AGAIN_FOR + DIAGNOSE_AGAIN) is not Move.DIAGNOSE


def test_a_sign_that_joins_while_an_approved_repair_is_under_way_waits_for_its_end() -> None:
    assert next_move(incident_of(*APPROVED, JOINED), None, T0 + timedelta(seconds=9)) is Move.APPLY


def test_after_a_revision_what_was_asked_and_planned_for_the_earlier_cause_is_planned_anew() -> None:
    revised = Diagnosed(differential("session-store", hypothesis("session-store", Verdict.SUPPORTED)), None)
    assert next_move(incident_of(*PLANNED, Asked("May it?"), revised), None, T0) is Move.PLAN
    assert next_move(incident_of(*APPROVED, revised), None, T0) is Move.APPLY
