"""What happens to sessions, seen from outside: at real addresses of a served authentication service."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

CORRECT = "bind_ipv4_prefix = 24"
TOO_NARROW = "bind_ipv4_prefix = 32"


def last_session(site: Any) -> tuple[object, object]:
    event = site.events("auth", "session")[-1]
    return event["outcome"], event["reason"]


def rows(site: Any) -> int:
    with sqlite3.connect(site.path / "auth.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM django_session").fetchone()[0])


def execute(site: Any, statement: str) -> None:
    with sqlite3.connect(site.path / "auth.sqlite3", timeout=20) as database:
        assert database.execute(statement).rowcount > 0


def test_a_session_is_honoured_from_another_address_of_the_same_network(site: Any, browse: Callable[..., Any]) -> None:
    person = site.people()[0]
    browser = browse(site, "203.0.113.5")
    browser.sign_in(person)
    browser.move_to("203.0.113.77")
    assert person.name in browser.account().text
    assert last_session(site) == ("accepted", "ok")


def test_from_another_network_the_cookie_is_worth_nothing_but_its_session_lives_on(
    site: Any, browse: Callable[..., Any]
) -> None:
    person = site.people()[0]
    browser = browse(site, "203.0.113.5")
    browser.sign_in(person)
    kept = rows(site)
    browser.move_to("198.51.100.1")
    page = browser.account()
    assert page.url.path == "/sign-in/"
    assert person.name not in page.text
    assert last_session(site) == ("rejected", "network-changed")
    assert rows(site) == kept
    browser.move_to("203.0.113.5")
    assert person.name in browser.account().text


def test_the_log_names_the_same_person_and_session_at_sign_in_and_at_rejection(
    site: Any, browse: Callable[..., Any]
) -> None:
    browser = browse(site, "203.0.113.5")
    browser.sign_in(site.people()[0])
    signed_in = site.events("auth", "sign-in")[-1]
    browser.move_to("198.51.100.1")
    browser.account()
    rejected = site.events("auth", "session")[-1]
    assert (rejected["person"], rejected["session"]) == (signed_in["person"], signed_in["session"])
    assert rejected["source"] != signed_in["source"]


def test_correcting_a_too_narrow_prefix_does_not_mend_sessions_written_before(
    auth_with: Callable[..., Any], browse: Callable[..., Any], reload: Callable[[Any], None]
) -> None:
    site = auth_with({CORRECT: TOO_NARROW})
    person, other = site.people()[:2]
    early, late = browse(site, "203.0.113.5"), browse(site, "203.0.113.5")
    early.sign_in(person)
    early.move_to("203.0.113.6")
    assert early.account().url.path == "/sign-in/"

    site.edit({TOO_NARROW: CORRECT})
    reload(site)

    assert early.account().url.path == "/sign-in/", "the session keeps the binding it was written with"
    early.sign_in(person)
    assert site.events("auth", "sign-in")[-1]["outcome"] == "succeeded"
    assert early.account().url.path == "/sign-in/", "signing in again with the same cookie does not re-bind it"
    assert last_session(site) == ("rejected", "network-changed")

    late.sign_in(other)
    late.move_to("203.0.113.6")
    assert other.name in late.account().text, "sessions written since are bound as corrected"

    execute(site, "DELETE FROM django_session")
    early.sign_in(person)
    assert person.name in early.account().text, "clearing the rows mends them"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM django_session", "unknown"),
        ("UPDATE django_session SET expire_date = '2001-01-01 00:00:00'", "expired"),
        ("UPDATE django_session SET session_data = 'no such thing'", "unreadable"),
        ("UPDATE school_auth_account SET is_active = 0 WHERE username <> 'monitor'", "inactive"),
    ],
)
def test_an_old_cookie_is_rejected_with_the_reason(
    auth_site: Any, browse: Callable[..., Any], statement: str, reason: str
) -> None:
    browser = browse(auth_site)
    browser.sign_in(auth_site.people()[3])
    execute(auth_site, statement)
    browser.account()
    events = [(event["outcome"], event["reason"]) for event in auth_site.events("auth", "session")]
    assert ("rejected", reason) in events[-2:]
    execute(auth_site, "UPDATE school_auth_account SET is_active = 1")


def test_a_serializer_that_is_gone_fails_every_request_but_not_the_start(
    auth_with: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    gone = "django.contrib.sessions.serializers.PickleSerializer"
    site = auth_with({"django.contrib.sessions.serializers.JSONSerializer": gone})
    browser = browse(site)
    paths = ["/sign-in/", "/", "/o/authorize/", "/o/userinfo/"]
    assert {path: browser.get(site.auth_url + path).status_code for path in paths} == dict.fromkeys(paths, 500)
    assert browser.post(site.auth_url + "/o/token/").status_code == 500
    assert browser.get(site.auth_url + "/healthz").status_code == 200
    assert "Something went wrong on our side" in browser.get(site.auth_url + "/sign-in/").text
    errors = {(event["route"], event["exception"]) for event in site.events("auth", "error")}
    assert ("sign-in", "ImportError") in errors
