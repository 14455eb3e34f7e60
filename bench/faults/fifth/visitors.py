"""People and systems that come for a reason of their own: `... fifth.visitors SITE KIND --per-s R --seconds S`.

partner  another organisation's service, which reads the provider's public documents R times a second
lesson   R people of the school, signed in, who turn the pages of their courses without a pause
account  R people a second at the school, who sign in at the provider's own page to look at their account
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from random import Random
from urllib.parse import urlsplit

import httpx

from bench.faults.attacker import form_token
from bench.faults.canary import sign_in
from bench.faults.fourth.visitors import at_school
from bench.faults.outsiders import Errand, errand, keep_trying
from school.traffic.pages import read

# A machine asks on, whether it was answered or not; people wait.
_AT_ONCE = {"partner": 500, "account": 200}
_PATIENCE_S = 20
_PARTNER = {"User-Agent": "partner-gateway/3.1", "X-Forwarded-For": "198.51.100.20"}
_DOCUMENTS = ("/o/.well-known/openid-configuration", "/o/.well-known/jwks.json")


def main() -> None:
    """Let them come until the time is over."""
    come = errand(__doc__, ("partner", "lesson", "account"), 10.0)
    if come.kind == "lesson":
        _lesson(come)
        return
    tries = _documents(come) if come.kind == "partner" else _accounts(come)
    keep_trying(tries, come.per_s, come.seconds, _AT_ONCE[come.kind])


def fetch(url: str, headers: dict[str, str]) -> None:
    """By hand: a browser would cost whoever asks more than the service."""
    at = urlsplit(url)
    connection = HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_S)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", at.path, headers=headers)
        connection.getresponse().read()


def _documents(come: Errand) -> Iterator[partial[None]]:
    for path in itertools.cycle(_DOCUMENTS):
        yield partial(fetch, come.provider + path, _PARTNER)


def _lesson(come: Errand) -> None:
    until, count = time.monotonic() + come.seconds, int(come.per_s)
    with ThreadPoolExecutor(count) as pool:
        for number in range(count):
            pool.submit(_turn_pages, come, number, until)


def _turn_pages(come: Errand, number: int, until: float) -> None:
    one = come.people[number % len(come.people)]
    with at_school(number) as browser:
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                sign_in(browser, come.portal, one["username"], one["password"])
                courses = read(browser.get(f"{come.portal}/courses/").text).links_to("/courses/")
                for course in itertools.cycle(courses):
                    if time.monotonic() > until or browser.get(come.portal + course).is_error:
                        break


def _accounts(come: Errand) -> Iterator[partial[None]]:
    chance = Random(14)
    for number in itertools.count():
        yield partial(_look_at_account, come.provider, chance.choice(come.people), number)


def _look_at_account(provider: str, one: dict[str, str], number: int) -> None:
    with suppress(httpx.HTTPError), at_school(number) as browser:
        form = browser.get(f"{provider}/sign-in/", params={"next": "/"}).text
        typed = {"username": one["username"], "password": one["password"], "csrfmiddlewaretoken": form_token(form)}
        browser.post(f"{provider}/sign-in/", data=typed)
        browser.get(f"{provider}/")


if __name__ == "__main__":
    main()
