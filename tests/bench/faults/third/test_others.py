"""What a provider or a browser that changed makes of what is sent."""

from __future__ import annotations

from bench.faults.third.gateway import Answer, Asked
from bench.faults.third.others import _LimitsUs, _SecondStepDown, _TokensAsForm, origin_null

FORM = b"POST /sign-in/ HTTP/1.1\r\nUser-Agent: %s\r\n\r\n"
TOKEN = Asked("POST", "/o/token/")
ISSUED = Answer(200, (("Content-Type", "application/json"),), b'{"access_token": "a b", "expires_in": 600}')


def test_chromium_alone_hides_the_origin_and_of_forms_alone() -> None:
    assert origin_null(FORM % b"Chrome/141.0") == (
        b"POST /sign-in/ HTTP/1.1\r\nOrigin: null\r\nUser-Agent: Chrome/141.0\r\n\r\n"
    )
    assert origin_null(FORM % b"Firefox/143.0") == FORM % b"Firefox/143.0"
    page = b"GET /sign-in/ HTTP/1.1\r\nUser-Agent: Chrome/141.0\r\n\r\n"
    assert origin_null(page) == page


def test_the_right_password_is_answered_by_a_failure_and_a_wrong_one_as_before() -> None:
    taken, refused = Answer(302, (("Location", "/"),), b""), Answer(200, (), b"form")
    asked = Asked("POST", "/sign-in/")
    assert _SecondStepDown().change(asked, taken).status == 503
    assert _SecondStepDown().change(asked, refused) == refused
    assert _SecondStepDown().change(Asked("GET", "/sign-in/"), taken) == taken


def test_three_exchanges_pass_and_further_ones_are_to_wait() -> None:
    limit = _LimitsUs()
    answers = [limit.instead(TOKEN) for _ in range(5)]
    assert answers[:3] == [None] * 3
    assert [answer.status for answer in answers[3:] if answer] == [429, 429]
    assert limit.instead(Asked("GET", "/o/userinfo/")) is None


def test_tokens_come_in_another_form_and_refusals_as_before() -> None:
    assert _TokensAsForm().change(TOKEN, ISSUED).body == b"access_token=a+b&expires_in=600"
    refused = Answer(400, (), b'{"error": "invalid_grant"}')
    assert _TokensAsForm().change(TOKEN, refused) == refused
