"""Who may do what in the portal: pure decisions, each with its reason.

In go the person's role at the school, their role in the course and whose work it is; out comes a `Ruling`. Views ask
here and nowhere else.
"""

from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person is at the school; the provider says so at sign-in."""

    STUDENT = "student"
    TEACHER = "teacher"
    STAFF = "staff"


class CourseRole(StrEnum):
    """What a person is in one course."""

    STUDENT = "student"
    TEACHER = "teacher"


class Ruling(StrEnum):
    """The reason for which something is allowed or refused."""

    STAFF = "staff may see everything"
    TEACHES_COURSE = "teaches the course"
    ATTENDS_COURSE = "attends the course"
    OWN_WORK = "is the person's own work"
    NOT_A_MEMBER = "is not a member of the course"
    NOT_A_TEACHER = "does not teach the course"
    NOT_A_STUDENT = "does not attend the course as a student"
    NOT_OWN_WORK = "is the work of somebody else"
    NOT_STAFF = "is not staff"
    PAST_DUE = "the assignment is past due"

    @property
    def is_allowed(self) -> bool:
        return self in _ALLOWED


_ALLOWED = frozenset({Ruling.STAFF, Ruling.TEACHES_COURSE, Ruling.ATTENDS_COURSE, Ruling.OWN_WORK})


def open_course(role: Role, course_role: CourseRole | None) -> Ruling:
    """May the person see the course, its materials and its assignments?"""
    if role is Role.STAFF:
        return Ruling.STAFF
    if course_role is None:
        return Ruling.NOT_A_MEMBER
    return Ruling.TEACHES_COURSE if course_role is CourseRole.TEACHER else Ruling.ATTENDS_COURSE


def teach_course(role: Role, course_role: CourseRole | None) -> Ruling:
    """May the person add materials and assignments, see all submissions and mark them?"""
    if role is Role.STAFF:
        return Ruling.STAFF
    if course_role is None:
        return Ruling.NOT_A_MEMBER
    return Ruling.TEACHES_COURSE if course_role is CourseRole.TEACHER else Ruling.NOT_A_TEACHER


def submit_work(course_role: CourseRole | None, due_at: datetime, now: datetime) -> Ruling:
    """May the person hand in work? Staff and teachers never; students until the due time, that moment included."""
    if course_role is None:
        return Ruling.NOT_A_MEMBER
    if course_role is not CourseRole.STUDENT:
        return Ruling.NOT_A_STUDENT
    return Ruling.ATTENDS_COURSE if now <= due_at else Ruling.PAST_DUE


def open_submission(role: Role, course_role: CourseRole | None, is_own: bool) -> Ruling:
    """May the person read a submission? Its student (while a member), the course's teachers and staff."""
    ruling = teach_course(role, course_role)
    if ruling.is_allowed or course_role is None:
        return ruling
    return Ruling.OWN_WORK if is_own else Ruling.NOT_OWN_WORK


def read_inquiries(role: Role) -> Ruling:
    """May the person read what people wrote who could not sign in?"""
    return Ruling.STAFF if role is Role.STAFF else Ruling.NOT_STAFF
