"""Coming in: the one-time link, signing in, and being slowed down when guessing."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from doorward.web import setup_link, throttle
from doorward.web.setup_link import Token

from .conftest import PASSWORD

CHOSEN = {"username": "mara", "password": PASSWORD, "again": PASSWORD}


def link() -> str:
    """A fresh first-run link, as a path."""
    made = setup_link.first_run_link("http://testserver/")
    assert made is not None
    return made.removeprefix("http://testserver")


def token(path: str) -> str:
    """The token of a link."""
    return path.split("/")[-2]


def test_the_first_person_chooses_name_and_password_once(visitor: Client) -> None:
    path = link()
    assert b"Set up Doorward" in visitor.get(path).content
    answer = visitor.post(path, CHOSEN, follow=True)
    assert b"Welcome, mara" in answer.content
    assert get_user_model().objects.get().check_password(PASSWORD)
    assert Client().post(path, {**CHOSEN, "username": "ines"}).status_code == 410
    assert setup_link.first_run_link("http://testserver") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "doorward"}, "This name is taken"),
        ({"username": "policy"}, "This name is taken"),
        ({"username": "Mara Moe"}, "Use small letters"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"again": "something else"}, "The two passwords differ"),
    ],
)
def test_a_choice_that_does_not_do_is_explained_and_uses_nothing_up(
    visitor: Client, now: datetime, change: dict[str, str], words: str
) -> None:
    path = link()
    answer = visitor.post(path, {**CHOSEN, **change})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert setup_link.look(token(path), now) is Token.GOOD


def test_signing_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else(operator: Client) -> None:
    operator.logout()
    form = {"username": "mara", "password": PASSWORD}
    assert operator.post("/sign-in/?next=/watch/", {**form, "next": "/watch/"})["Location"] == "/watch/"
    operator.logout()
    assert operator.post("/sign-in/", {**form, "next": "https://evil.example/"})["Location"] == "/"


def test_who_guesses_is_told_to_wait_even_with_the_right_password(operator: Client) -> None:
    operator.logout()
    for _ in range(throttle.MOST_PER_PERSON):
        assert operator.post("/sign-in/", {"username": "mara", "password": "wrong"}).status_code == 200
    answer = operator.post("/sign-in/", {"username": "MARA", "password": PASSWORD})
    assert answer.status_code == 429
    assert b"Too many attempts. Wait 10 min" in answer.content
    assert int(answer["Retry-After"]) <= 600


def test_before_set_up_the_sign_in_page_says_where_the_link_is(visitor: Client) -> None:
    assert b"one-time link that Doorward printed" in visitor.get("/sign-in/").content


def test_signing_out_takes_a_click(operator: Client) -> None:
    assert operator.get("/sign-out/").status_code == 405
    operator.post("/sign-out/")
    assert operator.get("/").status_code == 302


def test_an_operator_changes_the_password(operator: Client) -> None:
    fresh = "another long pass phrase"
    form = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    assert b"Your password is changed" in operator.post("/account/", form, follow=True).content
    assert get_user_model().objects.get().check_password(fresh)


def test_a_colleague_comes_by_invitation_and_decides_in_their_own_name(operator: Client) -> None:
    assert Client().post("/account/invite/").status_code == 302
    page = operator.post("/account/invite/").content.decode()
    path = page.split("<code>http://testserver")[1].split("</code>")[0]
    colleague = Client()
    answer = colleague.post(path, {**CHOSEN, "username": "ines"}, follow=True)
    assert b"Welcome, ines" in answer.content
    assert Client().post(path, {**CHOSEN, "username": "eve"}).status_code == 410
