"""When a certificate or a document ends, as a note of a result: a day and what ends in, words out where it is soon.

It never fails a journey: what has ended already is refused by those who check it, and that is what a journey meets.
"""

from __future__ import annotations

import contextlib
import ssl
from datetime import datetime

from doorward.certificate import not_after

# Public authorities' certificates last 47 to 398 days and are renewed some weeks before their end.
SOON_DAYS = 30


def soon(what: str, ends: datetime | None, now: datetime) -> tuple[str, ...]:
    """The note, nothing while there is time or no end is known."""
    if ends is None:
        return ()
    days = (ends - now).days
    if days < 0:
        return (f"{what} has ended {-days} days ago",)
    return (f"{what} ends in {days} days",) if days < SOON_DAYS else ()


def certificate_end(connection: object) -> datetime | None:
    """When the certificate of the other side ends, None without TLS."""
    if isinstance(connection, ssl.SSLSocket):
        with contextlib.suppress(ValueError):
            return not_after(connection.getpeercert(binary_form=True) or b"")
    return None
