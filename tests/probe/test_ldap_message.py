"""LDAP's bytes: what is said has the form of the RFC, and nothing that comes back can do more than be malformed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.probe.ber import ENUMERATED, SEQUENCE, Malformed, element, encoded, integer, octets
from doorward.probe.ldap_message import bind_request, extended_request, is_answered, responses, unbind_request


def test_a_bind_has_the_bytes_of_the_rfc() -> None:
    said = bind_request(1, "cn=a", "b")
    control = bytes.fromhex("a01d301b0419") + b"1.3.6.1.4.1.42.2.27.8.5.1"
    assert said == bytes.fromhex("3030020101") + bytes.fromhex("600c020103") + b"\x04\x04cn=a\x80\x01b" + control


def test_an_unbind_and_an_extended_request_are_as_short_as_they_can_be() -> None:
    assert unbind_request(5) == bytes.fromhex("30050201054200")
    assert extended_request(2, "1.2") == bytes.fromhex("300a0201027705800331") + b".2"


def test_a_response_tells_its_code_its_words_and_the_policys_error() -> None:
    policy = encoded(SEQUENCE, octets("1.3.6.1.4.1.42.2.27.8.5.1"), octets(encoded(SEQUENCE, octets(b"\x01", 0x81))))
    result = encoded(0x61, integer(49, ENUMERATED), octets(""), octets("no"))
    (found,) = responses(encoded(SEQUENCE, integer(1), result, encoded(0xA0, policy)))
    assert (found.kind, found.code, found.said, found.policy_error) == (0x61, 49, "no", 1)


def test_a_search_is_answered_when_its_last_message_came() -> None:
    entry = encoded(SEQUENCE, integer(1), encoded(0x64, octets("")))
    done = encoded(SEQUENCE, integer(1), encoded(0x65, integer(0, ENUMERATED), octets(""), octets("")))
    assert [is_answered(said) for said in (b"", entry, entry + done[:-1], entry + done)] == [False, False, False, True]


def test_what_is_no_ldap_needs_no_more_bytes_and_is_malformed() -> None:
    assert is_answered(b"HTTP/1.1 400 Bad Request")
    with pytest.raises(Malformed):
        responses(b"HTTP/1.1 400 Bad Request")


@given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda content: encoded(SEQUENCE, integer(1), content)))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    is_answered(data)
    with contextlib.suppress(Malformed):
        responses(data)


@given(st.binary(max_size=70_000))
def test_what_is_encoded_reads_back(content: bytes) -> None:
    assert element(octets(content)).content == content
