"""People who come for a reason of their own: `python -m bench.faults.third.visitors SITE KIND --per-s R --seconds S`.

mailing   they open a link in a mail: each from a network of their own, and every fourth signs in
uploads   students who are signed in hand in work of some MiB by slow lines; R is how many do so at once, a worker each
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from urllib.parse import urljoin

import httpx

from bench.faults.canary import sign_in
from bench.faults.outsiders import errand, keep_trying
from school.traffic.habits import agent
from school.traffic.pages import Form, read

# A crowd does not wait for one another.
_AT_ONCE = 200
_EVERY_FOURTH = 4
_UPLOADERS_EACH = 4
_PIECE = 24 * 1024
_PIECES, _PIECE_S = 120, 0.1
_PATIENCE_S = 90


@dataclass(frozen=True, slots=True)
class Aim:
    """Where people go, and who they are: name and password."""

    portal: str
    students: tuple[tuple[str, str], ...]


def main() -> None:
    """Let them come until the time is over."""
    come = errand(__doc__, ("mailing", "uploads"), 10.0)
    students = (one for one in come.people if one["role"] == "student")
    aim = Aim(come.portal, tuple((one["username"], one["password"]) for one in students))
    if come.kind == "mailing":
        keep_trying(_readers(aim), come.per_s, come.seconds, _AT_ONCE)
        return
    until = time.monotonic() + come.seconds
    count = int(come.per_s) * _UPLOADERS_EACH
    with ThreadPoolExecutor(count) as pool:
        for name, password in Random(4).sample(aim.students, count):
            pool.submit(_hand_in, aim, name, password, until)


def _readers(aim: Aim) -> Iterator[partial[None]]:
    chance = Random(6)
    for number in itertools.count():
        who = chance.choice(aim.students) if number % _EVERY_FOURTH == 0 else None
        yield partial(_read_mail, aim, who, f"198.{18 + number // 250 % 2}.{number % 250}.{chance.randrange(2, 250)}")


def _browser(address: str) -> httpx.Client:
    headers = {"User-Agent": agent(Random(address)), "X-Forwarded-For": address}
    # Nobody's certificate is looked at: to load whom to believe would cost more than the visit.
    return httpx.Client(headers=headers, timeout=_PATIENCE_S, trust_env=False, verify=False)


def _read_mail(aim: Aim, who: tuple[str, str] | None, address: str) -> None:
    with suppress(httpx.HTTPError), _browser(address) as browser:
        if who is None:
            browser.get(f"{aim.portal}/courses/", follow_redirects=True)
        else:
            sign_in(browser, aim.portal, *who)


def _hand_in(aim: Aim, name: str, password: str, until: float) -> None:
    """One student, who hands in again and again, as an earlier file may be replaced until the deadline."""
    with _browser(f"203.0.113.{Random(name).randrange(16, 24)}") as browser:
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                sign_in(browser, aim.portal, name, password)
                page, form = _assignment(browser, aim.portal)
                while form is not None and time.monotonic() < until:
                    _upload(browser, urljoin(page, form.action), form.fields)


def _assignment(browser: httpx.Client, portal: str) -> tuple[str, Form | None]:
    """The first page with a form that takes a file; None where there is none for this student."""
    courses = read(browser.get(f"{portal}/courses/", follow_redirects=True).text)
    for course in courses.links_to("/courses/"):
        for link in read(browser.get(portal + course).text).links_to("/assignments/"):
            forms = read(browser.get(portal + link).text).forms
            form = next((form for form in forms if form.takes_file), None)
            if form is not None:
                return portal + link, form
    return portal, None


def _upload(browser: httpx.Client, url: str, fields: dict[str, str]) -> None:
    """Some MiB at the pace of a slow line (RFC 7578)."""
    mark = secrets.token_hex(8)
    head = "".join(_part(mark, f'name="{name}"', value) for name, value in fields.items())
    head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n'
    tail = f"\r\n--{mark}--\r\n".encode()

    def content() -> Iterator[bytes]:
        yield head.encode()
        for _ in range(_PIECES):
            yield b"0" * _PIECE
            time.sleep(_PIECE_S)
        yield tail

    length = len(head.encode()) + _PIECES * _PIECE + len(tail)
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Content-Length": str(length), "Referer": url}
    browser.post(url, content=content(), headers=headers)


def _part(mark: str, named: str, value: str) -> str:
    return f"--{mark}\r\nContent-Disposition: form-data; {named}\r\n\r\n{value}\r\n"


if __name__ == "__main__":
    main()
