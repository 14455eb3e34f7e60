"""One-time codes: the standard's own table, and keys as people copy them."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime

import pytest

from doorward.probe.totp import code_at, key_of

SEED = b"12345678901234567890"


# RFC 6238 appendix B.
@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(second: int, code: str) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    assert code_at(b32encode(SEED).decode(), moment, digits=8) == code
    assert code_at(b32encode(SEED).decode(), moment) == code[2:]


@pytest.mark.parametrize(
    "text",
    [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ====",
        "otpauth://totp/School:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=School",
    ],
    ids=["plain", "as-apps-show-it", "dashes", "address"],
)
def test_a_key_is_read_as_people_copy_it(text: str) -> None:
    assert key_of(text) == SEED


@pytest.mark.parametrize("text", ["", "not base32!", "otpauth://totp/x", "1890"])
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match="the key of a one-time code is") as refused:
        key_of(text)
    assert "1890" not in str(refused.value)
