"""The outlines of certificates for tests: all fields before the end, and nothing that is signed."""

from __future__ import annotations

import base64
from datetime import datetime


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def certificate(ends_at: datetime, year: str = "%y", tag: int = 0x17) -> bytes:
    """The outline of an X.509 certificate: what stands before the validity, the validity, and some more."""
    times = [der(0x17, b"200101000000Z"), der(tag, ends_at.strftime(f"{year}%m%d%H%M%SZ").encode())]
    before = [der(0xA0, der(2, b"\x02")), der(2, b"\x01"), der(0x30, b"\x05\x00"), der(0x30, b"\x31" * 150)]
    return der(0x30, der(0x30, *before, der(0x30, *times), der(0x30)), der(0x30), der(3, b"\x00"))


def pem(*certificates: bytes) -> bytes:
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(one) + b"-----END CERTIFICATE-----\n"
        for one in certificates
    )
