"""Guessing is stopped per account and network; nobody can lock a person out everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FAILURES = 10


def test_after_too_many_failures_that_network_is_not_heard_but_others_are(
    auth_site: Any, browse: Callable[..., Any]
) -> None:
    person, other = auth_site.people()[9:11]
    guesser = browse(auth_site, "203.0.113.5")
    page = guesser.get(auth_site.auth_url + "/sign-in/")
    for _ in range(FAILURES):
        page = guesser.sign_in(person, "a guess", page)
    answer = guesser.sign_in(person, page=page)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text
    assert auth_site.events("auth", "sign-in")[-1]["reason"] == "locked-out"

    assert browse(auth_site, "203.0.113.200").sign_in(person).status_code == 429, "the same network"
    assert browse(auth_site, "203.0.113.5").sign_in(other).url.path == "/", "another account"
    assert browse(auth_site, "198.51.100.5").sign_in(person).url.path == "/", "another network"

    stored = b"".join(path.read_bytes() for path in auth_site.path.glob("auth.sqlite3*"))
    assert b"a guess" not in stored
    assert b"203.0.113.5" not in stored


def test_a_success_forgets_earlier_failures(auth_site: Any, browse: Callable[..., Any]) -> None:
    person = auth_site.people()[11]
    browser = browse(auth_site, "192.0.2.7")
    for _ in range(2):
        page = browser.get(auth_site.auth_url + "/sign-in/")
        for _ in range(FAILURES - 1):
            page = browser.sign_in(person, "a slip", page)
        assert browser.sign_in(person, page=page).url.path == "/"
        browser.cookies.clear()
