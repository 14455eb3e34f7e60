"""What a proxy that is set wrongly makes of what passes it."""

from __future__ import annotations

from bench.faults.fifth.proxies import adds_port, keeps_form, moves_cookies, names_itself, one_each, refuses_strangers
from bench.faults.third.gateway import Answer, Asked

FORM, TYPED, PAGE = Asked("GET", "/sign-in/"), Asked("POST", "/sign-in/"), Asked("GET", "/courses/")
SENT = b"GET /courses/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-Forwarded-For: 203.0.113.18\r\n\r\n"


def test_the_port_is_told_with_every_other_address() -> None:
    rewrite = adds_port()
    assert [rewrite(SENT) for _ in range(3)] == [
        SENT.replace(b".18", b".18:53412"),
        SENT,
        SENT.replace(b".18", b".18:53412"),
    ]
    assert rewrite(b"username=a") == b"username=a"


def test_the_host_is_the_name_of_the_proxys_own_list() -> None:
    assert names_itself(SENT) == SENT.replace(b"127.0.0.1:80", b"school-upstream")


def test_cookies_get_another_path_and_other_headers_stay() -> None:
    answer = Answer(200, (("Set-Cookie", "a=b; Path=/; HttpOnly"), ("Vary", "Cookie")), b"")
    assert moves_cookies(FORM, answer).headers == (("Set-Cookie", "a=b; Path=/auth/; HttpOnly"), ("Vary", "Cookie"))


def test_who_is_led_to_the_form_sees_a_403_and_others_what_was_answered() -> None:
    led, elsewhere = (
        Answer(302, (("Location", "/sign-in/?next=/"),), b""),
        Answer(302, (("Location", "/courses/"),), b""),
    )
    assert refuses_strangers(PAGE, led).status == 403
    assert refuses_strangers(PAGE, elsewhere) == elsewhere


def test_the_first_form_is_everybodys_and_without_its_cookie() -> None:
    change, first, second = keeps_form(), Answer(200, (("Set-Cookie", "a=b"),), b"1"), Answer(200, (), b"2")
    assert change(FORM, first) == Answer(200, (), b"1")
    assert change(FORM, second) == Answer(200, (), b"1")
    assert change(PAGE, second) == second


def test_who_signs_in_soon_after_another_is_told_to_wait() -> None:
    instead = one_each(3600)
    answers = [instead(TYPED) for _ in range(3)]
    assert [answer.status if answer else None for answer in answers] == [None, 429, 429]
    assert instead(FORM) is None
