"""Somebody who comes uninvited: `python -m bench.faults.third.prowler SITE KIND --per-s R --seconds S`.

stuffing    names and passwords from elsewhere, from the portal's page through the form, few at first and then R
beginnings  sign-ins that are begun at the portal and go no further
teachers    wrong passwords for one teacher after the other from the school's own exit, until each is locked out
resets      a link for a new password, for everybody's mail address
scan        pages that other people's software is known to have, from one address; it does no harm
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from bench.faults.attacker import form_token
from bench.faults.canary import sign_in
from bench.faults.outsiders import FAILURES, browser, errand, keep_trying, networks

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
    come = errand(__doc__, tuple(kinds), 6.0)
    aim = Aim(
        provider=come.provider,
        portal=come.portal,
        names=tuple(one["username"] for one in come.people),
        teachers=tuple(one["username"] for one in come.people if one["role"] == "teacher"),
        mails=tuple(one["mail"] for one in come.people),
    )
    keep_trying(kinds[come.kind](aim), come.per_s, come.seconds, _AT_ONCE)


def _stuffing(aim: Aim) -> Iterator[Try]:
    """Of each second's tries, so many are made as the attack has grown to."""
    chance, began = Random(8), time.monotonic()
    for source in networks(80, 17):
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
    for source in networks(80, 17):
        yield partial(_get, f"{aim.portal}/sign-in/?next=/courses/", source)


def _get(url: str, source: str) -> None:
    with browser(source) as client:
        client.get(url)


def _teachers(aim: Aim) -> Iterator[Try]:
    for name in itertools.cycle(aim.teachers):
        for _ in range(FAILURES):
            yield partial(_post, f"{aim.provider}/sign-in/", {"username": name, "password": "teacher1"}, _EXIT)


def _resets(aim: Aim) -> Iterator[Try]:
    for mail, source in zip(itertools.cycle(aim.mails), networks(80, 17), strict=False):
        yield partial(_post, f"{aim.provider}/password/forgotten/", {"email": mail}, source)


def _post(url: str, typed: dict[str, str], source: str) -> None:
    with browser(source) as client:
        client.post(url, data=typed | {"csrfmiddlewaretoken": form_token(client.get(url).text)})


def _scan(aim: Aim) -> Iterator[Try]:
    for service, page in itertools.cycle(itertools.product((aim.portal, aim.provider), _WELL_KNOWN)):
        yield partial(_get, service + page, "192.0.2.77")


if __name__ == "__main__":
    main()
