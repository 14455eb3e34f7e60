"""Which form of a page is the one to sign in with, and what a browser would send."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.probe.forms import read_page

URL = "https://portal.example.com/sign-in?next=/"
FIELDS = '<input name="user"><input type="password" name="word">'


def test_hidden_fields_ticked_boxes_and_the_first_button_are_sent_as_a_browser_does() -> None:
    form = read_page(
        '<form method="post"><input type="hidden" name="token" value="a&amp;b"><input name="user"><input type=password '
        "name=word><input type=checkbox name=keep checked><input type=checkbox name=no><input name=off disabled>"
        "<button name=go value=1>Go</button><button name=other value=2>Other</button></form>",
        URL,
    ).sign_in_form
    assert form is not None
    assert form.filled({"user": "ada", "word": "s"}) == (
        ("token", "a&b"),
        ("user", "ada"),
        ("word", "s"),
        ("keep", "on"),
        ("go", "1"),
    )


@pytest.mark.parametrize(
    ("head", "action", "url"),
    [
        ("", "", URL),
        ("", "/do", "https://portal.example.com/do"),
        ('<base href="https://id.example.com/a/">', "b", "https://id.example.com/a/b"),
        ("", "https://id.example.com/do#x", "https://id.example.com/do"),
        ("", "http://[broken", URL),
    ],
)
def test_a_form_goes_where_a_browser_would_send_it(head: str, action: str, url: str) -> None:
    form = read_page(f'{head}<form method="post" action="{action}">{FIELDS}</form>', URL).sign_in_form
    assert form is not None
    assert form.action == url


@pytest.mark.parametrize(
    "html",
    [
        f"<form>{FIELDS}</form>",
        f'<form method="get">{FIELDS}</form>',
        '<form method="post"><input name="user"></form>',
        '<form method="post"><input type="password" name="word"></form>',
        f'<form method="post">{FIELDS}<input type="password" name="again"></form>',
        '<form method="post"><input name="user"><input type="password" name="w" autocomplete="new-password"></form>',
        f"{FIELDS}",
        "",
    ],
    ids=["no-method", "get", "no-password", "no-name", "two-passwords", "sign-up", "no-form", "empty"],
)
def test_other_forms_are_not_to_sign_in_with(html: str) -> None:
    assert read_page(html, URL).sign_in_form is None


def test_the_field_that_says_it_takes_the_user_name_takes_it() -> None:
    html = (
        '<form method=post><input name=school autocomplete="organization"><input name=mail type=email '
        'autocomplete="username"><input name=hint><input type=password name=w></form>'
    )
    form = read_page(html, URL).sign_in_form
    assert form is not None
    assert form.name_field is not None
    assert form.name_field.name == "mail"


def test_no_value_of_a_field_is_in_its_repr() -> None:
    page = read_page(f'<form method="post"><input type="hidden" name="t" value="canary">{FIELDS}</form>', URL)
    assert "canary" not in repr(page)


@given(st.text(alphabet="<>/![]-='\" aforminputpsword?&#;x", max_size=400))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read_page(f'<form method="post">{text}', URL)


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "<![CDATA[", "</a ", "<?", "&#", '<a b="', "<script>", "<![if "])
def test_half_a_megabyte_of_broken_page_is_read_in_time(piece: str) -> None:
    begun = time.perf_counter()
    read_page(piece * (512 * 1024 // len(piece)), URL)
    # Measured: at most 0.9 s; the way that this guards against takes minutes.
    assert time.perf_counter() - begun < 10
