"""What a provider or a browser that changed makes of what is sent."""

from __future__ import annotations

from random import Random

from bench.faults.fourth.others import challenges, filled_in, forgets_codes, hides, unavailable
from bench.faults.third.gateway import Answer, Asked

AUTHORIZE, FORM = Asked("GET", "/o/authorize/"), Asked("GET", "/sign-in/")
BACK = Answer(302, (("Location", "http://portal.test/back/?code=abc&state=x"), ("Vary", "Cookie")), b"")
AWAY = (("Location", "http://portal.test/back/?error=temporarily_unavailable&state=x"), ("Vary", "Cookie"))
PAGE = b"GET /courses/ HTTP/1.1\r\nX-Forwarded-For: 203.0.113.18\r\nUser-Agent: %s\r\n\r\n"


def test_two_of_three_are_sent_back_without_a_code_and_the_others_as_before() -> None:
    change = unavailable(Random(1))
    answers = [change(AUTHORIZE, BACK) for _ in range(60)]
    assert 30 <= sum(answer.headers == AWAY for answer in answers) <= 50
    assert {answer.headers for answer in answers} == {AWAY, BACK.headers}
    assert change(FORM, BACK) == BACK


def test_two_of_three_are_taken_for_robots_and_nobody_elsewhere() -> None:
    change, page = challenges(Random(1)), Answer(200, (), b"form")
    statuses = [change(FORM, page).status for _ in range(60)]
    assert 30 <= statuses.count(403) <= 50
    assert {change(AUTHORIZE, page) for _ in range(20)} == {page}


def test_every_other_code_is_unknown_and_all_else_is_passed_on() -> None:
    instead, token = forgets_codes(), Asked("POST", "/o/token/")
    answers = [instead(token) for _ in range(4)]
    assert [answer.status if answer else None for answer in answers] == [400, None, 400, None]
    assert instead(Asked("GET", "/o/userinfo/")) is None


def test_last_years_password_takes_the_place_of_what_was_typed() -> None:
    assert filled_in(b"username=a&password=right%21&next=b") == b"username=a&password=Autumn-term-2025&next=b"


def test_safari_alone_comes_by_ever_other_networks() -> None:
    rewrite = hides(Random(1))
    sent = {rewrite(PAGE % b"Mozilla/5.0 (iPhone)") for _ in range(20)}
    assert len(sent) > 10
    assert all(b"\r\nX-Forwarded-For: 100." in data for data in sent)
    assert rewrite(PAGE % b"Firefox/143.0") == PAGE % b"Firefox/143.0"
