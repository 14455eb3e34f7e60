"""What an issuer publishes: each thing that keeps clients out is a problem of its own, what will not last is a note."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from doorward.probe.discovery import document, document_notes, document_problems, key_notes, key_problems
from tests.certificates import certificate

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ISSUER = "https://id.example.org/realms/school"
GOOD = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
WEAK = base64.urlsafe_b64encode(b"\x80" + b"\x01" * 127).decode()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"issuer": ISSUER + "/"}, ["discovery.issuer"]),
        ({"token_endpoint": ""}, ["discovery.missing"]),
        ({"jwks_uri": "http://id.example.org/keys"}, ["discovery.plain"]),
        ({"userinfo_endpoint": "http://id.example.org/me"}, ["discovery.plain"]),
    ],
)
def test_each_fault_of_a_document_is_a_problem(changes: dict[str, str], codes: list[str]) -> None:
    found = document(json.dumps(GOOD | changes))
    assert found is not None
    assert [problem.code for problem in document_problems(found, ISSUER, "w")] == codes


@pytest.mark.parametrize("text", ["<html>", "[]", '{"issuer": 5}', ""])
def test_what_is_no_document_is_none(text: str) -> None:
    assert document(text) is None


def test_an_endpoint_elsewhere_and_unsigned_tokens_are_notes() -> None:
    given = {"jwks_uri": "https://keys.example.net/k", "id_token_signing_alg_values_supported": ["RS256", "none"]}
    found = document(json.dumps(GOOD | given))
    assert found is not None
    assert document_notes(found, ISSUER) == (
        "jwks_uri is at another host than the issuer",
        "ID tokens may be unsigned (alg none)",
    )


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ([{"kty": "RSA", "kid": "a"}], []),
        ([], ["discovery.keys"]),
        ([{"kty": "RSA", "kid": "a", "use": "enc"}], ["discovery.keys"]),
        ([{"kty": "RSA", "kid": "a"}, {"kty": "EC", "kid": "a"}], ["discovery.key-id"]),
        ([{"kty": "RSA", "kid": "a", "d": "x"}], ["discovery.private-key"]),
        ([{"kty": "oct", "kid": "a", "k": "x"}], ["discovery.private-key"]),
    ],
)
def test_each_fault_of_a_key_set_is_a_problem(keys: list[dict[str, str]], codes: list[str]) -> None:
    assert [problem.code for problem in key_problems(json.dumps({"keys": keys}), "w")] == codes


def test_the_keys_are_named_and_what_will_not_last_is_a_note() -> None:
    ends = base64.b64encode(certificate(NOW + timedelta(days=3.5))).decode()
    keys = [{"kty": "RSA", "kid": "b", "n": WEAK}, {"kty": "EC", "kid": "a", "x5c": [ends]}]
    assert key_notes(json.dumps({"keys": keys}), "public, max-age=604800", NOW) == (
        "keys served: a, b",
        "key b has 1024 bits",
        "the certificate of key a ends in 3 days",
        "others keep the key set for 168 hours: a rotation needs so much overlap",
    )
