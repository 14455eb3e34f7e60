"""The end of a certificate, from every form in which configurations hold one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from doorward.certificate import first_end, not_after
from tests.certificates import certificate, pem

AT = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_both_forms_of_time_are_read() -> None:
    ends_at = datetime(2049, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert not_after(certificate(ends_at)) == ends_at
    later = datetime(2050, 1, 1, tzinfo=UTC)
    assert not_after(certificate(later, "%Y", 0x18)) == later


@pytest.mark.parametrize(
    "content",
    [
        certificate(AT),
        pem(certificate(AT)),
        pem(certificate(AT + timedelta(days=9)), certificate(AT)),
        base64.encodebytes(pem(certificate(AT))),
        base64.b64encode(certificate(AT)),
        b"\n  " + pem(certificate(AT)),
    ],
)
def test_a_certificate_is_found_in_every_form(content: bytes) -> None:
    assert first_end(content) == AT


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"\x30",
        b"\x30\x82\xff\xff",
        pem(b"\x30\x03abc"),
        b"-----BEGIN CERTIFICATE-----",
        b"MII" + b"A" * 400,
    ],
)
def test_what_is_no_certificate_has_no_end(content: bytes) -> None:
    assert first_end(content) is None
