"""The fourth set: upstream providers and single clients or browsers that go wrong in ways no earlier set has."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from bench.faults.fault import Do, Fault, Layout
from bench.faults.mend import each, every, ways_open
from bench.faults.others import library
from bench.faults.second.hosts import ended
from bench.faults.stage import Stage
from bench.faults.third.gateway import Answer, Asked, Gateway, let_in
from bench.faults.ways import lead, rewrites

_FRONT = Layout(front=True, per_min=120)
_EXTERNAL = Layout(is_external=True, front=True)
_WITH_LIBRARY = Layout(library=True)
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_CHALLENGE = b"<html><title>Just a moment...</title><p>We check that you are human. Wait a while.</p></html>"
_JSON = (("Content-Type", "application/json"),)
_AUTHORIZE, _FORM = Asked("GET", "/o/authorize/"), Asked("GET", "/sign-in/")
_TOKEN = Asked("POST", "/o/token/")
_CODE = re.compile(r"([?&])code=[^&]+")
_SHARE = 2 / 3
_SLOWER_S, _MOST_S = 0.5, 12.0
_NODE_S = 1.5
_PASSWORD = re.compile(rb"(?<=password=)[^&]*")
_SOURCE = re.compile(rb"(\r\nX-Forwarded-For: )[0-9.]+", re.IGNORECASE)


# Upstream ------------------------------------------------------------------------------------------------------------


def through(
    change: Callable[[Asked, Answer], Answer] | None = None,
    instead: Callable[[Asked], Answer | None] | None = None,
    service: str = "auth",
) -> Do:
    """The provider's own front does so from now on, or that of the other service."""

    def inject(stage: Stage) -> None:
        gateway = Gateway(stage.ports[service])
        gateway.change = change or gateway.change
        gateway.instead = instead or gateway.instead
        let_in(stage, f"front-{service}", gateway)

    return inject


def itself(stage: Stage) -> None:
    """The way to the provider's side leads to it and nowhere else."""
    lead(stage, "front-auth", stage.ports["auth"])


def unavailable(chance: Random) -> Callable[[Asked, Answer], Answer]:
    """Two of three who signed in are sent back without a code (RFC 6749 section 4.1.2.1)."""

    def change(asked: Asked, answer: Answer) -> Answer:
        if asked != _AUTHORIZE or chance.random() > _SHARE:
            return answer
        headers = ((name, _CODE.sub(r"\1error=temporarily_unavailable", value)) for name, value in answer.headers)
        return replace(answer, headers=tuple(headers))

    return change


def challenges(chance: Random) -> Callable[[Asked, Answer], Answer]:
    """Two of three get a page by which robots are to be told from people, in place of the form."""

    def change(asked: Asked, answer: Answer) -> Answer:
        return Answer(403, _HTML, _CHALLENGE) if asked == _FORM and chance.random() < _SHARE else answer

    return change


def _slows_down(stage: Stage) -> None:
    """The endpoint that exchanges codes takes half a second longer each second; all else is as quick as ever."""
    began = time.monotonic()

    def wait(asked: Asked) -> Answer | None:
        if asked == _TOKEN:
            time.sleep(min(_MOST_S, _SLOWER_S * (time.monotonic() - began)))
        return None

    through(instead=wait)(stage)


def forgets_codes() -> Callable[[Asked], Answer | None]:
    """Of its two nodes one does not know the codes of the other (RFC 6749 section 5.2)."""
    turns = itertools.cycle((Answer(400, _JSON, b'{"error": "invalid_grant"}'), None))
    return lambda asked: next(turns) if asked == _TOKEN else None


def _upstream(name: str, what: str, why: str, inject: Do) -> Fault:
    return Fault(name, ("upstream",), what, inject, _EXTERNAL, undo=itself, why=why)


# Clients -------------------------------------------------------------------------------------------------------------


def _one_node_old(stage: Stage) -> None:
    """The library has two nodes, and one of them was left behind with a secret of before."""
    states: tuple[Mapping[str, str], ...] = ({"secret": secrets.token_urlsafe(16)}, {})
    turns = itertools.cycle(states)
    every(stage, _NODE_S, lambda: library(next(turns))(stage))


class OldPasswords(Gateway):
    """Before the provider; Safari's keychain was set back, and fills in passwords of last year."""

    def answer(self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        """What whoever asks gets."""
        is_hit = any(name == "User-Agent" and "iPhone" in value for name, value in headers)
        return super().answer(method, target, headers, filled_in(body) if is_hit else body)


def filled_in(body: bytes) -> bytes:
    """A form with last year's password in it."""
    return _PASSWORD.sub(b"Autumn-term-2025", body)


def _fills_old_passwords(stage: Stage) -> None:
    let_in(stage, "front-auth", OldPasswords(stage.ports["auth"]))


def hides(chance: Random) -> Callable[[bytes], bytes]:
    """Safari sends each request by another exit of a relay that is to hide whence people come."""

    def rewrite(data: bytes) -> bytes:
        if b"iPhone" not in data:
            return data
        exit_ = b"100.%d.%d.9" % (chance.randrange(64, 128), chance.randrange(250))
        return _SOURCE.sub(lambda found: found[1] + exit_, data, count=1)

    return rewrite


def _one_client(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _WITH_LIBRARY, undo=undo, why=why)


def _one_browser(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _FRONT, undo=undo, why=why)


FAULTS = (
    _upstream(
        "upstream-sends-back-empty",
        "the provider sends two of three back and says that it is unavailable for the moment",
        "the provider says so itself, by its own answer; of us, nothing changed",
        through(unavailable(Random(1))),
    ),
    _upstream(
        "upstream-takes-people-for-robots",
        "the provider shows two of three a page for robots in place of its form: 403",
        "the provider refuses on its own page, whoever asks; of us, nothing changed",
        through(challenges(Random(2))),
    ),
    _upstream(
        "upstream-token-endpoint-slows",
        "the provider exchanges codes more slowly every second",
        "its pages come at once, and one of its endpoints does not; of us, nothing changed",
        _slows_down,
    ),
    _upstream(
        "upstream-forgets-codes",
        "the provider knows nothing of every other code that it has issued a moment before",
        "we hand in what it gave us, as ever; one of its two nodes does not know of the other's codes",
        lambda stage: through(instead=forgets_codes())(stage),
    ),
    _one_client(
        "library-one-node-old-secret",
        "one of the library's two nodes has a secret of before",
        "all who sign in elsewhere are well; one application fails, and by turns",
        _one_node_old,
        each(ended, library({})),
    ),
    _one_client(
        "library-challenge-plain",
        "its new version sends a challenge of the kind that is not allowed",
        "all who sign in elsewhere are well; one application asks otherwise than it may (RFC 9700 section 2.1.1)",
        library({"code_challenge_method": "plain"}),
        library({}),
    ),
    _one_browser(
        "safari-fills-old-passwords",
        "one browser fills in passwords of last year",
        "every other browser's people are let in with the right ones; known names from their own networks",
        _fills_old_passwords,
        itself,
    ),
    _one_browser(
        "safari-hides-its-network",
        "one browser comes by another network with each request: its sessions hold nowhere",
        "the rule that ties sessions to networks is as it was, and holds for all other browsers",
        rewrites(hides(Random(3)), "front-auth", "front-portal"),
        ways_open,
    ),
)
