"""The courses of the viewer, one course with its materials and assignments, and new materials."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from school.portal import access
from school.portal.access import CourseRole
from school.portal.forms import MaterialForm
from school.portal.models import Account, Assignment, Course, Material, Membership, Submission
from school.portal.sign_in.presence import signed_in
from school.portal.views.pages import course_role, download, due_times, page, require, role_of
from school.service import record

_TASKS_SHOWN = 4  # the rest stands in the courses


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An assignment that is not yet due. `is_to_do`: the viewer is a student there and has not handed in."""

    pk: int
    title: str
    course: Course
    due_at: datetime
    is_to_do: bool


@dataclass(frozen=True, slots=True)
class CourseCard:
    course: Course
    teachers: str
    next_due_at: datetime | None


def home(request: HttpRequest) -> HttpResponse:
    return redirect("courses")


@require_safe
@signed_in
def course_list(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The viewer's courses (for staff: all), each with who teaches it and what is due next."""
    now = timezone.now()
    courses = _courses_of(viewer)
    open_tasks = _open_tasks(viewer, courses, now)
    context = {
        "cards": _cards(courses, open_tasks),
        "tasks": [task for task in open_tasks if task.is_to_do][:_TASKS_SHOWN],
        **due_times(now),
    }
    return page(request, viewer, "portal/courses.html", context)


@require_safe
@signed_in
def course(request: HttpRequest, viewer: Account, slug: str) -> HttpResponse:
    found = get_object_or_404(Course, slug=slug)
    role = course_role(viewer, found)
    require(access.open_course(role_of(viewer), role))
    teaches = access.teach_course(role_of(viewer), role).is_allowed
    context = {
        "course": found,
        "teaches": teaches,
        "teachers": Account.objects.filter(memberships__course=found, memberships__role=CourseRole.TEACHER),
        "materials": Material.objects.filter(course=found),
        "assignments": _assignments(found, viewer, teaches),
        **due_times(timezone.now()),
    }
    return page(request, viewer, "portal/course.html", context)


@require_safe
@signed_in
def material(request: HttpRequest, viewer: Account, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Material.objects.select_related("course"), pk=pk)
    require(access.open_course(role_of(viewer), course_role(viewer, found.course)))
    record(request, "material", person=request.session["person"])
    return download(found.file, found.file_name)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_material(request: HttpRequest, viewer: Account, slug: str) -> HttpResponse:
    found = get_object_or_404(Course, slug=slug)
    require(access.teach_course(role_of(viewer), course_role(viewer, found)))
    form = MaterialForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        Material.objects.create(
            course=found,
            title=form.cleaned_data["title"],
            file=file,
            file_name=file.name,
            size_bytes=file.size,
            added_at=timezone.now(),
            added_by=viewer,
        )
        messages.success(request, "The material is in the course.")
        return HttpResponseRedirect(found.get_absolute_url())
    return page(request, viewer, "portal/add_material.html", {"course": found, "form": form})


def _courses_of(viewer: Account) -> dict[Course, CourseRole | None]:
    """With the viewer's role in each; staff see all and have none."""
    if role_of(viewer) is access.Role.STAFF:
        return dict.fromkeys(Course.objects.all())
    memberships = Membership.objects.filter(account=viewer).select_related("course").order_by("course__title")
    return {membership.course: CourseRole(membership.role) for membership in memberships}


def _open_tasks(viewer: Account, courses: dict[Course, CourseRole | None], now: datetime) -> list[OpenTask]:
    """What is not yet due in the courses, the nearest first."""
    by_id = {course.pk: course for course in courses}
    own = Submission.objects.filter(assignment=OuterRef("pk"), student=viewer)
    rows = (
        Assignment.objects.filter(course__in=by_id, due_at__gte=now)
        .annotate(is_done=Exists(own))
        .values_list("pk", "title", "course", "due_at", "is_done")
    )
    return [
        OpenTask(pk, title, by_id[course], due_at, not is_done and courses[by_id[course]] is CourseRole.STUDENT)
        for pk, title, course, due_at, is_done in rows
    ]


def _cards(courses: dict[Course, CourseRole | None], open_tasks: list[OpenTask]) -> list[CourseCard]:
    teachers: dict[int, list[str]] = {course.pk: [] for course in courses}
    teaching = Membership.objects.filter(course__in=teachers, role=CourseRole.TEACHER).order_by("account__name")
    for course_id, name in teaching.values_list("course", "account__name"):
        teachers[course_id].append(name)
    next_due_at = {task.course.pk: task.due_at for task in reversed(open_tasks)}
    return [CourseCard(course, ", ".join(teachers[course.pk]), next_due_at.get(course.pk)) for course in courses]


def _assignments(found: Course, viewer: Account, teaches: bool) -> QuerySet[Assignment]:
    """With the figures a teacher wants, or with the viewer's own submission."""
    assignments = Assignment.objects.filter(course=found)
    if teaches:
        figures: QuerySet[Assignment] = assignments.annotate(
            received=Count("submissions"),
            unmarked=Count("submissions", filter=Q(submissions__mark=None)),
        )
        return figures
    own = Q(submissions__student=viewer)
    state: QuerySet[Assignment] = assignments.annotate(
        own_submitted_at=Max("submissions__submitted_at", filter=own), own_mark=Max(F("submissions__mark"), filter=own)
    )
    return state
