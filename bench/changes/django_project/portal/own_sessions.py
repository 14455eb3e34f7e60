"""An engine of the project's own: Django's sessions in the database, under another module's name."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Django's own."""
