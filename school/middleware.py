"""Middleware of both services. Order: Health, SecurityHeaders, static files, RequestEvents, then Django's own."""

import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from school.service import current, person_of, record, source_of

Respond = Callable[[HttpRequest], HttpResponseBase]

HEALTH_PATH = "/healthz"
UNMATCHED = "unmatched"


class Health:
    """Answers liveness before sessions and the database are asked: it says that the process lives, no more."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == HEALTH_PATH:
            return HttpResponse("ok\n", content_type="text/plain", headers={"Content-Length": "3"})
        return self._respond(request)


class SecurityHeaders:
    """Headers that Django's SecurityMiddleware does not set; a view that sets its own policy keeps it.

    Browsers apply form-action to the redirects after a form as well, so the origins that sign-in and sign-out
    lead to must be named.
    """

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        targets = " ".join(("'self'", *current().form_targets))
        self._policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
            f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._respond(request)
        response.headers.setdefault("Content-Security-Policy", self._policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class RequestEvents:
    """Logs one `request` for every request, and one `error` for every exception that no view handled."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        got_request_exception.connect(_record_error, dispatch_uid="school.middleware")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self._respond(request)
        took_ms = round((time.perf_counter() - started) * 1000, 1)
        record(
            request,
            "request",
            route=route_of(request),
            method=request.method,
            status=response.status_code,
            ms=took_ms,
            source=source_of(request),
            person=person_of(request),
        )
        return response


def route_of(request: HttpRequest) -> str:
    """The view's name; also when a middleware failed before the address was resolved."""
    match = request.resolver_match
    if match is None:
        try:
            match = resolve(request.path_info, getattr(request, "urlconf", settings.ROOT_URLCONF))
        except Resolver404:
            return UNMATCHED
    return match.view_name or UNMATCHED


def _record_error(request: HttpRequest, **_: object) -> None:
    exception = sys.exc_info()[0]
    record(request, "error", route=route_of(request), exception=exception.__name__ if exception else "unknown")
