"""Somebody who attacks: `python -m bench.faults.attacker SITE KIND --per-s R --seconds S [--sources N]`.

stuffing  names and passwords from elsewhere: mostly people who do not exist here
spray     one common password over all names of the school
flood     the sign-in page, as fast as asked for, without a form being sent
tokens    the token endpoint with made-up codes
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx

from school.auth.config import AuthConfig
from school.config import load

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
_AT_ONCE = 24
_COMMON = "Summer2026!school"
_EVERY_FOURTH = 4


def main() -> None:
    """Attack until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("kind", choices=("stuffing", "spray", "flood", "tokens"))
    parser.add_argument("--per-s", type=float, default=6.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--sources", type=int, default=3)
    asked = parser.parse_args()
    address = load(asked.site / "auth.toml", AuthConfig).service.public_url
    names = [one["username"] for one in json.loads((asked.site / "secrets/people.json").read_text())]
    tries = _tries(asked.kind, names, asked.sources)
    until, at = time.monotonic() + asked.seconds, time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while time.monotonic() < until:
            pool.submit(_attempt, address, asked.kind, *next(tries))
            at += 1 / asked.per_s
            threading.Event().wait(max(0.0, at - time.monotonic()))


def _tries(kind: str, names: list[str], sources: int) -> Iterator[tuple[str, str, str]]:
    """Name, password and source of each try."""
    chance = Random(7)
    for number in itertools.count():
        source = f"192.0.2.{number % sources + 1}" if sources <= 250 else f"100.{64 + number % 50}.{number % 250}.7"
        if kind == "spray":
            yield chance.choice(names), _COMMON, source
        elif number % _EVERY_FOURTH == 0:
            yield chance.choice(names), secrets.token_urlsafe(8), source
        else:
            yield f"user{secrets.randbelow(10**6)}@mail.example", secrets.token_urlsafe(8), source


def _attempt(address: str, kind: str, name: str, password: str, source: str) -> None:
    headers = {"User-Agent": AGENT, "X-Forwarded-For": source}
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=15, trust_env=False) as client:
            if kind == "tokens":
                client.post(
                    "/o/token/", data={"grant_type": "authorization_code", "code": password, "client_id": "portal"}
                )
                return
            page = client.get("/sign-in/")
            token = form_token(page.text)
            if kind != "flood" and token:
                client.post("/sign-in/", data={"username": name, "password": password, "csrfmiddlewaretoken": token})
    except httpx.HTTPError:
        return


def form_token(html: str) -> str:
    """What the form of a sign-in page must send along; empty when the page has none."""
    found = _TOKEN.search(html)
    return found[1] if found else ""


if __name__ == "__main__":
    main()
