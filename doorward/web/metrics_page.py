"""`/metrics`: for Prometheus, by a bearer token; a person who is signed in may look as well."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from doorward.errors import StoreUnavailable
from doorward.model.incident import IncidentState
from doorward.model.journey import ProbeOutcome
from doorward.settings import Settings
from doorward.store import log, outbox, watching
from doorward.watch import metric_names as names
from doorward.web import metrics as samples
from doorward.web import ports, reading

# Shorter ones are guessed.
LEAST_TOKEN = 16
STATES = ("green", "amber", "red", "silent")


@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics`"""
    settings = ports.doorward_settings()
    if not (_is_machine(request, settings) or request.user.is_authenticated):
        text = "a bearer token is needed: dashboard.metrics_token_file of doorward.toml\n"
        return HttpResponse(text, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(samples.Samples((*samples.watch_samples(), *_stored(settings, timezone.now()))))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)


def _is_machine(request: HttpRequest, settings: Settings) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    path = settings.dashboard.metrics_token_file
    if path is None or scheme.lower() != "bearer":
        return False
    try:
        token = settings.place(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return len(token) >= LEAST_TOKEN and hmac.compare_digest(given.strip().encode(), token.encode())


def _stored(settings: Settings, now: datetime) -> tuple[samples.Sample, ...]:
    """What the store says; without it, that it says nothing: the watch is told all the same."""
    try:
        return (*_probes(now), *_health(settings, now), *_duties(), (names.STORE, (), 1.0))
    except StoreUnavailable:
        return ((names.STORE, (), 0.0),)


def _probes(now: datetime) -> Iterator[samples.Sample]:
    latest = {result.label: result for result in watching.probes(now - reading.PROBES_SPAN)}
    for name, result in sorted(latest.items()):
        yield names.PROBE, (name,), result.outcome is ProbeOutcome.PASSED
        yield names.PROBED, (name,), result.at.timestamp()


def _health(settings: Settings, now: datetime) -> Iterator[samples.Sample]:
    most_s = reading.silent_after_s(settings)
    for part, state, _, at in watching.health():
        current = state if (now - at).total_seconds() <= most_s else "silent"
        for possible in STATES:
            yield names.HEALTH, (part, possible), possible == current


def _duties() -> Iterator[samples.Sample]:
    standing = Counter(incident.state for incident in log.incidents() if incident.state.is_open)
    for state in IncidentState:
        if state.is_open:
            yield names.INCIDENTS, (state.value,), standing[state]
    yield names.OWED, (), outbox.owed()
