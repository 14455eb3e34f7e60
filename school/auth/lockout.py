"""What django-axes is told of an attempt: who and from where, as keyed hash and masked network, never as typed."""

from collections.abc import Mapping
from ipaddress import ip_network

from django.http import HttpRequest

from school.service import current, visitor_of

_PREFIX = {4: 24, 6: 56}


def person(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """Hash of the user name that is tried."""
    typed = (credentials or {}).get("username")
    if typed is None and request is not None:
        typed = request.POST.get("username", "")
    return current().events.person(typed or "")


def network(request: HttpRequest) -> str:
    """First address of the client's network: people behind one exit share its failures, not each other's accounts."""
    address = visitor_of(request).address
    return str(ip_network((address, _PREFIX[address.version]), strict=False).network_address)


def nobody(*_: object) -> str:
    """django-axes' name for a client in its own log lines, which tell nothing of people here."""
    return "a client"
