"""Guessing is stopped per account and network; nobody can lock a person out everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_after_too_many_failures_that_network_is_not_heard_but_others_are(
    auth_with: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    site = auth_with({"failures = 10": "failures = 3"})
    person, other = site.people()[:2]
    guesser = browse(site, "203.0.113.5")
    for _ in range(3):
        guesser.sign_in(person, "a guess")
    answer = guesser.sign_in(person)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text
    assert site.events("auth", "sign-in")[-1]["reason"] == "locked-out"

    assert browse(site, "203.0.113.200").sign_in(person).status_code == 429, "the same network"
    assert browse(site, "203.0.113.5").sign_in(other).url.path == "/", "another account"
    assert browse(site, "198.51.100.5").sign_in(person).url.path == "/", "another network"

    stored = b"".join(path.read_bytes() for path in site.path.glob("auth.sqlite3-wal"))
    assert b"a guess" not in stored
    assert b"203.0.113.5" not in stored


def test_a_success_forgets_earlier_failures(auth_with: Callable[..., Any], browse: Callable[..., Any]) -> None:
    site = auth_with({"failures = 10": "failures = 3"})
    person = site.people()[0]
    for _ in range(2):
        browser = browse(site)
        browser.sign_in(person, "a slip")
        browser.sign_in(person, "a slip")
        assert browser.sign_in(person).url.path == "/"
