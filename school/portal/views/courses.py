"""The courses of the viewer, one course with its materials and assignments, and new materials."""

from django.contrib import messages
from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet
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


def home(request: HttpRequest) -> HttpResponse:
    return redirect("courses")


@require_safe
@signed_in
def course_list(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The viewer's courses (for staff: all), each with who teaches it and what is due next."""
    now = timezone.now()
    courses = _courses_of(viewer).annotate(
        next_due_at=Min("assignments__due_at", filter=Q(assignments__due_at__gte=now)),
    )
    teachers = Membership.objects.filter(role=CourseRole.TEACHER).select_related("account")
    courses = courses.prefetch_related(Prefetch("memberships", teachers, to_attr="teachers"))
    return page(request, viewer, "portal/courses.html", {"courses": courses, "tasks": _tasks(viewer), **due_times(now)})


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


def _courses_of(viewer: Account) -> QuerySet[Course]:
    if role_of(viewer) is access.Role.STAFF:
        return Course.objects.all()
    return Course.objects.filter(pk__in=Membership.objects.filter(account=viewer).values("course"))


def _tasks(viewer: Account) -> list[Assignment]:
    """The next things to hand in: due, not yet submitted, in courses the viewer attends as a student."""
    attended = Membership.objects.filter(account=viewer, role=CourseRole.STUDENT).values("course")
    done = Submission.objects.filter(student=viewer).values("assignment")
    due = Assignment.objects.filter(course__in=attended, due_at__gte=timezone.now()).exclude(pk__in=done)
    return list(due.select_related("course")[:4])


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
