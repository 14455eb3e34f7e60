"""Bytes in, the ends of the X.509 certificates among them out. Anything else tells nothing. Pure.

Source: RFC 5280 section 4.1 (the fields), RFC 7468 section 5 (the text form), X.690 section 8.1 (the bytes).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_PEM_IN_BASE64 = b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR"
"""How `-----BEGIN CERTIFICATE` begins once it is wrapped in base64, as in a Kubernetes secret."""
_DER_IN_BASE64 = re.compile(rb"MII[A-Za-z0-9+/\s]{200,}={0,2}")
_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


def first_end(content: bytes) -> datetime | None:
    """The first end among the certificates: text, bytes, or either wrapped in base64; None where there is none."""
    return min(_ends(content), default=None)


def _ends(content: bytes) -> Iterator[datetime]:
    stripped = content.strip()
    if stripped.startswith(_PEM_IN_BASE64) or _DER_IN_BASE64.fullmatch(stripped):
        content = _decoded(stripped) or b""
    blocks = [_decoded(match.group(1)) for match in _PEM.finditer(content)]
    if not blocks and content[:1] == b"\x30":
        blocks = [content]
    for block in blocks:
        try:
            yield not_after(block or b"")
        except ValueError:
            continue


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None


def not_after(der: bytes) -> datetime:
    """The certificate's `notAfter` (RFC 5280 section 4.1). Raises ValueError for anything else."""
    _, inside, _ = _part(_part(der, 0)[1], 0)
    at = 0
    tag, _, after = _part(inside, at)
    if tag == _VERSION:
        at = after
    for _ in range(3):  # serial number, signature, issuer
        _, _, at = _part(inside, at)
    tag, validity, _ = _part(inside, at)
    if tag != _SEQUENCE:
        raise ValueError("no validity")
    _, _, at = _part(validity, 0)
    tag, text, _ = _part(validity, at)
    return _time(tag, text.decode("ascii"))


def _part(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content, and where the next one begins (X.690 section 8.1)."""
    if at + 2 > len(data):
        raise ValueError("cut off")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, data[start : start + length], start + length


def _time(tag: int, text: str) -> datetime:
    """UTCTime counts years below 50 from 2000 (RFC 5280 section 4.1.2.5.1)."""
    if tag == _UTC_TIME:
        century = "20" if int(text[:2]) < 50 else "19"
        text = century + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
