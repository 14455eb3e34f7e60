"""When Doorward itself has trouble: a clear sentence and what it still does, never a traceback.

As middleware for errors of views, and as `handler500` for errors outside of them (sessions are read by middleware).
The page it makes needs neither the database nor a session.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from doorward.errors import CapabilityMissing, DoorwardError, LogBroken, StoreUnavailable

_STORE = (
    "Doorward cannot reach its own database",
    "Watching, probing and paging go on: pages are kept in the spool and go out all the same. What this page would "
    "show is missing until the database answers.",
)
_LOG = (
    "The incident log does not read",
    "A line of the log was changed or does not fit. Watching, probing and paging go on. "
    "`doorward incident verify` names the line.",
)
_OTHER = (
    "Doorward's dashboard made a mistake",
    "The guard itself does not depend on this page: watching, probing and paging go on.",
)


class TroubleMiddleware:
    """Turns the errors that views raise on purpose into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way in or out."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Read the session here, where its failure can still become a page; stands before the sign-in check."""
        try:
            _ = request.user.is_authenticated
        except (DatabaseError, InterfaceError) as error:
            if getattr(view, "login_required", True):
                return page(error)
            request.user = AnonymousUser()
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for errors that we know; None leaves the others to Django and `handler500`."""
        return page(error) if isinstance(error, DoorwardError | DatabaseError | InterfaceError) else None


def handler500(request: HttpRequest) -> HttpResponse:
    """Django's handler of last resort; called while the error is being handled."""
    return page(sys.exc_info()[1])


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address or an incident that does not exist."""
    return _page(404, "This page does not exist", "Perhaps the incident's number was mistyped.", "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit: it is old, or it came from elsewhere. Nothing was done."""
    return _page(403, "This form was too old", "Nothing was changed. Go back, load the page again and repeat.", "")


def page(error: BaseException | None) -> HttpResponse:
    """503 while the store or the log is in trouble, 404 for what this Doorward cannot do, else 500."""
    detail = error.problem.what if isinstance(error, DoorwardError) else ""
    if isinstance(error, StoreUnavailable | DatabaseError | InterfaceError):
        return _page(503, *_STORE, "")
    if isinstance(error, LogBroken):
        return _page(503, *_LOG, detail)
    if isinstance(error, CapabilityMissing):
        return _page(404, "This is not here", detail, error.problem.fix)
    return _page(500, *_OTHER, detail)


def _page(status: int, title: str, still: str, detail: str) -> HttpResponse:
    text = render_to_string("web/trouble.html", {"title": title, "still": still, "detail": detail})
    response = HttpResponse(text, status=status)
    if status == 503:
        response["Retry-After"] = "5"
    return response
