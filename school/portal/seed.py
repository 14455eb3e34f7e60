"""Fills a portal: `python -m school.portal.seed DIR`, with SCHOOL_PORTAL_CONFIG naming the portal's configuration.

In go secrets/people.json of the site and a random seed; out come accounts by subject, courses with members, materials
and assignments, and work that some students have handed in. A portal that already has courses is left as it is.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from school.portal.access import CourseRole, Role
from school.portal.paper import pdf
from school.portal.seed_courses import PLANS, CoursePlan, Sheet

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "school.portal.settings")
django.setup()

# Models can only be imported once Django is set up, and setting up needs the configuration in force.
from school.portal.models import Account, Assignment, Course, Material, Membership, Submission  # noqa: E402

_COURSES_PER_STUDENT = (4, 6)
_HANDED_IN_SHARE = 0.8  # of what is past due; of what is not, half of it
_MARKED_SHARE = 0.7
_ANSWERS = (
    "I started from the second part, because the first follows from it.\nThe drawing is on the back of the sheet.",
    "First I wrote down what is given and what is asked.\nThen I tried three cases. The third did not fit.",
    "Short answer: yes, if nothing else changes.\nLong answer: it depends on what we measured on Tuesday.",
)
_FEEDBACK = (
    "Clear and complete. Mind the units.",
    "A good idea, carried half way. Come and see me about the second part.",
    "The best you have handed in this term.",
    "Right, but I cannot see how you got there.",
    "",
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """How much was made."""

    people: int
    courses: int
    materials: int
    assignments: int
    submissions: int


def seed(site: Path, people_limit: int, course_limit: int, random_seed: int) -> Seeded:
    """Migrates the database and fills it. Raises FileNotFoundError without secrets/people.json."""
    call_command("migrate", verbosity=0, interactive=False)
    listed = json.loads((site / "secrets" / "people.json").read_text(encoding="utf-8"))[:people_limit]
    chance = random.Random(random_seed)
    if not Course.objects.exists():
        with transaction.atomic():
            accounts = _accounts(listed)
            courses = _courses(accounts, course_limit, chance)
            _submissions(courses, chance)
    return Seeded(
        Account.objects.count(),
        Course.objects.count(),
        Material.objects.count(),
        Assignment.objects.count(),
        Submission.objects.count(),
    )


def _accounts(listed: list[dict[str, str]]) -> list[Account]:
    made = [Account(subject=one["sub"], name=one["name"], role=Role(one["role"]).value) for one in listed]
    return Account.objects.bulk_create(made)


def _courses(accounts: list[Account], limit: int, chance: random.Random) -> list[Course]:
    students = [account for account in accounts if account.role == Role.STUDENT]
    teachers = [account for account in accounts if account.role == Role.TEACHER]
    plans = PLANS[:limit]
    courses = Course.objects.bulk_create(
        Course(slug=plan.slug, title=plan.title, subject=plan.subject, summary=plan.summary) for plan in plans
    )
    now = timezone.now().replace(second=0, microsecond=0)
    for number, (course, plan) in enumerate(zip(courses, plans, strict=True)):
        leading = [teachers[(number + step * len(plans)) % len(teachers)] for step in range(2)] if teachers else []
        _join(course, CourseRole.TEACHER, list(dict.fromkeys(leading)))
        author = leading[0] if leading else accounts[0]
        _fill(course, plan, author, now)
    for student in students:
        count = min(len(courses), chance.randint(*_COURSES_PER_STUDENT))
        for course in chance.sample(courses, count):
            _join(course, CourseRole.STUDENT, [student])
    return courses


def _join(course: Course, role: CourseRole, accounts: list[Account]) -> None:
    Membership.objects.bulk_create(Membership(course=course, account=account, role=role.value) for account in accounts)


def _fill(course: Course, plan: CoursePlan, author: Account, now: datetime) -> None:
    for days_ago, sheet in enumerate(plan.sheets):
        data = _sheet_bytes(sheet)
        name = f"{sheet.title.lower().replace(' ', '-').replace(':', '')}.{sheet.kind}"
        Material.objects.create(
            course=course,
            title=sheet.title,
            file=ContentFile(data, name=name),
            file_name=name,
            size_bytes=len(data),
            added_at=now - timedelta(days=30 - 9 * days_ago),
            added_by=author,
        )
    Assignment.objects.bulk_create(
        Assignment(course=course, title=task.title, task=task.task, due_at=_due_at(now, task.due_in_days))
        for task in plan.tasks
    )


def _due_at(now: datetime, in_days: float) -> datetime:
    """At eight in the evening of that day, unless that would carry it across the moment of seeding."""
    due = now + timedelta(days=in_days)
    evening = due.replace(hour=20, minute=0)
    return evening if (evening > now) == (due > now) else due.replace(minute=due.minute - due.minute % 15)


def _sheet_bytes(sheet: Sheet) -> bytes:
    if sheet.kind == "pdf":
        return pdf(sheet.title, sheet.lines)
    return ("\n".join(sheet.lines) + "\n").encode()


def _submissions(courses: list[Course], chance: random.Random) -> None:
    now = timezone.now()
    made = [work for course in courses for work in _work_in(course, now, chance)]
    Submission.objects.bulk_create(made)


def _work_in(course: Course, now: datetime, chance: random.Random) -> Iterator[Submission]:
    students = list(Account.objects.filter(memberships__course=course, memberships__role=CourseRole.STUDENT))
    for assignment in Assignment.objects.filter(course=course):
        is_past = assignment.due_at < now
        share = _HANDED_IN_SHARE if is_past else _HANDED_IN_SHARE / 4
        for student in students:
            if chance.random() < share:
                yield _work(assignment, student, min(now, assignment.due_at), is_past, chance)


def _work(
    assignment: Assignment, student: Account, latest: datetime, is_past: bool, chance: random.Random
) -> Submission:
    data = f"{assignment.title}\n\n{chance.choice(_ANSWERS)}\n".encode()
    submitted_at = latest - timedelta(minutes=chance.randint(5, 4000))
    work = Submission(
        assignment=assignment,
        student=student,
        file_name=f"{assignment.course.slug}-{assignment.pk}.txt",
        size_bytes=len(data),
        submitted_at=submitted_at,
    )
    work.file.save("work.txt", ContentFile(data), save=False)
    if is_past and chance.random() < _MARKED_SHARE:
        work.mark, work.feedback = min(100, max(20, round(chance.gauss(72, 14)))), chance.choice(_FEEDBACK)
        work.marked_at = assignment.due_at + timedelta(minutes=chance.randint(60, 600))
    return work


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m school.portal.seed", description="Fill the portal of a site.")
    parser.add_argument("site", type=Path, help="directory of the site")
    parser.add_argument("--people", type=int, default=100_000, help="take at most so many of people.json")
    parser.add_argument("--courses", type=int, default=len(PLANS), help=f"make so many courses, up to {len(PLANS)}")
    parser.add_argument("--random-seed", type=int, default=1, help="the same number makes the same school")
    chosen = parser.parse_args(arguments)
    made = seed(chosen.site, chosen.people, chosen.courses, chosen.random_seed)
    print(
        f"portal: {made.people} people, {made.courses} courses, {made.materials} materials, "
        f"{made.assignments} assignments, {made.submissions} submissions",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
