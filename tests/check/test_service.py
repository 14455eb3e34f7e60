"""The parts of a service side by side, as Facts: what only the comparison tells, and what it must not guess."""

from __future__ import annotations

import pytest

from doorward.check import service
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Cookie, Endpoint, Fact, Flow, Issuer, Secret, Where
from doorward.model.service import Component, Role

ISSUER = "https://id.example.org"
BACK = "https://app.example.org/callback"


def _part(role: Role, *facts: Fact, name: str = "") -> service.Part:
    named = name or str(role)
    return Component(named, role, "any"), Configuration("any", f"{named}.conf", facts, ())


def _provider(
    callback: str | None = BACK, digest: str | None = "digest:aa", issuer: str | None = ISSUER
) -> service.Part:
    where = Where("provider.conf", 1, "p")
    facts = (Issuer(where, issuer), Secret(where, "app", digest), Callback(where, "app", callback, "provider"))
    return _part(Role.PROVIDER, *facts)


def _client(*more: Fact, issuer: str | None = ISSUER, digest: str | None = "digest:aa") -> service.Part:
    where = Where("client.conf", 1, "c")
    flow = Flow(where, "single-sign-on-client", ("app",))
    return _part(Role.CLIENT, Issuer(where, issuer), flow, Secret(where, "app", digest), *more)


def _asks(url: str | None) -> Callback:
    return Callback(Where("client.conf", 2, "redirect"), "app", url, "client")


def _rules(*parts: service.Part) -> list[str]:
    return [finding.rule for finding in service.findings(parts)]


def test_parts_that_fit_are_silent() -> None:
    assert _rules(_provider(), _client(_asks(BACK))) == []


@pytest.mark.parametrize("url", [BACK + "/", BACK.replace("https", "http"), BACK.replace("app.", "www.")])
def test_a_callback_that_the_client_asks_for_is_compared_sign_by_sign(url: str) -> None:
    (finding,) = service.findings((_provider(), _client(_asks(url))))
    assert (finding.rule, finding.where.path) == ("SERVICE-02", "client.conf")
    assert url in finding.message


@pytest.mark.parametrize(
    "parts",
    [
        (_provider(None), _client(_asks(BACK))),
        (_provider("https://app.example.org/*"), _client(_asks(BACK))),
        (_provider(), _client(_asks(None))),
        (_provider(digest=None), _client()),
        (_provider(), _client(digest=None)),
        (_provider(issuer=None), _client(issuer="https://other.example.org")),
        (_provider(), _client(issuer=None)),
        (_client(_asks(BACK)),),
        (_part(Role.PROVIDER, Issuer(Where("p"), ISSUER)), _client(_asks(BACK))),
    ],
)
def test_what_is_not_known_is_never_a_finding(parts: tuple[service.Part, ...]) -> None:
    assert _rules(*parts) == []


def test_a_proxy_that_signs_people_in_is_a_client_too() -> None:
    _, as_client = _client(_asks(BACK + "/"), issuer=ISSUER + "/")
    proxy = (Component("gate", Role.PROXY, "any"), as_client)
    assert _rules(_provider(), proxy) == ["SERVICE-01", "SERVICE-02"]


def test_with_two_providers_a_client_is_compared_with_the_one_that_it_names() -> None:
    where = Where("other.conf", 1, "o")
    other = _part(
        Role.PROVIDER, Issuer(where, "https://other.example.org"), Secret(where, "app", "digest:bb"), name="b"
    )
    assert _rules(_provider(), other, _client()) == []
    assert _rules(_provider(digest="digest:cc"), other, _client()) == ["SERVICE-03"]


def _cookie(domain: str | None = None, path: str | None = "/") -> Cookie:
    return Cookie(Where("x.conf", 3, "name"), "session", "sid", domain, path, True, "Lax")


def _public(url: str) -> Endpoint:
    return Endpoint(Where("x.conf", 1, "url"), "public", url)


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        ((_public("https://a.example:1"), _cookie()), (_public("https://a.example:2"), _cookie()), True),
        ((_public("https://a.example"), _cookie()), (_public("https://b.example"), _cookie()), False),
        ((_public("https://a.x.org"), _cookie(".x.org")), (_public("https://b.x.org"), _cookie("x.org")), True),
        (
            (_public("https://a.example/1"), _cookie(path="/1")),
            (_public("https://a.example/2"), _cookie(path="/2")),
            False,
        ),
        ((_public("https://a.example"), _cookie()), (_public("https://a.example"), _cookie(path=None)), False),
        ((_cookie(),), (_cookie(),), False),
    ],
)
def test_two_cookies_are_one_where_a_browser_takes_them_for_one(
    first: tuple[Fact, ...], second: tuple[Fact, ...], collide: bool
) -> None:
    parts = (_part(Role.PROVIDER, *first), _part(Role.CLIENT, *second))
    assert _rules(*parts) == (["SERVICE-05"] if collide else [])


def _headers(path: str, *names: str) -> Flow:
    return Flow(Where(path, 5, "proxy_set_header"), "forwarded-headers", names)


def test_a_header_that_the_proxy_does_not_set_is_told_at_the_proxy() -> None:
    proxy = _part(Role.PROXY, _headers("site.conf", "x-forwarded-proto"))
    behind = _part(Role.CLIENT, _headers("--forwarded", "X-Forwarded-Proto", "X-Forwarded-Host"))
    (finding,) = service.findings((proxy, behind))
    assert (finding.rule, finding.where.path) == ("SERVICE-07", "site.conf")
    assert "X-Forwarded-Host" in finding.message


def test_of_two_proxies_none_is_blamed() -> None:
    proxies = [_part(Role.PROXY, _headers("site.conf"), name=name) for name in "ab"]
    assert _rules(*proxies, _part(Role.CLIENT, _headers("--forwarded", "X-Forwarded-Host"))) == []


def test_a_fingerprint_is_of_rule_and_pointer() -> None:
    (one,) = service.findings((_provider(), _client(_asks(BACK + "/"))))
    (other,) = service.findings((_provider(), _client(_asks(BACK + "/other"))))
    assert one.fingerprint == other.fingerprint
