"""One-time codes by time: a key and a moment in, six digits out. Source: RFC 6238 §4, RFC 4226 §5.3."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

PERIOD_S = 30
_DIGITS = 6


def code_at(secret: str, moment: datetime, digits: int = _DIGITS, algorithm: str = "sha1") -> str:
    """The code of that moment. Raises ValueError for a key that is not base32."""
    counter = int(moment.timestamp()) // PERIOD_S
    made = hmac.new(key_of(secret), counter.to_bytes(8, "big"), algorithm).digest()
    offset = made[-1] & 15
    number = int.from_bytes(made[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def key_of(secret: str) -> bytes:
    """The key behind base32 as apps show it (blanks, small letters) or behind an otpauth:// address. ValueError."""
    if secret.strip().lower().startswith("otpauth:"):
        secret = parse_qs(urlsplit(secret.strip()).query).get("secret", [""])[0]
    letters = "".join(secret.split()).replace("-", "").rstrip("=").upper()
    try:
        key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise ValueError("the key of a one-time code is not base32") from error
    if not key:
        raise ValueError("the key of a one-time code is empty")
    return key
