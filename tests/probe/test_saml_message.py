"""What is read of a SAML message, and that nothing can be done to the reader."""

from __future__ import annotations

import base64
import contextlib
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.probe.saml_message import MOST_BYTES, Unreadable, posted, redirected
from tests.certificates import certificate

P, A = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
ENDS = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
BASE64 = base64.b64encode(certificate(ENDS)).decode()
RESPONSE = f"""\
<p:Response xmlns:p="{P}" xmlns:a="{A}" ID="r" Destination="https://sp/acs" InResponseTo="q">
<a:Issuer>https://idp</a:Issuer><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>
<a:Assertion><a:Issuer>https://inner</a:Issuer><k:X509Certificate xmlns:k="k">{BASE64}</k:X509Certificate>
<a:Conditions NotBefore="2026-01-01T00:00:00Z" NotOnOrAfter="2026-01-01T00:05:00Z">
<a:AudienceRestriction><a:Audience>https://sp</a:Audience></a:AudienceRestriction></a:Conditions></a:Assertion>
</p:Response>"""


def wrapped(xml: str | bytes) -> str:
    return base64.b64encode(xml if isinstance(xml, bytes) else xml.encode()).decode()


def test_a_response_is_read_for_what_decides_whether_it_is_taken() -> None:
    found = posted(wrapped(RESPONSE))
    assert (found.kind, found.issuer, found.destination) == ("Response", "https://idp", "https://sp/acs")
    assert (found.is_success, found.said, found.audiences) == (True, "Success", ("https://sp",))
    assert (found.begins, found.ends) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC))
    assert found.certificate_ends == ENDS


def test_a_request_of_the_redirect_binding_is_inflated() -> None:
    xml = f'<p:AuthnRequest xmlns:p="{P}" xmlns:a="{A}" ID="q"><a:Issuer>https://sp</a:Issuer></p:AuthnRequest>'
    found = redirected(wrapped(zlib.compress(xml.encode(), wbits=-15)))
    assert (found.kind, found.id, found.issuer) == ("AuthnRequest", "q", "https://sp")


def test_words_of_a_status_that_the_standard_does_not_know_are_not_repeated() -> None:
    found = posted(wrapped(RESPONSE.replace(":status:Success", ":status:ada@example.org")))
    assert found.said == "a word of its own"


@pytest.mark.parametrize(
    "value",
    [
        "%%%",
        wrapped("<x/>"),
        wrapped("<x"),
        wrapped("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        "A" * (2 * MOST_BYTES + 1),
    ],
    ids=["no-base64", "no-saml", "cut-off", "document-type", "too-long"],
)
def test_what_is_no_message_is_unreadable(value: str) -> None:
    with pytest.raises(Unreadable):
        posted(value)


def test_a_message_that_inflates_without_end_is_cut_off() -> None:
    bomb = zlib.compress(b"<a>" * 20_000_000, wbits=-15)
    with pytest.raises(Unreadable):
        redirected(wrapped(bomb))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_unreadable(data: bytes) -> None:
    for read in (posted, redirected):
        with contextlib.suppress(Unreadable):
            read(wrapped(data))
