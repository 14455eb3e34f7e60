"""Somebody who comes uninvited: `python -m bench.faults.fourth.marauder SITE KIND --per-s R --seconds S`.

cookies  made-up sessions at the portal's courses
hashes   long wrong passwords for made-up names at the provider's form
help     the portal's form for people who cannot sign in, filled in with nonsense
bursts   one password over all names, for some seconds, then from another network after a pause
"""

from __future__ import annotations

import itertools
import secrets
import string
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from bench.faults.attacker import AGENT, form_token
from bench.faults.outsiders import browser, errand, keep_trying, networks

_AT_ONCE = 300
_PATIENCE_S = 30
_BURST_S, _PAUSE_S = 4.0, 4.0
_COMMON = "Welcome2026!school"
_KEY = string.ascii_lowercase + string.digits
_KEY_LENGTH = 32  # of a session key of Django


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and whose names are known."""

    provider: str
    portal: str
    names: tuple[str, ...]


Try = Callable[[], object]


def main() -> None:
    """Go on until the time is over."""
    kinds = {"cookies": _cookies, "hashes": _hashes, "help": _help, "bursts": _bursts}
    come = errand(__doc__, tuple(kinds), 6.0)
    aim = Aim(come.provider, come.portal, tuple(one["username"] for one in come.people))
    keep_trying(kinds[come.kind](aim), come.per_s, come.seconds, _AT_ONCE)


def made_up_key() -> str:
    """What looks like a session's key and is none."""
    return "".join(secrets.choice(_KEY) for _ in range(_KEY_LENGTH))


def _cookies(aim: Aim) -> Iterator[Try]:
    for source in networks(70, 23):
        yield partial(_show, urlsplit(aim.portal), source)


def _show(at: SplitResult, source: str) -> None:
    """By hand: a browser would cost the attacker more than the portal."""
    connection = HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_S)
    headers = {"User-Agent": AGENT, "X-Forwarded-For": source, "Cookie": f"portal_session={made_up_key()}"}
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", "/courses/", headers=headers)
        connection.getresponse().read()


def _hashes(aim: Aim) -> Iterator[Try]:
    for source in networks(70, 23):
        typed = {"username": f"{secrets.token_hex(5)}@mail.example", "password": secrets.token_urlsafe(700)}
        yield partial(_fill_in, f"{aim.provider}/sign-in/", typed, source)


def _help(aim: Aim) -> Iterator[Try]:
    for source in networks(70, 23):
        typed = {"who": secrets.token_hex(5), "message": secrets.token_urlsafe(400)}
        yield partial(_fill_in, f"{aim.portal}/cannot-sign-in/", typed, source)


def _bursts(aim: Aim) -> Iterator[Try]:
    """In a pause nothing is tried."""
    began = time.monotonic()
    for name in itertools.cycle(aim.names):
        turn, at = divmod(time.monotonic() - began, _BURST_S + _PAUSE_S)
        if at > _BURST_S:
            yield _nothing
            continue
        typed = {"username": name, "password": _COMMON}
        yield partial(_fill_in, f"{aim.provider}/sign-in/", typed, f"192.0.{int(turn) % 200}.31")


def _nothing() -> None:
    """No try this time."""


def _fill_in(url: str, typed: dict[str, str], source: str) -> None:
    with browser(source) as client:
        client.post(url, data=typed | {"csrfmiddlewaretoken": form_token(client.get(url).text)})


if __name__ == "__main__":
    main()
