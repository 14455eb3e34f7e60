"""Addresses and cookie domains: the comparisons that browsers make. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str | None) -> str:
    """The host of an address, lower case, without port; empty if it has none."""
    try:
        return (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return ""


def origin_of(url: str | None) -> str:
    """Scheme, host and port as browsers write an Origin header."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower() if parts.netloc else ""


def is_http(url: str | None) -> bool:
    """Whether the address is plain HTTP."""
    return bool(url) and str(url).lower().startswith("http://")


def is_https(url: str | None) -> bool:
    """Whether the address is HTTPS."""
    return bool(url) and str(url).lower().startswith("https://")


def cookie_domain_covers(domain: str, host: str) -> bool:
    """Whether a browser on `host` takes a cookie for `domain` (RFC 6265 §5.1.3): the host itself or below it."""
    wanted, host = domain.lstrip(".").lower(), host.lower()
    if wanted == host:
        return True
    return host.endswith("." + wanted) and not _is_address(host)


def host_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a Host header is answered, by the patterns of Django's ALLOWED_HOSTS: exact, `.suffix` or `*`."""
    host = host.lower()
    return any(
        pattern == "*"
        or (pattern.startswith(".") and (host == pattern[1:] or host.endswith(pattern)))
        or pattern.strip("[]") == host.strip("[]")
        for pattern in (item.lower() for item in allowed)
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
