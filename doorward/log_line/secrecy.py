"""Keyed hashes of people, sessions and networks, the same as the school and Django's session reader make.

Source: docs/logs.md: the first 16 hex digits of HMAC-SHA256 over `kind:value`; a person is the case-folded user name,
a source the /24 of an IPv4 address or the /56 of an IPv6 address.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache, partial
from ipaddress import IPv6Address, ip_address, ip_network

_DIGITS = 16
# Source: RFC 2104 §2, FIPS 180-4: the block of SHA-256.
_BLOCK = 64
_PREFIX = {4: 24, 6: 56}
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# Most addresses are plain, and the general way is ten times as slow.
_PLAIN = re.compile(rf"({_OCTET}\.{_OCTET}\.{_OCTET})\.{_OCTET}")
_SCOPE = re.compile(r"%[^%]*$")
# People of a busy quarter of an hour; beyond it a name is hashed again.
_REMEMBERED = 16384


class Hasher:
    """Hashes of one key; the last ones are remembered in memory only."""

    def __init__(self, key: bytes) -> None:
        # HMAC by its definition: a copy of what the key begins takes half the time of beginning with the key each time.
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
        self.person = lru_cache(_REMEMBERED)(self.person_anew)
        self.source = lru_cache(_REMEMBERED)(self.source_anew)
        self._network = lru_cache(_REMEMBERED)(partial(self._hash, "source"))

    def _hash(self, kind: str, value: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{kind}:{value}".encode("utf-8", "replace"))
        outer.update(inner.digest())
        return outer.hexdigest()[:_DIGITS]

    def person_anew(self, name: str) -> str:
        """Hash of a user name, for who remembers it otherwise."""
        return self._hash("person", name.strip().casefold())

    def session(self, key: str) -> str:
        """Hash of a session's key."""
        return self._hash("session", key)

    def source_anew(self, address: str) -> str:
        """Hash of an address's network; of a host name as it stands."""
        return self._network(network(address))


def network(address: str) -> str:
    """The network of an address that may be in brackets, have a port, a scope or be an IPv4 address within IPv6."""
    plain = _PLAIN.fullmatch(address)
    if plain is not None:
        return f"{plain[1]}.0/24"
    bare = _SCOPE.sub("", address.strip())
    for candidate in (bare, bare.partition("]")[0].lstrip("["), bare.rpartition(":")[0]):
        try:
            ip = ip_address(candidate)
        except ValueError:
            continue
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return str(ip_network((ip, _PREFIX[ip.version]), strict=False))
    return bare.casefold()
