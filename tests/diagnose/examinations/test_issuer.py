"""The issuer examination on a real small provider: its document, its keys, and what may be wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from doorward.diagnose.examinations.issuer import examine_issuer
from doorward.diagnose.examined import IssuerExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

Start = Callable[[Callable[[bytes], bytes]], int]


def examined(issuer: str) -> IssuerExamined:
    result = examine_issuer(Examinee("auth", Role.PROVIDER, issuer=issuer))
    assert isinstance(result, IssuerExamined)
    return result


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.fixture
def provider(answering: Start) -> Callable[..., str]:
    """Start a provider with this document and these keys; gives its issuer."""

    def start(keys: bytes, document: bytes | None = None) -> str:
        place: list[str] = []

        def talk(received: bytes) -> bytes:
            if b"GET /o/.well-known/openid-configuration " in received:
                told = {"issuer": f"{place[0]}/o", "jwks_uri": f"{place[0]}/o/keys"}
                return answer(document if document is not None else json.dumps(told).encode())
            return answer(keys)

        place.append(f"http://127.0.0.1:{answering(talk)}")
        return f"{place[0]}/o"

    return start


def test_the_ids_of_the_keys_are_told_in_order(provider: Callable[..., str]) -> None:
    issuer = provider(b'{"keys": [{"kid": "b", "kty": "RSA"}, {"kid": "a", "kty": "RSA"}]}')
    result = examined(issuer)
    assert (result.keys, result.named, result.status, result.problem) == (("a", "b"), issuer, 200, "")


def test_a_key_without_an_id_is_known_again_by_its_public_part(provider: Callable[..., str]) -> None:
    one, same, other = (
        examined(provider(f'{{"keys": [{{"kty": "RSA", "n": "{n}", "e": "AQAB", "use": "{use}"}}]}}'.encode())).keys
        for n, use in (("x", "sig"), ("x", "enc"), ("y", "sig"))
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("keys", "document", "said"),
    [
        (b'{"keys": []}', None, "the key set holds no key"),
        (b"<html>", None, "the key set: it does not read"),
        (b"[1]", None, "the key set: it does not read"),
        (b"", b"<html>", "the discovery document: it does not read"),
        (b"", b'{"issuer": "x"}', "the discovery document names no key set"),
        (b"", b"[" * 100_000, "the discovery document: it does not read"),
        (b"", b"\xff\xfe", "the discovery document: it does not read"),
    ],
    ids=["no key", "page for keys", "list for keys", "page", "no key set", "deep", "not UTF-8"],
)
def test_what_is_wrong_is_named(provider: Callable[..., str], keys: bytes, document: bytes | None, said: str) -> None:
    result = examined(provider(keys, document))
    assert result.problem == said
    assert result.keys == ()


def test_an_issuer_that_is_gone_or_refuses_is_told(answering: Start, unused_port: int) -> None:
    assert examined(f"http://127.0.0.1:{unused_port}").problem == "the discovery document: no connection"
    sick = examined(f"http://127.0.0.1:{answering(lambda _: answer(b'', '503 Service Unavailable'))}")
    assert (sick.status, sick.problem) == (503, "the discovery document: HTTP 503")


@pytest.mark.parametrize(("issuer", "applies"), [("", False), ("mailto:x", True)])
def test_without_an_issuer_it_is_not_examined(issuer: str, applies: bool) -> None:
    result = examine_issuer(Examinee("auth", Role.PROVIDER, issuer=issuer))
    assert isinstance(result, NotExamined)
    assert result.applies is applies


def test_its_other_addresses_are_asked_for_nothing_and_what_they_answer_is_told(
    answering: Start,
) -> None:
    place: list[str] = []

    def talk(received: bytes) -> bytes:
        if b"/.well-known/openid-configuration " in received:
            told = {"issuer": place[0], "jwks_uri": f"{place[0]}/keys", "token_endpoint": f"{place[0]}/token"}
            return answer(json.dumps(told).encode())
        if received.startswith(b"OPTIONS /token "):
            return answer(b"", "405 Method Not Allowed")
        return answer(b'{"keys": [{"kid": "a", "kty": "RSA"}]}')

    place.append(f"http://127.0.0.1:{answering(talk)}")
    assert examined(place[0]).endpoints == (("token_endpoint", 405),)
