"""The one-time link by which an operator chooses a name and password: the first at the start, others by invitation.

In: the dashboard's address. Out: the link. Only the token's SHA-256 is kept, in a file that the owner alone can read;
it is good once and for a day. A newer link takes the place of an older one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.contrib.auth import get_user_model
from django.utils import timezone

from doorward.store.connection import reported
from doorward.web import ports

LIFE = timedelta(hours=24)


class Token(StrEnum):
    """What a presented token is worth."""

    GOOD = "good"
    OPERATOR_EXISTS = "an-operator-exists"
    UNKNOWN = "unknown-or-used"
    EXPIRED = "expired"


def first_run_link(base_url: str) -> str | None:
    """A fresh link below `base_url`, None if an operator exists. Raises StoreUnavailable."""
    return None if operators() else _fresh_link(base_url, is_invitation=False)


def invitation(base_url: str) -> str:
    """A fresh link for a colleague, asked for by an operator who is signed in. Raises StoreUnavailable."""
    return _fresh_link(base_url, is_invitation=True)


def _fresh_link(base_url: str, *, is_invitation: bool) -> str:
    token = secrets.token_urlsafe(32)
    expires_at = (timezone.now() + LIFE).isoformat()
    kept = {"sha256": _digest(token), "expires_at": expires_at, "is_invitation": is_invitation}
    fresh = _file().with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(kept, file)
    os.replace(fresh, _file())
    return f"{base_url.rstrip('/')}/set-up/{token}/"


def operators() -> int:
    """How many people can sign in to this dashboard. Raises StoreUnavailable."""
    with reported():
        return get_user_model().objects.filter(is_active=True).count()


def look(token: str, now: datetime) -> Token:
    """What the token is worth; nothing is used up."""
    try:
        kept = json.loads(_file().read_text())
        expires_at = datetime.fromisoformat(kept["expires_at"])
    except (OSError, ValueError, KeyError):
        return Token.OPERATOR_EXISTS if operators() else Token.UNKNOWN
    if not kept.get("is_invitation") and operators():
        return Token.OPERATOR_EXISTS
    if not hmac.compare_digest(_digest(token), str(kept.get("sha256"))):
        return Token.UNKNOWN
    return Token.GOOD if now < expires_at else Token.EXPIRED


def use_up(token: str, now: datetime) -> Token:
    """As `look`, and a good token is gone afterwards: of two who come at once, one gets it."""
    worth = look(token, now)
    if worth is not Token.GOOD:
        return worth
    claimed = _file().with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
    try:
        os.rename(_file(), claimed)
    except FileNotFoundError:
        return Token.UNKNOWN
    claimed.unlink()
    return Token.GOOD


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _file() -> Path:
    state = ports.doorward_settings().state
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    return state / "setup-link"
