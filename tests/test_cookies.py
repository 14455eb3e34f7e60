"""The cookie jar, held to RFC 6265bis: what is never sent, what is always sent, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.cookies import (
    Jar,
    cookie_date,
    default_path,
    domain_matches,
    is_same_site,
    path_matches,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HTTPS = "https://portal.example.com/account/"
HOSTS = st.sampled_from(
    (
        "example.com",
        "portal.example.com",
        "id.portal.example.com",
        "badexample.com",
        "other.org",
        "127.0.0.1",
        "localhost",
    )
)
PATHS = st.lists(st.sampled_from(("a", "ab", "account", "b")), max_size=3).map(lambda parts: "/" + "/".join(parts))
SCHEMES = st.sampled_from(("http", "https"))
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "Domain": HOSTS,
        "Path": PATHS,
        "Secure": st.just(""),
        "SameSite": st.sampled_from(("Strict", "Lax", "None", "Laks", "")),
        "Max-Age": st.integers(-5, 10_000).map(str),
    },
)
LATER = st.integers(0, 20_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


def line(attributes: dict[str, str], name: str = "sid") -> str:
    return "; ".join([f"{name}=v", *(f"{key}={value}" if value else key for key, value in attributes.items())])


def jar_of(url: str, *lines: str) -> Jar:
    jar = Jar()
    for one in lines:
        jar.take(url, one, NOW)
    return jar


@given(ATTRIBUTES, SCHEMES, HOSTS, PATHS, SCHEMES, HOSTS, PATHS, LATER, st.booleans(), st.sampled_from(("GET", "POST")))
def test_a_cookie_goes_nowhere_that_its_attributes_forbid(
    attributes: dict[str, str],
    from_scheme: str,
    from_host: str,
    from_path: str,
    scheme: str,
    host: str,
    path: str,
    later: datetime,
    same_site: bool,
    method: str,
) -> None:
    jar = jar_of(f"{from_scheme}://{from_host}{from_path}", line(attributes))
    if not jar.header(f"{scheme}://{host}{path}", later, same_site=same_site, method=method):
        return
    domain = attributes.get("Domain", "")
    assert domain_matches(host, domain) and domain_matches(from_host, domain) if domain else host == from_host
    assert path_matches(path, attributes.get("Path") or default_path(f"{from_scheme}://{from_host}{from_path}"))
    assert "Secure" not in attributes or (scheme, from_scheme) == ("https", "https")
    assert "Max-Age" not in attributes or later < NOW + timedelta(seconds=int(attributes["Max-Age"]))
    word = attributes.get("SameSite", "").lower()
    assert word != "none" or "Secure" in attributes
    assert same_site or word == "none" or (word != "strict" and method == "GET")


@given(ATTRIBUTES, PATHS, st.sampled_from(("GET", "POST")))
def test_a_cookie_comes_back_to_where_it_was_set_while_it_lives(
    attributes: dict[str, str], path: str, method: str
) -> None:
    kept = {key: value for key, value in attributes.items() if key not in ("Domain", "Path")}
    lives = int(kept.get("Max-Age", "1")) > 0
    refused = kept.get("SameSite") == "None" and "Secure" not in kept
    sent = jar_of(f"https://portal.example.com{path}", line(kept)).header(
        f"https://portal.example.com{path}", NOW, method=method
    )
    assert bool(sent) == (lives and not refused)


@given(ATTRIBUTES, ATTRIBUTES)
def test_a_jar_keeps_one_cookie_for_a_name_a_domain_and_a_path(first: dict[str, str], second: dict[str, str]) -> None:
    jar = jar_of(HTTPS, line(first), line(second), line(first))
    assert len(jar.cookies) <= 2


@given(st.text(max_size=80))
def test_any_line_is_taken_or_refused_and_never_raises(text: str) -> None:
    jar = jar_of(HTTPS, text)
    assert jar.header(HTTPS, NOW) == "" or jar.cookies


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("a=1; Domain=other.example.org", False),
        ("a=1; Domain=com", False),
        ("a=1; Domain=.example.com", True),
        ("a=1; Domain=id.portal.example.com", False),
        ("__Host-a=1; Secure; Path=/", True),
        ("__Host-a=1; Secure", False),
        ("__Host-a=1; Secure; Path=/; Domain=portal.example.com", False),
        ("__Secure-a=1", False),
        ("__secure-a=1; Secure", True),
        ("a=1; SameSite=None", False),
        ("a=\x00", False),
        ("=", False),
        ("a=" + "v" * 4096, False),
    ],
)
def test_a_browser_refuses_what_the_rules_refuse(text: str, is_taken: bool) -> None:
    assert Jar().take(HTTPS, text, NOW) is is_taken


def test_an_answer_in_clear_does_not_replace_a_secure_cookie() -> None:
    jar = jar_of(HTTPS, "sid=of-https; Secure; Path=/")
    assert not jar.take("http://portal.example.com/", "sid=of-http; Path=/", NOW)
    assert jar.header(HTTPS, NOW) == "sid=of-https"


def test_an_old_cookie_of_the_host_stands_beside_a_new_one_of_the_domain() -> None:
    jar = jar_of(HTTPS, "sid=old; Path=/", "sid=new; Path=/; Domain=example.com")
    assert jar.header(HTTPS, NOW) == "sid=old; sid=new"


def test_max_age_goes_before_expires_and_a_past_date_takes_the_cookie_away() -> None:
    jar = jar_of(HTTPS, "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert jar.header(HTTPS, NOW + timedelta(seconds=59)) == "a=1"
    assert jar.header(HTTPS, NOW + timedelta(seconds=60)) == ""
    jar.take(HTTPS, "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW)
    assert jar.cookies == {}


def test_the_longer_path_comes_first() -> None:
    jar = jar_of(HTTPS, "a=root; Path=/", "b=below; Path=/account")
    assert jar.header(HTTPS, NOW) == "b=below; a=root"


def test_a_session_that_has_ended_keeps_its_cookie() -> None:
    jar = jar_of(HTTPS, "sid=old; Path=/", "other=1; Path=/")
    tab = jar.copy()
    jar.outlive("sid", "ended")
    assert jar.header(HTTPS, NOW) == "sid=ended; other=1"
    assert tab.header(HTTPS, NOW) == "sid=old; other=1"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("tomorrow", None),
    ],
)
def test_dates_are_read_in_the_forms_that_servers_write(text: str, date: datetime | None) -> None:
    assert cookie_date(text) == date


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://portal.example.com/", "https://id.example.com/", True),
        ("https://portal.example.com/", "http://portal.example.com/", False),
        ("https://portal.example.ac.uk/", "https://other.ac.uk/", False),
        ("https://portal.example.com/", "https://id.example.org/", False),
    ],
)
def test_a_site_is_the_registrable_domain_and_the_scheme(one: str, other: str, is_same: bool) -> None:
    assert is_same_site(one, other) is is_same
