"""Somebody who attacks in further ways: `python -m bench.faults.second.raider SITE KIND --per-s R --seconds S`.

guess     passwords for three teachers' names, each try from another network
bodies    forms for the portal whose content comes a byte at a time and never ends; R is how many are held
"""

from __future__ import annotations

import argparse
import itertools
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bench.faults.attacker import AGENT, form_token
from bench.faults.intruder import hold, keep_trying
from school.auth.config import AuthConfig
from school.config import load
from school.portal.config import PortalConfig

_NAMES = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and the names that are tried."""

    provider: str
    portal: str
    names: tuple[str, ...]


def main() -> None:
    """Attack until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("kind", choices=("guess", "bodies"))
    parser.add_argument("--per-s", type=float, default=8.0)
    parser.add_argument("--seconds", type=float, default=150.0)
    asked = parser.parse_args()
    people = json.loads((asked.site / "secrets/people.json").read_text())
    aim = Aim(
        provider=load(asked.site / "auth.toml", AuthConfig).service.public_url,
        portal=load(asked.site / "portal.toml", PortalConfig).service.public_url,
        names=tuple(one["username"] for one in people if one["role"] == "teacher")[:_NAMES],
    )
    if asked.kind == "bodies":
        _hold(aim, int(asked.per_s), asked.seconds)
        return
    keep_trying((partial(_guess, aim, source) for source in _sources()), asked.per_s, asked.seconds)


def _sources() -> Iterator[str]:
    for number in itertools.count():
        yield f"100.{64 + number % 50}.{number % 250}.13"


def browser(source: str) -> httpx.Client:
    """What an attacker comes with from there."""
    headers = {"User-Agent": AGENT, "X-Forwarded-For": source}
    # Nobody's certificate is looked at: to load whom to believe would cost more than the attempt.
    return httpx.Client(headers=headers, timeout=15, trust_env=False, verify=False)


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
