"""What a provider or a browser that changed makes of a request, and whose requests are left as they are."""

from __future__ import annotations

from bench.faults.second.others import _cookies_too_large, _withholds_cookies_on_return, _withholds_openid

RETURN = b"GET /sign-in/callback/?code=c HTTP/1.1\r\nUser-Agent: %s\r\nCookie: a=1\r\n\r\n"
CHROMIUM, IPHONE = RETURN % b"Chrome/141.0.0.0", RETURN % b"iPhone"


def test_one_scope_less_is_granted() -> None:
    for between in (b"+", b"%20"):
        asked = b"GET /o/authorize/?scope=openid" + between + b"profile&state=s HTTP/1.1"
        assert _withholds_openid(asked) == b"GET /o/authorize/?scope=profile&state=s HTTP/1.1"


def test_chromium_alone_withholds_its_cookies_and_on_the_return_alone() -> None:
    assert b"Cookie" not in _withholds_cookies_on_return(CHROMIUM)
    assert _withholds_cookies_on_return(IPHONE) == IPHONE
    courses = CHROMIUM.replace(b"/sign-in/callback/?code=c", b"/courses/")
    assert _withholds_cookies_on_return(courses) == courses


def test_safari_alone_sends_more_cookies_than_a_server_takes() -> None:
    assert len(_cookies_too_large(IPHONE)) > 8190
    assert _cookies_too_large(CHROMIUM) == CHROMIUM
