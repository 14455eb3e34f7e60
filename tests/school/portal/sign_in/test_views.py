"""Signing in at the provider and out again, as a person, a browser and the log see it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")


def test_whoever_is_not_signed_in_is_sent_to_the_provider_with_pkce(site: Any, visitor: Any) -> None:
    answer = visitor.get("/sign-in/?next=/courses/algebra/", follow_redirects=False)
    address = answer.headers["location"]
    assert address.startswith(site.auth_url + "/o/authorize/?")
    assert "code_challenge_method=S256" in address
    assert re.search(r"[?&]state=\w{20,}", address)
    assert re.search(r"[?&]nonce=\w{15,}", address)


def test_after_sign_in_people_are_where_they_wanted_to_be(site: Any, visitor: Any) -> None:
    person = site.people("student")[0]
    page = visitor.browser.sign_in(person, page=visitor.get("/courses/algebra/"))
    assert page.url.path == "/courses/algebra/"
    assert person.name in page.text
    event = visitor.events("sign-in")[-1]
    assert (event["outcome"], event["reason"], event["client"]) == ("succeeded", "ok", "portal")


def test_both_services_call_a_person_by_the_same_hash(site: Any, signed_in_as: Callable[..., Any]) -> None:
    signed_in_as("teacher")
    assert site.events("portal", "sign-in")[-1]["person"] == site.events("auth", "sign-in")[-1]["person"]


def test_an_address_elsewhere_is_not_followed_after_sign_in(site: Any, visitor: Any) -> None:
    page = visitor.get("/sign-in/?next=https://example.org/")
    assert visitor.browser.sign_in(site.people("student")[0], page=page).url.path == "/courses/"


def test_a_callback_that_this_browser_did_not_begin_signs_nobody_in(visitor: Any) -> None:
    page = visitor.get("/sign-in/callback/?code=abc&state=planted")
    assert page.status_code == 400
    assert "You are not signed in" in page.text
    event = visitor.events("sign-in")[-1]
    assert (event["outcome"], event["reason"]) == ("failed", "state-mismatch")


def test_a_refusal_by_the_provider_is_told_as_one(visitor: Any) -> None:
    assert visitor.get("/sign-in/callback/?error=access_denied&state=x").status_code == 403
    assert visitor.events("sign-in")[-1]["reason"] == "access-denied"


def test_the_session_key_changes_at_sign_in(site: Any, visitor: Any) -> None:
    page = visitor.get("/courses/")
    before = visitor.browser.cookies["portal_session"]
    visitor.browser.sign_in(site.people("student")[0], page=page)
    assert visitor.browser.cookies["portal_session"] != before


def test_sign_out_ends_both_sessions(signed_in_as: Callable[..., Any]) -> None:
    student = signed_in_as("student")
    page = student.post("/sign-out/", student.get("/courses/"), {})
    assert page.url.path == "/signed-out/"
    assert student.events("sign-out")[-1]["person"]
    assert student.get("/courses/").url.path == "/sign-in/"
    assert student.browser.account().url.path == "/sign-in/"


def test_sign_out_by_a_link_is_not_possible(signed_in_as: Callable[..., Any]) -> None:
    student = signed_in_as("student")
    assert student.get("/sign-out/").status_code == 405
    assert student.get("/courses/").url.path == "/courses/"


def test_no_token_or_user_name_stands_in_database_or_log(
    site: Any, signed_in_as: Callable[..., Any], rows: Callable[..., list[Any]]
) -> None:
    signed_in_as("student")
    person = site.people("student")[0]
    tables = [name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = "".join(str(rows(f'SELECT * FROM "{table}"')) for table in tables)
    assert person.username not in kept
    assert person.username not in (site.path / "logs" / "portal.jsonl").read_text()
