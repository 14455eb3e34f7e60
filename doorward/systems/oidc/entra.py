"""The registration of an application at Microsoft Entra ID, as `az ad app show` prints it, in; Facts out.

It is the provider's side of a client: its callbacks, and the days on which its secrets and certificates end.
Source: https://learn.microsoft.com/en-us/graph/api/resources/application
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from doorward.model.fact import Callback, Fact, Flow
from doorward.systems.oidc.document import Document

SHOWN = frozenset(["appId", "displayName", "endDateTime", "keyId", "redirectUris", "signInAudience", "startDateTime"])
_CREDENTIALS = {"passwordCredentials": "secret", "keyCredentials": "certificate"}
_PLATFORMS = ("web", "spa", "publicClient")


def is_registration(content: bytes) -> bool:
    """Whether the JSON is the registration of an application."""
    return b'"appId"' in content and b'"passwordCredentials"' in content


def facts(document: Document) -> Iterator[Fact]:
    """The callbacks that are allowed, and what ends."""
    client = document.text("appId") or ""
    for platform in _PLATFORMS:
        for item in document.items(f"{platform}.redirectUris"):
            yield Callback(document.where(item), client, document.text(item), "provider")
    for table, kind in _CREDENTIALS.items():
        for item in document.items(table):
            yield from _end(document, f"{item}.endDateTime", kind, document.text(f"{item}.displayName"), client)


def _end(document: Document, pointer: str, kind: str, name: str | None, client: str) -> Iterator[Flow]:
    try:
        at = datetime.fromisoformat(str(document.values.get(pointer)))
    except ValueError:
        return
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    called = f"{name} of client {client}" if name else f"of client {client}"
    yield Flow(document.where(pointer), "ends", (kind, called, at.isoformat()))
