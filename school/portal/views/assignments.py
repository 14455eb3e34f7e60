"""An assignment: what to do, the student's own submission, and for teachers everything that came in."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from school.portal import access
from school.portal.access import CourseRole, Ruling
from school.portal.forms import AssignmentForm, SubmissionForm
from school.portal.models import Account, Assignment, Course, Submission
from school.portal.sign_in.presence import signed_in
from school.portal.views.pages import course_role, due_times, page, require, role_of
from school.service import record


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def assignment(request: HttpRequest, viewer: Account, pk: int) -> HttpResponse:
    found = get_object_or_404(Assignment.objects.select_related("course"), pk=pk)
    role = course_role(viewer, found.course)
    require(access.open_course(role_of(viewer), role))
    if request.method == "POST":
        return _submit(request, viewer, found, role)
    return _show(request, viewer, found, role, SubmissionForm())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_assignment(request: HttpRequest, viewer: Account, slug: str) -> HttpResponse:
    found = get_object_or_404(Course, slug=slug)
    require(access.teach_course(role_of(viewer), course_role(viewer, found)))
    form = AssignmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = Assignment.objects.create(
            course=found,
            title=form.cleaned_data["title"],
            task=form.cleaned_data["task"],
            due_at=form.cleaned_data["due_at"],
        )
        messages.success(request, "The assignment is set.")
        return HttpResponseRedirect(made.get_absolute_url())
    return page(request, viewer, "portal/add_assignment.html", {"course": found, "form": form})


def _show(
    request: HttpRequest, viewer: Account, found: Assignment, role: CourseRole | None, form: SubmissionForm
) -> HttpResponse:
    teaches = access.teach_course(role_of(viewer), role).is_allowed
    may_submit = access.submit_work(role, found.due_at, timezone.now())
    context = {
        "assignment": found,
        "course": found.course,
        "form": form,
        "teaches": teaches,
        "may_submit": may_submit.is_allowed,
        "is_past_due": may_submit is Ruling.PAST_DUE,
        "own": Submission.objects.filter(assignment=found, student=viewer).first() if not teaches else None,
        "submissions": Submission.objects.filter(assignment=found).select_related("student") if teaches else None,
        "missing": _missing(found) if teaches else None,
        **due_times(timezone.now()),
    }
    return page(request, viewer, "portal/assignment.html", context, status=400 if form.errors else 200)


def _missing(found: Assignment) -> list[Account]:
    """Students of the course who have not handed in."""
    students = Account.objects.filter(memberships__course=found.course, memberships__role=CourseRole.STUDENT)
    return list(students.exclude(pk__in=Submission.objects.filter(assignment=found).values("student")))


def _submit(request: HttpRequest, viewer: Account, found: Assignment, role: CourseRole | None) -> HttpResponse:
    ruling = access.submit_work(role, found.due_at, timezone.now())
    if ruling is Ruling.PAST_DUE:
        messages.error(request, "The assignment is past due, so the file was not taken.")
        return HttpResponseRedirect(found.get_absolute_url())
    require(ruling)
    form = SubmissionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, viewer, found, role, form)
    _keep(found, viewer, form)
    record(request, "submission", person=request.session["person"], assignment=found.pk)
    messages.success(request, "Your work is handed in.")
    return HttpResponseRedirect(found.get_absolute_url())


def _keep(found: Assignment, viewer: Account, form: SubmissionForm) -> None:
    """One row a student: a later file takes the place of the earlier one, and a mark on the earlier one falls away."""
    file = form.cleaned_data["file"]
    with transaction.atomic():
        earlier = Submission.objects.filter(assignment=found, student=viewer).first()
        replaced = None if earlier is None else earlier.file
        row = earlier or Submission(assignment=found, student=viewer)
        row.file, row.file_name, row.size_bytes = file, file.name, file.size
        row.submitted_at, row.mark, row.feedback, row.marked_at = timezone.now(), None, "", None
        row.save()
        if replaced is not None and replaced.name:
            transaction.on_commit(partial(replaced.storage.delete, replaced.name))
