"""Slow down whoever guesses passwords of Doorward's own dashboard.

An attempt is written down before the password is looked at, so that many at once gain nothing; a success wipes the
person's attempts from that address. The limit per name alone is wide, so that nobody can shut the operator out cheaply.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from doorward.store.connection import reported, transacted
from doorward.web.models import Attempt

WINDOW = timedelta(minutes=10)
# Attempts within the window: five typing errors of one person; an office behind one address; a spread-out guesser.
MOST_PER_PERSON = 5
MOST_PER_ADDRESS = 20
MOST_PER_NAME = 50


def wait_s(name: str, address: str, now: datetime) -> float:
    """Write the attempt down; 0 if the password may be looked at, else the seconds to wait. Raises StoreUnavailable."""
    with transacted():
        Attempt.objects.filter(at__lt=now - WINDOW).delete()
        waits = [_wait_s(key, most, now) for key, most in _limits(name, address)]
        if not any(waits):
            Attempt.objects.bulk_create(Attempt(key=key, at=now) for key, _ in _limits(name, address))
    return max(waits)


def succeeded(name: str, address: str) -> None:
    """Forget this person's attempts from this address. Raises StoreUnavailable."""
    with reported():
        Attempt.objects.filter(key=_key("person", f"{name.casefold()}\0{address}")).delete()


def _limits(name: str, address: str) -> tuple[tuple[str, int], ...]:
    folded = name.casefold()
    return (
        (_key("person", f"{folded}\0{address}"), MOST_PER_PERSON),
        (_key("address", address), MOST_PER_ADDRESS),
        (_key("name", folded), MOST_PER_NAME),
    )


def _wait_s(key: str, most: int, now: datetime) -> float:
    times = list(Attempt.objects.filter(key=key).order_by("-at").values_list("at", flat=True)[:most])
    return max(0.0, (times[-1] + WINDOW - now).total_seconds()) if len(times) >= most else 0.0


def _key(kind: str, value: str) -> str:
    return salted_hmac("doorward.web.throttle", f"{kind}:{value}", algorithm="sha256").hexdigest()
