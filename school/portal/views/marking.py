"""One submission: its file, and for the course's teachers its mark and feedback."""

from pathlib import PurePosixPath

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from school.portal import access
from school.portal.forms import MarkForm
from school.portal.models import Account, Submission
from school.portal.sign_in.presence import signed_in
from school.portal.views.pages import course_role, download, page, require, role_of

_PLAIN = frozenset({".txt", ".md", ".csv", ".py"})
_PREVIEW_BYTES = 6000  # about two printed pages
_WHOLE = Submission.objects.select_related("assignment__course", "student")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def marking(request: HttpRequest, viewer: Account, pk: int) -> HttpResponse:
    found = get_object_or_404(_WHOLE, pk=pk)
    course = found.assignment.course
    require(access.teach_course(role_of(viewer), course_role(viewer, course)))
    form = MarkForm(request.POST or None, initial={"mark": found.mark, "feedback": found.feedback})
    if request.method == "POST" and form.is_valid():
        found.mark, found.feedback = form.cleaned_data["mark"], form.cleaned_data["feedback"]
        found.marked_at = timezone.now()
        found.save(update_fields=["mark", "feedback", "marked_at"])
        return _next_to_mark(request, found)
    context = {
        "submission": found,
        "assignment": found.assignment,
        "course": course,
        "form": form,
        "preview": _preview(found),
    }
    return page(request, viewer, "portal/marking.html", context)


@require_safe
@signed_in
def submission_file(request: HttpRequest, viewer: Account, pk: int) -> HttpResponseBase:
    found = get_object_or_404(_WHOLE, pk=pk)
    role = course_role(viewer, found.assignment.course)
    require(access.open_submission(role_of(viewer), role, found.student == viewer))
    return download(found.file, found.file_name)


def _preview(found: Submission) -> str:
    """The beginning of a plain text; empty for any other kind of file, and when the file is gone."""
    if PurePosixPath(found.file_name).suffix.lower() not in _PLAIN:
        return ""
    try:
        with found.file.open("rb") as file:
            beginning: bytes = file.read(_PREVIEW_BYTES)
    except FileNotFoundError:
        return ""
    return beginning.decode("utf-8", errors="replace")


def _next_to_mark(request: HttpRequest, marked: Submission) -> HttpResponse:
    """On to the next unmarked one, so that a pile can be worked through; back to the assignment after the last."""
    name = marked.student.name
    following = Submission.objects.filter(assignment=marked.assignment, mark=None).first()
    if following is None:
        messages.success(request, f"The mark for {name} is saved. Everything that came in is marked.")
        return HttpResponseRedirect(marked.assignment.get_absolute_url())
    messages.success(request, f"The mark for {name} is saved. This is the next one.")
    return HttpResponseRedirect(following.get_absolute_url())
