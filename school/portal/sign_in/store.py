"""Sessions in the portal's database that remember why a presented session was not found good."""

from enum import StrEnum
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


class Refusal(StrEnum):
    """Why a session cookie was not accepted; the words of the `session` event."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    ENDED_AT_PROVIDER = "ended-at-provider"
    INACTIVE = "inactive"


class SessionStore(DatabaseStore):
    """Django's database sessions; `refusal` says after loading why nothing was loaded, None when all is well."""

    refusal: Refusal | None = None

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        content = self.decode(row.session_data)
        # The portal never saves an empty session, and Django decodes what it cannot verify as empty.
        if not content:
            self.refusal = Refusal.UNREADABLE
        return content

    def _row(self) -> AbstractBaseSession | None:
        row = self.model.objects.filter(session_key=self.session_key).first()
        if row is None:
            self.refusal = Refusal.UNKNOWN
            return None
        if row.expire_date <= timezone.now():
            self.refusal = Refusal.EXPIRED
            return None
        return row
