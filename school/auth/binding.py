"""Ties a session to the network in which its person signed in, so that a copied cookie is of no use elsewhere.

In: addresses, prefixes, a keyed hash. Out: what the session stores, and whether a later address keeps to it. The
binding is written once and never rewritten, and the prefix that counts is the one stored in it: a thief who holds only
the cookie can neither move a session nor loosen it. Guards of this kind are Shibboleth's consistentAddress and its
like.

What follows, and is meant: a session written while the prefix was too narrow stays bound that narrowly after the
setting is corrected, for as long as the session lives.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network

from school.events import Address

KEY = "binding"
"""Where the session keeps it."""

Hash = Callable[[str], str]


class Verdict(StrEnum):
    HOLDS = "holds"
    UNBOUND = "unbound"
    NETWORK_CHANGED = "network-changed"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Lengths for IPv4 and IPv6; 0 binds nothing."""

    ipv4: int
    ipv6: int

    def of(self, address: Address) -> int:
        return self.ipv4 if address.version == 4 else self.ipv6


def bind(address: Address, prefixes: Prefixes, keyed: Hash) -> dict[str, int | str] | None:
    """What the session stores at sign-in; None when binding is off for this kind of address."""
    prefix = prefixes.of(address)
    if prefix == 0:
        return None
    return {"prefix": prefix, "network": keyed(_network(address, prefix))}


def judge(stored: object, address: Address, keyed: Hash) -> Verdict:
    """Whether the address keeps to what the session stored; a damaged binding is kept by nobody."""
    if stored is None:
        return Verdict.UNBOUND
    if not isinstance(stored, Mapping) or not isinstance(stored.get("prefix"), int):
        return Verdict.NETWORK_CHANGED
    kept = keyed(_network(address, stored["prefix"])) == stored.get("network")
    return Verdict.HOLDS if kept else Verdict.NETWORK_CHANGED


def _network(address: Address, prefix: int) -> str:
    """The masked network; a prefix of the other address family is cut to what this one has."""
    length = max(0, min(prefix, address.max_prefixlen))
    return str(ip_network((address, length), strict=False))
