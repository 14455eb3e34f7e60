"""Planning: every named reason for having no plan, what a plan holds, and who approves it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.action import ActionKind, Plan
from doorward.model.config_version import Standing
from doorward.model.entry import Approved, Diagnosed, Planned
from doorward.recover.planning import Approval, NoPlan, Situation, approval, plan, plan_digest
from tests.recover.cases import (
    BAD,
    CHANGE,
    GOOD,
    Record,
    approved,
    differential,
    situation,
    version,
    whole_plan,
)


@pytest.mark.parametrize(
    ("short_of", "reason"),
    [
        (replace(situation(), differential=None), NoPlan.NO_DIFFERENTIAL),
        (replace(situation(), differential=differential("database")), NoPlan.CAUSE_NOT_REPAIRABLE),
        (replace(situation(), differential=differential("cannot-tell")), NoPlan.CAUSE_NOT_REPAIRABLE),
        (replace(situation(), differential=differential("nothing-wrong")), NoPlan.CAUSE_NOT_REPAIRABLE),
        (replace(situation(), change=None), NoPlan.NO_CHANGE),
        (replace(situation(), good=None), NoPlan.NO_GOOD_VERSION),
        (replace(situation(), good=version(BAD)), NoPlan.NO_GOOD_VERSION),
        (replace(situation(), good=version(GOOD, Standing.PINNED)), NoPlan.GOOD_VERSION_PINNED),
        (replace(situation(), tried=(whole_plan().digest,)), NoPlan.ALREADY_TRIED),
    ],
)
def test_where_something_is_lacking_there_is_no_plan_and_the_reason_has_a_name(
    short_of: Situation, reason: NoPlan
) -> None:
    assert plan(short_of) is reason


def test_no_reason_for_having_no_plan_is_left_untested() -> None:
    marks = test_where_something_is_lacking_there_is_no_plan_and_the_reason_has_a_name.pytestmark  # type: ignore[attr-defined]
    assert {row[1] for row in marks[0].args[1]} == set(NoPlan)


def test_a_whole_plan_puts_back_restarts_clears_and_verifies_in_this_order() -> None:
    made = whole_plan(condemned=3)
    assert [(a.step, a.kind, a.component, a.target, a.count) for a in made.actions] == [
        (1, ActionKind.ROLL_BACK, "auth", GOOD, None),
        (2, ActionKind.RESTART, "auth", GOOD, None),
        (3, ActionKind.CLEAR_SESSIONS, "auth", BAD, 3),
        (4, ActionKind.VERIFY, "auth", "sign-in, portal", None),
    ]
    assert "session.bind_ipv4_prefix" in made.reason


def test_what_the_component_cannot_do_is_left_out_of_the_plan() -> None:
    made = plan(replace(situation(), can_restart=False, condemned=None))
    assert isinstance(made, Plan)
    assert [(a.step, a.kind) for a in made.actions] == [(1, ActionKind.ROLL_BACK), (2, ActionKind.VERIFY)]


def test_a_change_that_could_not_be_compared_is_planned_all_the_same() -> None:
    made = plan(replace(situation(), change=replace(CHANGE, differences=())))
    assert isinstance(made, Plan)
    assert "its files" in made.reason


def test_a_plan_keeps_its_digest_while_the_number_of_broken_sessions_grows() -> None:
    assert whole_plan(condemned=0).digest == whole_plan(condemned=90).digest
    assert whole_plan(condemned=0).digest != whole_plan(condemned=None).digest


def test_another_version_to_go_back_to_is_another_plan() -> None:
    other = plan(replace(situation(), good=version("cccccccccccc")))
    assert isinstance(other, Plan)
    assert other.digest != whole_plan().digest
    assert other.digest == plan_digest(other.actions)


def test_without_a_plan_there_is_nothing_to_approve() -> None:
    assert approval(Record().incident, policy=True, most_sessions=500) is Approval.NO_PLAN


def _planned(condemned: int | None) -> Record:
    record = Record()
    record([Diagnosed(differential(), CHANGE), Planned(whole_plan(condemned))])
    return record


def test_a_policy_approves_and_without_one_a_person_must() -> None:
    incident = _planned(3).incident
    assert approval(incident, policy=True, most_sessions=500) is Approval.BY_POLICY
    assert approval(incident, policy=False, most_sessions=500) is Approval.AWAITED


@pytest.mark.parametrize(("condemned", "is_allowed"), [(None, True), (0, True), (5, True), (6, False)])
def test_no_policy_approves_more_sessions_than_the_cap(condemned: int | None, is_allowed: bool) -> None:
    answer = approval(_planned(condemned).incident, policy=True, most_sessions=5)
    assert answer is (Approval.BY_POLICY if is_allowed else Approval.TOO_MANY_SESSIONS)


def test_what_a_person_approved_stays_approved_above_the_cap() -> None:
    assert approval(approved(whole_plan(90)).incident, policy=False, most_sessions=5) is Approval.GIVEN


def test_the_approval_of_one_plan_is_none_of_the_next() -> None:
    record = approved(whole_plan(condemned=None))
    record([Planned(whole_plan(condemned=3))])
    assert approval(record.incident, policy=False, most_sessions=500) is Approval.AWAITED
    record([Approved(whole_plan().digest, "a person said so")])
    assert approval(record.incident, policy=False, most_sessions=500) is Approval.GIVEN
