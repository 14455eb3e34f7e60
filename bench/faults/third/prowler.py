"""Somebody who comes uninvited: `python -m bench.faults.third.prowler SITE KIND --per-s R --seconds S`.

stuffing    names and passwords from elsewhere, from the portal's page through the form, few at first and then R
beginnings  sign-ins that are begun at the portal and go no further
teachers    wrong passwords for one teacher after the other from the school's own exit, until each is locked out
resets      a link for a new password, for everybody's mail address
scan        pages that other people's software is known to have, from one address; it does no harm
"""

from __future__ import annotations

import argparse
import itertools
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import httpx

from bench.faults.attacker import form_token
from bench.faults.canary import sign_in
from bench.faults.intruder import keep_trying
from bench.faults.second.raider import browser
from school.auth.config import AuthConfig
from school.config import load
from school.portal.config import PortalConfig

_FAILURES = 10  # what `lockout.failures` is by default
_EXIT = "203.0.113.21"  # one of the addresses by which the school's people go out
_GROWS_S = 25.0
_AT_ONCE = 250
_WELL_KNOWN = ("/wp-login.php", "/.env", "/phpmyadmin/", "/actuator/health", "/.git/config", "/admin/", "/robots.txt")


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the two services are, and whose names and addresses are known."""

    provider: str
    portal: str
    names: tuple[str, ...]
    teachers: tuple[str, ...]
    mails: tuple[str, ...]


Try = Callable[[], object]


def main() -> None:
    """Go on until the time is over."""
    kinds = {
        "stuffing": _stuffing,
        "beginnings": _beginnings,
        "teachers": _teachers,
        "resets": _resets,
        "scan": _scan,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("kind", choices=tuple(kinds))
    parser.add_argument("--per-s", type=float, default=6.0)
    parser.add_argument("--seconds", type=float, default=150.0)
    asked = parser.parse_args()
    people = json.loads((asked.site / "secrets/people.json").read_text())
    aim = Aim(
        provider=load(asked.site / "auth.toml", AuthConfig).service.public_url,
        portal=load(asked.site / "portal.toml", PortalConfig).service.public_url,
        names=tuple(one["username"] for one in people if not one.get("monitor")),
        teachers=tuple(one["username"] for one in people if one["role"] == "teacher"),
        mails=tuple(one["mail"] for one in people),
    )
    keep_trying((partial(_quietly, one) for one in kinds[asked.kind](aim)), asked.per_s, asked.seconds, _AT_ONCE)


def _quietly(attempt: Try) -> None:
    with suppress(httpx.HTTPError):
        attempt()


def _networks() -> Iterator[str]:
    """Addresses of which no two in a row are of one network."""
    for number in itertools.count():
        yield f"100.{80 + number % 40}.{number % 250}.17"


def _stuffing(aim: Aim) -> Iterator[Try]:
    """Of each second's tries, so many are made as the attack has grown to."""
    chance, began = Random(8), time.monotonic()
    for source in _networks():
        if chance.random() > min(1.0, 0.1 + (time.monotonic() - began) / _GROWS_S):
            yield _nothing
            continue
        stranger = f"{secrets.token_hex(4)}@mail.example"
        yield partial(_through_portal, aim, chance.choice((stranger, stranger, chance.choice(aim.names))), source)


def _nothing() -> None:
    """No try this time."""


def _through_portal(aim: Aim, name: str, source: str) -> None:
    with browser(source) as client:
        sign_in(client, aim.portal, name, secrets.token_urlsafe(8))


def _beginnings(aim: Aim) -> Iterator[Try]:
    for source in _networks():
        yield partial(_get, f"{aim.portal}/sign-in/?next=/courses/", source)


def _get(url: str, source: str) -> None:
    with browser(source) as client:
        client.get(url)


def _teachers(aim: Aim) -> Iterator[Try]:
    for name in itertools.cycle(aim.teachers):
        for _ in range(_FAILURES):
            yield partial(_post, f"{aim.provider}/sign-in/", {"username": name, "password": "teacher1"}, _EXIT)


def _resets(aim: Aim) -> Iterator[Try]:
    for mail, source in zip(itertools.cycle(aim.mails), _networks(), strict=False):
        yield partial(_post, f"{aim.provider}/password/forgotten/", {"email": mail}, source)


def _post(url: str, typed: dict[str, str], source: str) -> None:
    with browser(source) as client:
        client.post(url, data=typed | {"csrfmiddlewaretoken": form_token(client.get(url).text)})


def _scan(aim: Aim) -> Iterator[Try]:
    for service, page in itertools.cycle(itertools.product((aim.portal, aim.provider), _WELL_KNOWN)):
        yield partial(_get, service + page, "192.0.2.77")


if __name__ == "__main__":
    main()
