"""The seeded courses are complete enough to look like a school."""

import pytest

from school.portal.seed_courses import PLANS, CoursePlan


def test_there_are_twelve_courses_with_different_addresses() -> None:
    assert len({plan.slug for plan in PLANS}) == len(PLANS) == 12


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.slug)
def test_a_course_has_materials_and_assignments_before_and_after_today(plan: CoursePlan) -> None:
    assert len(plan.sheets) >= 3
    assert len(plan.tasks) >= 3
    due = [task.due_in_days for task in plan.tasks]
    assert min(due) < 0 < max(due)
