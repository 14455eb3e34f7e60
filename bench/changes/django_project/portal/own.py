"""What the project puts in the place of Django's own: a middleware, a form of cache keys, a backend that refuses."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class PortalSessionMiddleware(SessionMiddleware):
    """Django's own under another name."""


class NobodyBackend(BaseBackend):
    """Refuses everybody, and says that nobody else need be asked."""

    def authenticate(self, request: HttpRequest | None, **given: Any) -> None:
        """Nobody."""
        raise PermissionDenied


def cache_key(key: str, prefix: str, version: int) -> str:
    """Keys of a cache in another form than Django's own."""
    return f"{version}/{prefix}/{key}"
