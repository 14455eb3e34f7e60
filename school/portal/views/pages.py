"""What the pages share: rendering for somebody who is signed in, and asking the access rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from school.portal.access import CourseRole, Role, Ruling
from school.portal.models import Account, Course, Membership

_SOON = timedelta(days=2)


def page(
    request: HttpRequest, viewer: Account, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page for the viewer, which no cache may keep."""
    response = render(request, template, {"viewer": viewer, **context}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def due_times(now: datetime) -> dict[str, datetime]:
    """What the template of a due time compares it with."""
    return {"now": now, "soon": now + _SOON}


def course_role(viewer: Account, course: Course) -> CourseRole | None:
    role = Membership.objects.filter(course=course, account=viewer).values_list("role", flat=True).first()
    return None if role is None else CourseRole(role)


def require(ruling: Ruling) -> None:
    """Raises PermissionDenied, whose text is the ruling, or Http404 when not even the existence is their business."""
    if ruling is Ruling.NOT_A_MEMBER or ruling is Ruling.NOT_OWN_WORK:
        raise Http404(ruling.value)
    if not ruling.is_allowed:
        raise PermissionDenied(ruling.value)


def role_of(viewer: Account) -> Role:
    return Role(viewer.role)


def download(file: FieldFile, name: str) -> FileResponse:
    """The file under the name its author gave it; always saved, never shown: it must not act as a page of ours."""
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error
    response = FileResponse(opened, as_attachment=True, filename=name, content_type="application/octet-stream")
    response.headers["Cache-Control"] = "private, no-store"
    return response
