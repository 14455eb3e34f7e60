"""An engine of the project's own: Django's sessions in the cache, under other keys."""

from __future__ import annotations

from django.contrib.sessions.backends.cache import SessionStore as CacheStore


class SessionStore(CacheStore):
    """Django's own, with a prefix of the project's."""

    cache_key_prefix = "portal.sessions."
