"""What answers at an address, asked over the network of this machine: pages, cookies, keys, certificates, faults."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorward.check.live import observe
from doorward.check.rehearsal.certificate import throw_away
from doorward.model.configuration import Configuration
from doorward.model.fact import Endpoint, Fact, Issuer, Where
from doorward.model.observation import Observation
from tests.sites import Answer, serving

NOW = datetime.now(UTC)
CANARY = "canary7f3a91"


def _seen(*facts: Fact, trust: ssl.SSLContext | None = None) -> Observation | None:
    return observe(Configuration("any", "app.toml", facts, ()), NOW, 2.0, trust)


def _public(url: str) -> Endpoint:
    return Endpoint(Where("app.toml", 1, "url"), "public", url)


def test_the_way_to_the_form_is_walked_and_nothing_secret_is_kept() -> None:
    def site(path: str) -> Answer:
        if path.startswith("/form"):
            assert path == f"/form?state={CANARY}"
            return 200, {"Set-Cookie": f"sid={CANARY}; Path=/; HttpOnly; SameSite=Lax"}, b"<form>"
        return 302, {"Location": f"/form?state={CANARY}", "Set-Cookie": "old=; Max-Age=0"}, b""

    with serving(site) as (address, asked):
        sign_in = Endpoint(Where("app.toml", 2, "login"), "sign-in", "/login")
        seen = _seen(_public(address), sign_in)
    assert asked == ["/login", f"/form?state={CANARY}"]
    assert seen is not None
    first, second = seen.of("visit")
    assert (first.status, first.location, first.cookies) == (302, f"{address}/form", ())
    (cookie,) = second.cookies
    assert (cookie.name, cookie.domain, cookie.path, cookie.secure, cookie.same_site) == (
        "sid",
        None,
        "/",
        False,
        "Lax",
    )
    assert CANARY not in repr(seen)


def test_a_circle_ends() -> None:
    with serving(lambda path: (302, {"Location": "/again"}, b"")) as (address, asked):
        seen = _seen(_public(address))
    assert seen is not None
    assert len(asked) == len(seen.pages) == 10


def _provider(keys: object) -> Callable[[str, str], Answer]:
    def site(address: str, path: str) -> Answer:
        if path == "/keys":
            return 200, {}, json.dumps(keys).encode()
        return 200, {}, json.dumps({"issuer": address + "/", "jwks_uri": address + "/keys"}).encode()

    return site


@pytest.mark.parametrize(("keys", "count"), [({"keys": [{"kid": "1"}]}, 1), ({"keys": []}, 0), ([], 0)])
def test_the_provider_s_document_and_keys_are_read(keys: object, count: int) -> None:
    known: list[str] = []
    with serving(lambda path: _provider(keys)(known[0], path)) as (address, asked):
        known.append(address)
        seen = _seen(Issuer(Where("app.toml", 1, "issuer"), address))
    assert asked == ["/.well-known/openid-configuration", "/keys"]
    assert seen is not None
    assert (seen.issuer, seen.keys) == (f"{address}/", count)


def test_an_address_without_an_answer_is_named_by_its_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    seen = _seen(_public(f"http://127.0.0.1:{port}"))
    assert seen is not None
    assert [(page.status, page.fault) for page in seen.pages] == [(None, "refused")]


@pytest.mark.parametrize("facts", [(), (_public("ftp://a.example"),), (Issuer(Where("a"), None),)])
def test_where_no_address_is_named_nothing_is_asked(facts: tuple[Fact, ...]) -> None:
    assert _seen(*facts) is None


@pytest.mark.parametrize(
    ("name", "is_trusted", "fault"),
    [("127.0.0.1", True, ""), ("127.0.0.1", False, "authority"), ("portal.example.com", True, "host")],
)
def test_a_certificate_is_judged_and_the_page_behind_it_seen(
    tmp_path: Path, name: str, is_trusted: bool, fault: str
) -> None:
    made = throw_away((name,), tmp_path)
    trust = ssl.create_default_context(cafile=str(made.certificate)) if is_trusted else None
    with serving(lambda path: (200, {}, b"<form>"), (made.certificate, made.key)) as (address, _):
        seen = _seen(_public(address), trust=trust)
    assert seen is not None
    assert [page.status for page in seen.pages] == [200]
    (certificate,) = seen.certificates
    assert certificate.fault == fault
    assert certificate.ends_at is not None
    assert timedelta(hours=1) < certificate.ends_at - NOW < timedelta(days=2)


def test_the_health_page_is_asked_where_one_is_named() -> None:
    with serving(lambda path: (204 if path == "/healthz" else 500, {}, b"")) as (address, _):
        seen = _seen(_public(address), Endpoint(Where("doorward.toml"), "health", f"{address}/healthz"))
    assert seen is not None
    assert [page.status for page in seen.of("health")] == [204]
    assert [page.status for page in seen.of("visit")] == [500]
