"""People who come for a reason of their own: `python -m bench.faults.fourth.visitors SITE KIND --per-s R --seconds S`.

herd     R devices that all sign in at once, try until they are in, and soon have to do so again
term     R people a second at the school, who type last term's password first and then the right one
devices  R shared devices, at each of which one pupil after the other signs in and out
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from random import Random
from urllib.parse import urljoin

import httpx

from bench.faults.canary import sign_in
from bench.faults.outsiders import errand, keep_trying
from school.traffic.habits import agent
from school.traffic.pages import read

_AT_ONCE = 200
_PATIENCE_S = 20
_AGAIN_S = (2.0, 6.0)
_FORMER = "Spring-term-2026"

Person = tuple[str, str]


def main() -> None:
    """Let them come until the time is over."""
    come = errand(__doc__, ("herd", "term", "devices"), 10.0)
    people = tuple((one["username"], one["password"]) for one in come.people)
    if come.kind == "term":
        keep_trying(_newcomers(come.portal, people), come.per_s, come.seconds, _AT_ONCE)
        return
    live: Callable[[str, tuple[Person, ...], int, float], None] = _device if come.kind == "herd" else _shared_device
    until, count = time.monotonic() + come.seconds, int(come.per_s)
    with ThreadPoolExecutor(count) as pool:
        for number in range(count):
            pool.submit(live, come.portal, people, number, until)


def at_school(number: int) -> httpx.Client:
    """A browser behind the school's exit."""
    headers = {"User-Agent": agent(Random(number)), "X-Forwarded-For": f"203.0.113.{16 + number % 8}"}
    # Nobody's certificate is looked at: to load whom to believe would cost more than the visit.
    return httpx.Client(headers=headers, timeout=_PATIENCE_S, trust_env=False, verify=False)


def _device(portal: str, people: tuple[Person, ...], number: int, until: float) -> None:
    """One person's device."""
    chance = Random(number)
    while time.monotonic() < until:
        with suppress(httpx.HTTPError), at_school(number) as browser:
            if sign_in(browser, portal, *people[number % len(people)]).ok:
                time.sleep(chance.uniform(*_AGAIN_S))


def _shared_device(portal: str, people: tuple[Person, ...], number: int, until: float) -> None:
    """One browser for all who come to it; its cookies stay."""
    chance = Random(number)
    with at_school(number) as browser:
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                sign_in(browser, portal, *chance.choice(people))
                _sign_out(browser, portal)


def _sign_out(browser: httpx.Client, portal: str) -> None:
    page = browser.get(f"{portal}/courses/", follow_redirects=True)
    form = read(page.text).form_to("/sign-out/")
    if form is not None:
        address = urljoin(str(page.url), form.action)
        browser.post(address, data=form.fields, headers={"Referer": str(page.url)}, follow_redirects=True)


def _newcomers(portal: str, people: tuple[Person, ...]) -> Iterator[partial[None]]:
    chance = Random(12)
    for number in itertools.count():
        yield partial(_remember, portal, chance.choice(people), number)


def _remember(portal: str, person: Person, number: int) -> None:
    name, password = person
    with suppress(httpx.HTTPError), at_school(number) as browser:
        sign_in(browser, portal, name, _FORMER)
        sign_in(browser, portal, name, password)


if __name__ == "__main__":
    main()
