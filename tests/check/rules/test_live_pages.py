"""Cookies and caches as they come with the sign-in page, against the configuration."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.check import finding
from doorward.check.rules import live_pages
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Endpoint, Where
from doorward.model.observation import Observation, SeenCookie, SeenPage

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC = "https://portal.example.com"


def _told(
    configured: tuple[str | None, bool | None, str | None] = (None, True, "Lax"),
    came: SeenCookie | None = None,
    url: str = PUBLIC,
    **headers: str,
) -> list[str]:
    domain, secure, same_site = configured
    cookie = Cookie(Where("app.toml", 3, "cookie.name"), "session", "sid", domain, "/", secure, same_site)
    facts = (Endpoint(Where("app.toml", 1, "url"), "public", PUBLIC), cookie)
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    page = SeenPage("visit", url, 200, headers=named, cookies=(came,) if came else ())
    seen = Observation(NOW, (page,))
    return [f.rule for f in finding.findings(live_pages.RULES, Configuration("any", "app.toml", facts, ()), None, seen)]


def _came(
    name: str = "sid", domain: str | None = None, path: str = "/", secure: bool = True, same_site: str = "Lax"
) -> SeenCookie:
    return SeenCookie(name, domain, path, secure, same_site)


@pytest.mark.parametrize(
    ("came", "rules"),
    [
        (_came(), []),
        (_came(same_site="lax"), []),
        (_came(name="other", secure=False), []),
        (_came(secure=False), ["LIVE-09"]),
        (_came(same_site=""), ["LIVE-09"]),
        (_came(same_site="Strict"), ["LIVE-09"]),
        (_came(path="/app"), ["LIVE-09"]),
        (_came(domain="old.example.com"), ["LIVE-08"]),
        (_came(domain=".example.com"), []),
        (_came(secure=False, same_site="None"), ["LIVE-08", "LIVE-09", "LIVE-09"]),
    ],
)
def test_a_cookie_is_compared_with_the_configured_one(came: SeenCookie, rules: list[str]) -> None:
    assert _told(came=came) == rules


def test_a_configured_domain_is_compared_without_its_dot() -> None:
    configured = (".example.com", True, "Lax")
    assert _told(configured, _came(domain="example.com")) == []
    assert _told(configured, _came()) == ["LIVE-09"]


def test_what_is_not_configured_is_not_compared() -> None:
    assert _told((None, None, None), _came(secure=False, same_site="Strict")) == []


def test_a_cookie_of_another_host_is_not_ours() -> None:
    assert _told(came=_came(secure=False), url="https://id.example.com/") == []


@pytest.mark.parametrize(
    ("headers", "is_told"),
    [
        ({"age": "30"}, True),
        ({"x_cache": "HIT from edge"}, True),
        ({"cf_cache_status": "HIT"}, True),
        ({"cache_control": "public, max-age=60"}, True),
        ({"cache_control": "max-age=0, s-maxage=60"}, True),
        ({"age": "0", "x_cache": "MISS"}, False),
        ({"cache_control": "no-store, private"}, False),
        ({"cache_control": "s-maxage=0"}, False),
        ({}, False),
    ],
)
def test_a_page_from_a_cache_or_for_one_is_told(headers: dict[str, str], is_told: bool) -> None:
    assert ("LIVE-10" in _told(came=_came(), **headers)) == is_told


def test_a_page_without_a_cookie_may_be_kept() -> None:
    assert _told(cache_control="public, max-age=60") == []
