"""Who is at the door, as far as a request can tell: address, kind of browser, person or monitor."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from school.events import Address

_UNKNOWN_ADDRESS = IPv4Address("0.0.0.0")

# First match wins: Chromium names Safari too, and every browser names Mozilla.
_AGENTS = (("firefox/", "firefox"), ("chrome/", "chromium"), ("chromium/", "chromium"), ("safari/", "safari"))


@dataclass(frozen=True, slots=True)
class Visitor:
    """`agent` is chromium, firefox, safari or other; `synthetic` is true for a monitor that proved itself."""

    address: Address
    agent: str
    synthetic: bool


def client_address(peer: str, forwarded_for: str, trusted: Collection[str]) -> Address:
    """The first address of X-Forwarded-For if the peer is a trusted proxy, else the peer's own."""
    own = _parsed(peer) or _UNKNOWN_ADDRESS
    if peer not in trusted:
        return own
    return _parsed(forwarded_for.partition(",")[0].strip()) or own


def agent(user_agent: str) -> str:
    lowered = user_agent.lower()
    return next((name for mark, name in _AGENTS if mark in lowered), "other")


def is_synthetic(presented: str, token: str) -> bool:
    """Whether X-Synthetic carries the monitoring token; compared in constant time."""
    return bool(token) and hmac.compare_digest(presented.encode(), token.encode())


def _parsed(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
