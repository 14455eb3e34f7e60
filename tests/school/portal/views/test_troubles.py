"""Pages for when something went wrong."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")


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


def test_a_database_that_fails_is_a_500_and_the_page_still_stands(
    signed_in_as: Callable[..., Any], rows: Callable[..., list[Any]]
) -> None:
    student = signed_in_as("student")
    rows("ALTER TABLE portal_account RENAME TO away")
    try:
        page = student.get("/courses/")
    finally:
        rows("ALTER TABLE away RENAME TO portal_account")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert student.events("error")[-1]["exception"] == "OperationalError"
    assert student.get("/courses/").status_code == 200
