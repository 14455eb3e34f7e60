"""The way to support for people who cannot sign in."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")

FIELDS = {"who": "  Ada.Nobody@Example.org ", "message": "I am sent back to the form <every> time."}


def test_an_inquiry_is_kept_and_recorded_under_a_hash(visitor: Any, rows: Callable[..., list[Any]]) -> None:
    page = visitor.post("/cannot-sign-in/", visitor.get("/cannot-sign-in/"), FIELDS)
    assert page.url.path == "/cannot-sign-in/sent/"
    [(person, message)] = rows("SELECT person, message FROM portal_supportinquiry ORDER BY id DESC LIMIT 1")
    event = visitor.events("support-inquiry")[-1]
    assert (event["person"], event["topic"]) == (person, "cannot-sign-in")
    assert message == FIELDS["message"]
    assert len(person) == 16
    assert "ada" not in str(rows("SELECT * FROM portal_supportinquiry")).lower()


def test_an_inquiry_from_somebody_known_carries_the_hash_of_their_sign_ins(site: Any, visitor: Any) -> None:
    person = site.people("student")[0]
    visitor.post("/cannot-sign-in/", visitor.get("/cannot-sign-in/"), {"who": person.username, "message": "Help"})
    visitor.sign_in(person)
    assert visitor.events("support-inquiry")[-1]["person"] == visitor.events("sign-in")[-1]["person"]


def test_an_empty_inquiry_gets_the_form_back(visitor: Any) -> None:
    page = visitor.post("/cannot-sign-in/", visitor.get("/cannot-sign-in/"), {"who": "", "message": ""})
    assert page.status_code == 400
    assert page.text.count("This field is required.") == 2


def test_staff_read_inquiries_and_mark_them_as_answered(
    visitor: Any, signed_in_as: Callable[..., Any], rows: Callable[..., list[Any]]
) -> None:
    visitor.post("/cannot-sign-in/", visitor.get("/cannot-sign-in/"), FIELDS)
    staff = signed_in_as("staff")
    page = staff.get("/inquiries/")
    assert "I am sent back to the form &lt;every&gt; time." in page.text
    [(newest,)] = rows("SELECT max(id) FROM portal_supportinquiry")
    staff.post(f"/inquiries/{newest}/answered/", page, {})
    assert rows("SELECT is_answered FROM portal_supportinquiry WHERE id = ?", newest) == [(1,)]


def test_nobody_else_reads_inquiries(signed_in_as: Callable[..., Any]) -> None:
    assert signed_in_as("student").get("/inquiries/").status_code == 403
    assert signed_in_as("teacher").get("/inquiries/").status_code == 403
