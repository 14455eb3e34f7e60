"""Who may do what, as a table of people and things."""

from datetime import UTC, datetime, timedelta

import pytest

from school.portal.access import (
    CourseRole,
    Role,
    Ruling,
    open_course,
    open_submission,
    read_inquiries,
    submit_work,
    teach_course,
)

STUDENT, TEACHER, STAFF = Role.STUDENT, Role.TEACHER, Role.STAFF
ATTENDS, TEACHES = CourseRole.STUDENT, CourseRole.TEACHER
DUE = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "course_role", "ruling"),
    [
        (STUDENT, ATTENDS, Ruling.ATTENDS_COURSE),
        (STUDENT, None, Ruling.NOT_A_MEMBER),
        (TEACHER, TEACHES, Ruling.TEACHES_COURSE),
        (TEACHER, None, Ruling.NOT_A_MEMBER),
        (STAFF, None, Ruling.STAFF),
    ],
)
def test_members_and_staff_open_a_course(role: Role, course_role: CourseRole | None, ruling: Ruling) -> None:
    assert open_course(role, course_role) is ruling


@pytest.mark.parametrize(
    ("role", "course_role", "ruling"),
    [
        (STUDENT, ATTENDS, Ruling.NOT_A_TEACHER),
        (STUDENT, None, Ruling.NOT_A_MEMBER),
        (TEACHER, TEACHES, Ruling.TEACHES_COURSE),
        (TEACHER, ATTENDS, Ruling.NOT_A_TEACHER),
        (TEACHER, None, Ruling.NOT_A_MEMBER),
        (STAFF, None, Ruling.STAFF),
    ],
)
def test_a_teacher_elsewhere_teaches_nothing_here(role: Role, course_role: CourseRole | None, ruling: Ruling) -> None:
    assert teach_course(role, course_role) is ruling


@pytest.mark.parametrize(
    ("course_role", "late_by", "ruling"),
    [
        (ATTENDS, timedelta(hours=-1), Ruling.ATTENDS_COURSE),
        (ATTENDS, timedelta(), Ruling.ATTENDS_COURSE),
        (ATTENDS, timedelta(seconds=1), Ruling.PAST_DUE),
        (TEACHES, timedelta(hours=-1), Ruling.NOT_A_STUDENT),
        (None, timedelta(hours=-1), Ruling.NOT_A_MEMBER),
    ],
)
def test_students_hand_in_until_the_due_moment(
    course_role: CourseRole | None, late_by: timedelta, ruling: Ruling
) -> None:
    assert submit_work(course_role, DUE, DUE + late_by) is ruling


@pytest.mark.parametrize(
    ("role", "course_role", "is_own", "ruling"),
    [
        (STUDENT, ATTENDS, True, Ruling.OWN_WORK),
        (STUDENT, ATTENDS, False, Ruling.NOT_OWN_WORK),
        (STUDENT, None, True, Ruling.NOT_A_MEMBER),
        (TEACHER, TEACHES, False, Ruling.TEACHES_COURSE),
        (TEACHER, None, False, Ruling.NOT_A_MEMBER),
        (STAFF, None, False, Ruling.STAFF),
    ],
)
def test_work_is_read_by_its_student_the_teachers_and_staff(
    role: Role, course_role: CourseRole | None, is_own: bool, ruling: Ruling
) -> None:
    assert open_submission(role, course_role, is_own) is ruling


def test_only_staff_read_inquiries() -> None:
    assert [role for role in Role if read_inquiries(role).is_allowed] == [STAFF]


def test_every_refusal_is_refused() -> None:
    allowed = {ruling for ruling in Ruling if ruling.is_allowed}
    assert allowed == {Ruling.STAFF, Ruling.TEACHES_COURSE, Ruling.ATTENDS_COURSE, Ruling.OWN_WORK}
