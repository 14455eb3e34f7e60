"""Sign-in, the account page and sign-out, as a person and the log see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

WRONG = "do not match"


def last_sign_in(site: Any) -> tuple[object, object]:
    event = site.events("auth", "sign-in")[-1]
    return event["outcome"], event["reason"]


def test_the_right_password_leads_to_the_account_page(site: Any, browse: Callable[..., Any]) -> None:
    person = site.people("teacher")[0]
    page = browse(site).sign_in(person)
    assert (page.status_code, page.url.path) == (200, "/")
    for fact in (person.name, person.username, person.mail, "Teacher"):
        assert fact in page.text
    assert last_sign_in(site) == ("succeeded", "ok")


def test_a_user_name_is_known_however_it_is_typed(site: Any, browse: Callable[..., Any]) -> None:
    person = site.people()[0]
    browser = browse(site)
    form = {"username": f"  {person.username.upper()} ", "password": person.password}
    token = {"csrfmiddlewaretoken": browser.get(site.auth_url + "/sign-in/").cookies["auth_csrf"]}
    assert browser.post(site.auth_url + "/sign-in/", data=form | token).url.path == "/"


@pytest.mark.parametrize(("username", "reason"), [("", "wrong-password"), ("nobody.here", "unknown-person")])
def test_a_failed_sign_in_says_the_same_to_everybody_and_why_to_the_log(
    site: Any, browse: Callable[..., Any], username: str, reason: str
) -> None:
    browser = browse(site)
    page = browser.get(site.auth_url + "/sign-in/")
    form = {"username": username or site.people()[0].username, "password": "no such password"}
    token = {"csrfmiddlewaretoken": page.cookies["auth_csrf"]}
    answer = browser.post(site.auth_url + "/sign-in/", data=form | token)
    assert WRONG in answer.text
    assert last_sign_in(site) == ("failed", reason)


def test_the_form_without_its_token_is_refused_and_counted(site: Any, browse: Callable[..., Any]) -> None:
    person = site.people()[0]
    form = {"username": person.username, "password": person.password}
    answer = browse(site).post(site.auth_url + "/sign-in/", data=form)
    assert answer.status_code == 403
    assert "out of date" in answer.text
    assert last_sign_in(site) == ("failed", "csrf")


def test_sign_in_never_leads_to_another_site(site: Any, browse: Callable[..., Any]) -> None:
    browser = browse(site)
    page = browser.get(site.auth_url + "/sign-in/", params={"next": "https://evil.example/"})
    assert browser.sign_in(site.people()[0], page=page).url.path == "/"


def test_who_is_signed_in_is_not_asked_again(site: Any, browse: Callable[..., Any]) -> None:
    browser = browse(site)
    browser.sign_in(site.people()[0])
    assert browser.get(site.auth_url + "/sign-in/").url.path == "/"


def test_signing_out_ends_the_session(site: Any, browse: Callable[..., Any]) -> None:
    browser = browse(site)
    account = browser.sign_in(site.people()[0])
    cookie = browser.cookies["auth_session"]
    assert browser.get(site.auth_url + "/sign-out/").status_code == 405
    token = {"csrfmiddlewaretoken": account.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]}
    assert browser.post(site.auth_url + "/sign-out/", data=token).url.path == "/sign-in/"
    assert site.events("auth", "sign-out")[-1]["session"] == site.events("auth", "sign-in")[-1]["session"]
    browser.cookies.set("auth_session", cookie)
    assert browser.account().url.path == "/sign-in/"


def test_a_monitor_that_proves_itself_is_marked_synthetic(site: Any, browse: Callable[..., Any]) -> None:
    browser = browse(site)
    browser.headers["X-Synthetic"] = site.secret("monitoring-token")
    browser.sign_in(site.people()[0])
    assert site.events("auth", "sign-in")[-1]["synthetic"] is True
    browser.headers["X-Synthetic"] = "guessed"
    browser.account()
    assert site.events("auth", "session")[-1]["synthetic"] is False


def test_the_log_holds_no_name_no_password_no_cookie(site: Any, browse: Callable[..., Any]) -> None:
    person = site.people()[1]
    browser = browse(site)
    browser.sign_in(person, "not this one")
    browser.sign_in(person)
    log = (site.path / "logs" / "auth.jsonl").read_text()
    for secret in (person.username, person.password, "not this one", browser.cookies["auth_session"]):
        assert secret not in log
