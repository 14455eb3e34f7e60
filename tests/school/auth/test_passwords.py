"""Changing a password, and choosing a new one by mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

NEW = "correct horse battery staple"


def token_of(page: Any) -> dict[str, str]:
    return {"csrfmiddlewaretoken": page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]}


def ask(browser: Any, site: Any, mail: str) -> Any:
    url = site.auth_url + "/password/forgotten/"
    return browser.post(url, data=token_of(browser.get(url)) | {"email": mail})


def mails(site: Any) -> list[str]:
    files = sorted((site.path / "mail").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return [str(message_from_bytes(path.read_bytes()).get_payload()) for path in files]


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    auth_site: Any, browse: Callable[..., Any]
) -> None:
    person = auth_site.people()[5]
    here, elsewhere = browse(auth_site), browse(auth_site)
    here.sign_in(person)
    elsewhere.sign_in(person)
    url = auth_site.auth_url + "/password/change/"
    form = {"old_password": person.password, "new_password1": NEW, "new_password2": NEW}
    assert here.post(url, data=token_of(here.get(url)) | form).url.path == "/"
    assert here.account().url.path == "/"
    assert elsewhere.account().url.path == "/sign-in/"
    assert browse(auth_site).sign_in(person, NEW).url.path == "/"


def test_a_weak_new_password_is_refused_with_its_ground(auth_site: Any, browse: Callable[..., Any]) -> None:
    person = auth_site.people()[6]
    browser = browse(auth_site)
    browser.sign_in(person)
    url = auth_site.auth_url + "/password/change/"
    form = {"old_password": person.password, "new_password1": "short", "new_password2": "short"}
    page = browser.post(url, data=token_of(browser.get(url)) | form)
    assert "too short" in page.text


def test_a_link_by_mail_lets_a_person_choose_a_new_password_once(auth_site: Any, browse: Callable[..., Any]) -> None:
    person = auth_site.people()[7]
    browser = browse(auth_site)
    assert "Look into your mail" in ask(browser, auth_site, person.mail.upper()).text
    link = re.search(r"http://\S+", mails(auth_site)[-1])
    assert link is not None
    page = browser.get(link[0])
    form = {"new_password1": NEW, "new_password2": NEW}
    assert browser.post(str(page.url), data=token_of(page) | form).url.path == "/sign-in/"
    assert browser.sign_in(person, NEW).url.path == "/"
    assert "no longer good" in browse(auth_site).get(link[0]).text
    outcomes = [(event["outcome"], event["person"]) for event in auth_site.events("auth", "password-reset")]
    assert [outcome for outcome, _ in outcomes[-2:]] == ["asked", "completed"]
    assert len({who for _, who in outcomes[-2:]}) == 1


def test_an_unknown_address_is_told_the_same_and_gets_no_mail(auth_site: Any, browse: Callable[..., Any]) -> None:
    before = len(mails(auth_site))
    assert "Look into your mail" in ask(browse(auth_site), auth_site, "nobody@school.example").text
    assert len(mails(auth_site)) == before


def test_the_host_header_does_not_choose_where_the_link_leads(auth_site: Any, browse: Callable[..., Any]) -> None:
    browser = browse(auth_site)
    url = auth_site.auth_url + "/password/forgotten/"
    data = token_of(browser.get(url)) | {"email": auth_site.people()[8].mail}
    browser.post(url, data=data, headers={"Host": "localhost", "Origin": "http://localhost"})
    assert auth_site.auth_url in mails(auth_site)[-1]
