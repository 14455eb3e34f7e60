"""The fifth set: upstream providers and single clients or browsers that go wrong in ways no earlier set has."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from bench.faults.fault import Do, Fault, Layout
from bench.faults.fourth.others import itself, through
from bench.faults.mend import ways_open
from bench.faults.others import library
from bench.faults.stage import Stage
from bench.faults.third.gateway import Answer, Asked, Gateway, let_in
from bench.faults.ways import rewrites

_EXTERNAL = Layout(is_external=True, front=True)
_FRONT = Layout(front=True, per_min=120)
_TYPED = Asked("POST", "/sign-in/")
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_NOT_HERE = Answer(404, _HTML, b"<html><title>404</title><p>The specified key does not exist.</p></html>")
_LOCKED = Answer(429, _HTML, b"<html><title>Locked</title><p>Too many attempts have failed.</p></html>")
_BUSY = Answer(503, (*_HTML, ("Retry-After", "60")), b"<html><title>Busy</title><p>Please come back later.</p></html>")
_SHARE = 0.6
_LONGEST = 120
_ADDRESS = re.compile(rb"^(GET )(\S{%d})\S*" % _LONGEST)
_FORM_TOKEN = re.compile(rb"(?<=csrfmiddlewaretoken=)[^&]*")

Headers = tuple[tuple[str, str], ...]


# Upstream ------------------------------------------------------------------------------------------------------------


class Edge(Gateway):
    """The provider's network of caches; one of its nodes was set up for another customer."""

    def answer(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """What whoever asks gets, by the node that is next to them."""
        return _NOT_HERE if is_of_bad_node(headers) else super().answer(method, target, headers, body)


def is_of_bad_node(headers: Headers) -> bool:
    """Every second network of those at home is next to it."""
    source = dict(headers).get("X-Forwarded-For", "").split(".")
    return source[0] == "198" and int(source[2]) % 2 == 0


def _by_edge(stage: Stage) -> None:
    let_in(stage, "front-auth", Edge(stage.ports["auth"]))


def busy(chance: Random) -> Callable[[Asked], Answer | None]:
    """More ask the provider than it can serve, and it says so to three of five."""
    return lambda _: _BUSY if chance.random() < _SHARE else None


def _upstream(name: str, what: str, why: str, inject: Do) -> Fault:
    return Fault(name, ("upstream",), what, inject, _EXTERNAL, undo=itself, why=why)


# Clients -------------------------------------------------------------------------------------------------------------


class OldForms(Gateway):
    """Before the provider; Safari shows forms as they were when they were first opened, days ago."""

    def answer(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """What whoever asks gets."""
        is_hit = any(name == "User-Agent" and "iPhone" in value for name, value in headers)
        return super().answer(method, target, headers, of_before(body) if is_hit else body)


def of_before(body: bytes) -> bytes:
    """A form with the token of another day."""
    return _FORM_TOKEN.sub(b"a" * 64, body)


def _opens_old_forms(stage: Stage) -> None:
    let_in(stage, "front-auth", OldForms(stage.ports["auth"]))


def cuts_addresses(data: bytes) -> bytes:
    """A browser's new version takes no more than so much of an address."""
    return _ADDRESS.sub(rb"\1\2", data) if b"Chrome/" in data else data


def _one_browser(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _FRONT, undo=undo, why=why)


FAULTS = (
    _upstream(
        "upstream-node-of-caches",
        "a node of the network before the provider knows none of its pages: 404 for those next to it",
        "the provider's own supplier fails, for a part of its people (Zipline 2021); of us, nothing changed",
        _by_edge,
    ),
    _upstream(
        "upstream-locks-everybody",
        "the provider takes every sign-in for one attempt too many: 429",
        "the provider refuses on its own page, whoever types; of us, nothing changed",
        through(instead=lambda asked: _LOCKED if asked == _TYPED else None),
    ),
    _upstream(
        "upstream-busy",
        "the provider is busy: 503 at three of five requests",
        "the provider says so itself, of each of its pages; we ask as much as ever",
        lambda stage: through(instead=busy(Random(5)))(stage),
    ),
    Fault(
        "library-asks-for-both",
        ("client",),
        "its new version asks for a code and a token at once",
        library({"response_type": "code id_token"}),
        Layout(library=True),
        undo=library({}),
        why="all who sign in elsewhere are well; one application asks for what nobody is given",
    ),
    _one_browser(
        "safari-opens-old-forms",
        "one browser shows forms of days ago: 403",
        "every other browser's forms are taken; keys, cookies and settings are as they were",
        _opens_old_forms,
        itself,
    ),
    _one_browser(
        "chromium-cuts-addresses",
        "one browser cuts long addresses: what is asked of the provider does not arrive whole",
        "every other browser's people are let in; of us nothing changed",
        rewrites(cuts_addresses, "front-auth", "front-portal"),
        ways_open,
    ),
)
