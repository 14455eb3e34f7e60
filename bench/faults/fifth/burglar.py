"""Somebody who comes uninvited: `python -m bench.faults.fifth.burglar SITE KIND --per-s R --seconds S`.

tokens  made-up access tokens at the provider's page that says who somebody is
forms   forms of two MiB at the provider's sign-in page
list    names of the school with passwords of before, each once, each from a network of its own
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from functools import partial

from bench.faults.attacker import AGENT, form_token
from bench.faults.fifth.visitors import fetch
from bench.faults.outsiders import Errand, browser, errand, keep_trying, networks

_AT_ONCE = 300
# A letter in three bytes, which have to be put together again.
_TEXT = b"username=" + b"%41" * 700_000
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Try = Callable[[], object]


def main() -> None:
    """Go on until the time is over."""
    kinds = {"tokens": _tokens, "forms": _forms, "list": _listed}
    come = errand(__doc__, tuple(kinds), 6.0)
    keep_trying(kinds[come.kind](come), come.per_s, come.seconds, _AT_ONCE)


def _tokens(come: Errand) -> Iterator[Try]:
    for source in networks(60, 41):
        headers = {
            "User-Agent": AGENT,
            "X-Forwarded-For": source,
            "Authorization": f"Bearer {secrets.token_urlsafe(22)}",
        }
        yield partial(fetch, f"{come.provider}/o/userinfo/", headers)


def _forms(come: Errand) -> Iterator[Try]:
    for source in networks(60, 41):
        yield partial(_send_large, f"{come.provider}/sign-in/", source)


def _send_large(url: str, source: str) -> None:
    with browser(source) as client:
        client.post(url, content=_TEXT, headers=_FORM)


def _listed(come: Errand) -> Iterator[Try]:
    names = itertools.cycle(one["username"] for one in come.people)
    for name, source in zip(names, networks(60, 41), strict=False):
        yield partial(_type, f"{come.provider}/sign-in/", name, source)


def _type(url: str, name: str, source: str) -> None:
    with browser(source) as client:
        typed = {"username": name, "password": f"{name[:5]}-{secrets.randbelow(10**6)}"}
        client.post(url, data=typed | {"csrfmiddlewaretoken": form_token(client.get(url).text)})


if __name__ == "__main__":
    main()
