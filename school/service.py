"""What the frame must know of the Django service it runs in; each settings module puts it at SCHOOL_SERVICE."""

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest

from school.events import EventLog, Value
from school.visitor import Visitor, agent, client_address, is_synthetic

SETTING = "SCHOOL_SERVICE"
_PERSON = "school.person"


@dataclass(frozen=True, slots=True)
class Service:
    """`form_targets` are the other origins that a form of this service may lead to by redirect (CSP form-action)."""

    events: EventLog
    trusted_proxies: tuple[str, ...]
    monitoring_token: str
    form_targets: tuple[str, ...] = ()


def current() -> Service:
    return cast(Service, getattr(settings, SETTING))


def visitor_of(request: HttpRequest) -> Visitor:
    service = current()
    peer = str(request.META.get("REMOTE_ADDR", ""))
    return Visitor(
        client_address(peer, request.headers.get("X-Forwarded-For", ""), service.trusted_proxies),
        agent(request.headers.get("User-Agent", "")),
        is_synthetic(request.headers.get("X-Synthetic", ""), service.monitoring_token),
    )


def record(request: HttpRequest, event: str, **fields: Value) -> None:
    """Logs an event of this request, marked synthetic if a monitor sent it."""
    current().events.write(event, synthetic=visitor_of(request).synthetic, **fields)


def note_person(request: HttpRequest, person: str | None) -> None:
    """Remembers whose session the request presents (a keyed hash), so that its `request` line can say so."""
    request.META[_PERSON] = person


def person_of(request: HttpRequest) -> str | None:
    """Whose session the request presents, None if none or not known."""
    person = request.META.get(_PERSON)
    return person if isinstance(person, str) else None


def source_of(request: HttpRequest) -> str:
    """Hash of the client's network, as the log has it."""
    return current().events.source(visitor_of(request).address)
