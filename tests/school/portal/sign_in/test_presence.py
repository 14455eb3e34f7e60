"""Staying signed in: what the portal asks the provider now and then, and what it does with the answer."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.school.portal.conftest import OwnSite, Visitor, until

pytestmark = pytest.mark.xdist_group("school-copies")


@pytest.fixture
def student(own_site: OwnSite, browse: Callable[..., Any]) -> Visitor:
    at_portal = Visitor(browse(own_site.site), own_site.site)
    assert at_portal.sign_in(own_site.site.people("student")[0]).url.path == "/courses/"
    return at_portal


def change(own_site: OwnSite, service: str, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(own_site.site.path / f"{service}.sqlite3", timeout=20)) as database, database:
        database.execute(statement, values)


def test_an_accepted_session_is_recorded_with_its_route(student: Visitor) -> None:
    student.get("/courses/algebra/")
    event = student.events("session")[-1]
    assert (event["outcome"], event["reason"], event["route"]) == ("accepted", "ok", "course")


def test_a_session_that_nobody_knows_is_rejected_as_unknown(student: Visitor) -> None:
    student.browser.cookies.clear()
    student.browser.cookies.set("portal_session", "a" * 32, domain="127.0.0.1")
    student.get("/courses/")
    rejected = [event for event in student.events("session") if event["outcome"] == "rejected"]
    assert rejected[-1]["reason"] == "unknown"


def test_a_session_past_its_end_is_rejected_as_expired(own_site: OwnSite, student: Visitor) -> None:
    key = student.browser.cookies["portal_session"]
    change(own_site, "portal", "UPDATE django_session SET expire_date = '2020-01-01' WHERE session_key = ?", key)
    student.get("/courses/", follow_redirects=False)
    assert student.events("session")[-1]["reason"] == "expired"


def test_a_session_that_does_not_decode_is_rejected_as_unreadable(own_site: OwnSite, student: Visitor) -> None:
    key = student.browser.cookies["portal_session"]
    change(own_site, "portal", "UPDATE django_session SET session_data = 'torn' WHERE session_key = ?", key)
    student.get("/courses/", follow_redirects=False)
    assert student.events("session")[-1]["reason"] == "unreadable"


def test_an_access_token_that_ran_out_is_refreshed_unseen(own_site: OwnSite, student: Visitor) -> None:
    change(own_site, "auth", "UPDATE oauth2_provider_accesstoken SET expires = '2020-01-01'")
    before = len(own_site.site.events("auth", "token"))

    def refreshed() -> bool:
        assert student.get("/courses/").url.path == "/courses/"
        return any(event["grant"] == "refresh_token" for event in own_site.site.events("auth", "token")[before:])

    until(refreshed, "the portal refreshes the token")


def test_a_sign_in_ended_at_the_provider_ends_at_the_portal(own_site: OwnSite, student: Visitor) -> None:
    for table in ("refreshtoken", "accesstoken"):
        change(own_site, "auth", f"DELETE FROM oauth2_provider_{table}")
    until(lambda: student.get("/courses/", follow_redirects=False).status_code == 302, "the session ends")
    assert student.events("session")[-1]["reason"] == "ended-at-provider"


def test_a_provider_that_is_down_is_a_500_with_a_way_to_support(own_site: OwnSite, student: Visitor) -> None:
    own_site.stop("auth")
    try:
        page = until(lambda: (seen := student.get("/courses/")).status_code == 500 and seen, "the portal notices")
        assert "Something went wrong on our side" in page.text
        assert 'href="/cannot-sign-in/"' in page.text
        assert student.get("/cannot-sign-in/").status_code == 200
        assert student.events("error")[-1]["exception"] == "ProviderFault"
        assert student.get("/healthz").status_code == 200
    finally:
        own_site.start("auth")
    until(lambda: student.get("/courses/").status_code == 200, "the same session goes on")


def test_a_provider_that_is_down_at_the_callback_fails_the_sign_in(
    own_site: OwnSite, browse: Callable[..., Any]
) -> None:
    visitor = Visitor(browse(own_site.site), own_site.site)
    away = visitor.get("/sign-in/", follow_redirects=False).headers["location"]
    state = away.split("state=")[1].split("&")[0]
    own_site.stop("auth")
    try:
        page = visitor.get(f"/sign-in/callback/?code=abc&state={state}")
        assert page.status_code == 500
        event = visitor.events("sign-in")[-1]
        assert (event["outcome"], event["reason"]) == ("failed", "provider-error")
    finally:
        own_site.start("auth")
