"""Pages for when something went wrong."""

from collections.abc import Callable
from typing import Any


def test_a_page_that_is_not_there_says_so_in_words(visitor: Any) -> None:
    page = visitor.get("/nothing/here/")
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert 'href="/cannot-sign-in/"' in page.text


def test_a_host_name_that_is_not_the_portals_is_refused(site: Any, visitor: Any) -> None:
    answer = visitor.get("/cannot-sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_what_is_refused_shows_the_way_back(signed_in_as: Callable[..., Any]) -> None:
    page = signed_in_as("student").get("/inquiries/")
    assert page.status_code == 403
    assert 'href="/courses/"' in page.text


def test_a_database_that_is_gone_is_a_500_and_the_page_still_stands(own_site: Any, browse: Callable[..., Any]) -> None:
    site = own_site.site
    database = site.path / "portal.sqlite3"
    own_site.stop("portal")
    moved = database.rename(site.path / "away.sqlite3")
    try:
        own_site.start("portal")
        browser = browse(site)
        browser.cookies.set("portal_session", "b" * 32, domain="127.0.0.1")
        page = browser.get(site.portal_url + "/courses/")
        assert page.status_code == 500
        assert "Something went wrong on our side" in page.text
        assert site.events("portal", "error")[-1]["exception"] == "OperationalError"
    finally:
        own_site.stop("portal")
        moved.replace(database)
        own_site.start("portal")
