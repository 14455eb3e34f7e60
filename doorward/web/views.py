"""The pages: each takes its model from `reading` and a template; what a person decides goes to `decisions`."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from doorward.errors import StoreUnavailable
from doorward.store import watching
from doorward.web import decisions, pages, ports, reading

# A postmortem is a document of its own with its own styles, and still nothing in it may run.
_DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """`/`"""
    page = reading.status(ports.doorward_settings(), timezone.now())
    return render(request, "web/status.html", {"page": page, "back": "status"})


@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """`/incidents/`"""
    return render(request, "web/incidents.html", {"rows": reading.incident_rows()})


@require_GET
def incident(request: HttpRequest, incident_id: str) -> HttpResponse:
    """`/incidents/<id>/`"""
    return render(request, "web/incident.html", {"page": _incident_page(incident_id), "back": "incident"})


def _incident_page(incident_id: str) -> pages.IncidentPage:
    page = reading.incident_page(incident_id, timezone.now())
    if page is None:
        raise Http404("The log knows no such incident.")
    return page


@require_GET
def postmortem(request: HttpRequest, incident_id: str) -> HttpResponse:
    """`/incidents/<id>/postmortem/`: the document that the review stage writes, as it is."""
    _incident_page(incident_id)
    return HttpResponse(ports.postmortem(incident_id), headers={"Content-Security-Policy": _DOCUMENT_POLICY})


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """`/reviews/`"""
    return render(request, "web/reviews.html", {"rows": reading.incident_rows()})


@require_GET
def configuration(request: HttpRequest) -> HttpResponse:
    """`/configuration/`"""
    return render(request, "web/configuration.html", {"components": reading.configuration(ports.doorward_settings())})


@require_GET
def probes(request: HttpRequest) -> HttpResponse:
    """`/probes/`"""
    return render(request, "web/probes.html", {"probes": reading.probes(ports.doorward_settings(), timezone.now())})


@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """`/watch/`"""
    return render(request, "web/watch.html", {"page": reading.watch(ports.doorward_settings(), timezone.now())})


@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """`/health/`: Doorward's own liveness for machines; 200 while it works, 503 when its store does not answer."""
    now = timezone.now()
    try:
        found = watching.health()
    except StoreUnavailable:
        return JsonResponse({"schema": "doorward.health/1", "status": "store-unavailable", "parts": {}}, status=503)
    most_s = reading.silent_after_s(ports.doorward_settings())
    parts = {part: state if (now - at).total_seconds() <= most_s else "silent" for part, state, _, at in found}
    well = all(state == "green" for state in parts.values())
    return JsonResponse({"schema": "doorward.health/1", "status": "ok" if well else "degraded", "parts": parts})


@require_POST
def acknowledge(request: HttpRequest, incident_id: str) -> HttpResponse:
    """Take the incident."""
    return _decided(
        request, incident_id, lambda by: decisions.acknowledge(incident_id, by, timezone.now(), _text(request, "note"))
    )


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, incident_id: str) -> HttpResponse:
    """GET asks, saying what will happen; POST approves the plan that was shown."""
    if request.method == "POST":
        shown = _text(request, "plan")
        return _decided(request, incident_id, lambda by: decisions.approve(incident_id, by, timezone.now(), shown))
    page = _incident_page(incident_id)
    if not page.incident.can_approve:
        messages.warning(request, "There is no plan that waits for approval.")
        return redirect("incident", incident_id)
    return render(request, "web/approve.html", {"page": page, "incident": page.incident})


@require_POST
def note(request: HttpRequest, incident_id: str) -> HttpResponse:
    """Add a note."""
    return _decided(
        request, incident_id, lambda by: decisions.note(incident_id, by, timezone.now(), _text(request, "text"))
    )


@require_POST
def resolve(request: HttpRequest, incident_id: str) -> HttpResponse:
    """End the incident."""
    return _decided(
        request, incident_id, lambda by: decisions.resolve(incident_id, by, timezone.now(), _text(request, "reason"))
    )


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")


def _decided(request: HttpRequest, incident_id: str, decide: Callable[[str], decisions.Decision]) -> HttpResponse:
    """Carry the decision out in the operator's name and say on the next page what became of it."""
    decision = decide(request.user.get_username())
    if decision.ruling is decisions.Ruling.NO_INCIDENT:
        raise Http404(decision.message)
    say = messages.success if decision.is_done else messages.warning
    say(request, decision.message)
    return redirect("status") if _text(request, "back") == "status" else redirect("incident", incident_id)
