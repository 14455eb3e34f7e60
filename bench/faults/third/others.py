"""The third set: upstream providers and single clients or browsers that go wrong in ways no earlier set has."""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench.faults.fault import Do, Fault, Layout
from bench.faults.mend import ways_open
from bench.faults.others import library
from bench.faults.stage import Stage
from bench.faults.third.gateway import Answer, Asked, Gateway, let_in
from bench.faults.ways import lead, rewrites

_FRONT = Layout(front=True)
_EXTERNAL = Layout(is_external=True, front=True)
_ASKS_OFTEN = Layout(is_external=True, front=True, recheck_s=3)
_WITH_LIBRARY = Layout(library=True)
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_TOKEN = Asked("POST", "/o/token/")
_ALLOWED, _PER_S = 3, 10.0
_NO_CODE = b"<html><title>Second step</title><p>We cannot send codes at the moment. Please try again later.</p></html>"


# Upstream ------------------------------------------------------------------------------------------------------------


def _through(gateway_of: type[_Changed]) -> Do:
    """The provider's own front does so from now on."""

    def inject(stage: Stage) -> None:
        gateway = Gateway(stage.ports["auth"])
        told = gateway_of()
        gateway.instead, gateway.change = told.instead, told.change
        let_in(stage, "front-auth", gateway)

    return inject


def _itself(stage: Stage) -> None:
    lead(stage, "front-auth", stage.ports["auth"])


class _Changed:
    """What the provider does otherwise than before: by itself nothing."""

    def instead(self, _: Asked) -> Answer | None:
        """What it answers at once."""
        return None

    def change(self, _: Asked, answer: Answer) -> Answer:
        """What it makes of its answer."""
        return answer


class _SecondStepDown(_Changed):
    """After the right password it cannot send the code that it wants besides."""

    def change(self, asked: Asked, answer: Answer) -> Answer:
        is_in = asked == Asked("POST", "/sign-in/") and answer.status == 302
        return Answer(503, _HTML, _NO_CODE) if is_in else answer


class _LimitsUs(_Changed):
    """So many codes are exchanged in ten seconds, and whoever comes then is to wait."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque()

    def instead(self, asked: Asked) -> Answer | None:
        if asked != _TOKEN:
            return None
        now = time.monotonic()
        while self._taken and self._taken[0] < now - _PER_S:
            self._taken.popleft()
        if len(self._taken) < _ALLOWED:
            self._taken.append(now)
            return None
        return Answer(429, (("Content-Type", "text/plain"), ("Retry-After", "30")), b"Too many requests\n")


class _TokensAsForm(_Changed):
    """A new version issues the same tokens in another form."""

    def change(self, asked: Asked, answer: Answer) -> Answer:
        if asked != _TOKEN or answer.status != 200:
            return answer
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        return Answer(200, headers, urlencode(json.loads(answer.body)).encode())


def _upstream(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout = _EXTERNAL) -> Fault:
    return Fault(name, ("upstream",), what, inject, layout, undo=undo, why=why)


# Clients -------------------------------------------------------------------------------------------------------------


def origin_null(data: bytes) -> bytes:
    """A browser's new version hides where a form was: it sends `Origin: null`, as it may (RFC 6454 section 7.3)."""
    is_form = data.startswith(b"POST ") and b"Chrome/" in data
    return data.replace(b"\r\n", b"\r\nOrigin: null\r\n", 1) if is_form else data


def _fetches_twice(stage: Stage) -> None:
    """A blocker in one browser looks at each address before it lets it open: the code is used up when people come."""
    port = stage.ports["portal"]

    def look_first(data: bytes) -> bytes:
        if data.startswith(b"GET /sign-in/callback/") and b"iPhone" in data:
            _look(port, data)
        return data

    stage.relays["front-portal"].rewrite = look_first


def _look(port: int, data: bytes) -> None:
    """The same request once more, from the side."""
    line, *lines = data.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    headers = dict(one.split(": ", 1) for one in lines)
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, HTTPException):
        connection.request("GET", line.split(" ")[1], headers={**headers, "Connection": "close"})
        connection.getresponse().read()
    connection.close()


def _one_client(name: str, what: str, why: str, said: dict[str, str]) -> Fault:
    return Fault(name, ("client",), what, library(said), _WITH_LIBRARY, undo=library({}), why=why)


def _one_browser(name: str, what: str, why: str, inject: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _FRONT, undo=ways_open, why=why)


FAULTS = (
    _upstream(
        "upstream-forgets-userinfo",
        "people sign in, and then the provider knows no page to ask about them",
        "an address of the provider's is gone, and it is somebody else's; of us, nothing changed",
        rewrites(lambda data: data.replace(b" /o/userinfo/", b" /o/v2/userinfo/"), "front-auth"),
        ways_open,
        _ASKS_OFTEN,
    ),
    _upstream(
        "upstream-second-step-down",
        "after the password the provider cannot send its code: 503",
        "the provider fails on its own page (Azure 2018); of us, nothing changed",
        _through(_SecondStepDown),
        _itself,
    ),
    _upstream(
        "upstream-limits-us",
        "the provider exchanges three codes in ten seconds, and answers 429 to the others",
        "we ask as much as ever, and the provider allows less than before",
        _through(_LimitsUs),
        _itself,
    ),
    _upstream(
        "upstream-tokens-in-other-form",
        "the provider issues its tokens as a form in place of JSON",
        "the provider changed what it answers (GitLab 2022, OI-20); of us, nothing changed",
        _through(_TokensAsForm),
        _itself,
    ),
    _one_client(
        "library-asks-for-tokens",
        "its new version asks for tokens in place of a code",
        "all who sign in elsewhere are well; one application asks for what nobody is given",
        {"response_type": "token"},
    ),
    _one_client(
        "library-names-other-callback",
        "its new version names another callback when it hands in the code",
        "all who sign in elsewhere are well; one application contradicts itself (RFC 6749 section 4.1.3)",
        {"redirect_uri_again": "http://127.0.0.1:9/library/returned"},
    ),
    _one_browser(
        "chromium-hides-origin",
        "one browser says of no form where it comes from: 403",
        "one browser changed what it sends; all others are well, and of us nothing changed",
        rewrites(origin_null, "front-auth", "front-portal"),
    ),
    _one_browser(
        "safari-looks-first",
        "one browser opens each address twice: the second answer is what people see",
        "one browser changed what it sends; all others are well, and of us nothing changed",
        _fetches_twice,
    ),
)
