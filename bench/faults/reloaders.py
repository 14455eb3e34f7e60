"""People who are signed in and load a page anew over and over: `python -m bench.faults.reloaders SITE --per-s R`.

As at an exam whose paper should appear any moment: nobody attacks, nobody is new, all of it is allowed.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx

from bench.faults.canary import sign_in
from school.config import load
from school.portal.config import PortalConfig
from school.traffic.habits import agent

_AT_ONCE = 96
_FIRST_ADDRESS = 16


def main() -> None:
    """Sign some people in, then reload until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--per-s", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=150.0)
    asked = parser.parse_args()
    portal = load(asked.site / "portal.toml", PortalConfig).service.public_url
    chance = Random(9)
    listed = json.loads((asked.site / "secrets/people.json").read_text())
    chosen = chance.sample([one for one in listed if not one.get("monitor")], asked.people)
    until = time.monotonic() + asked.seconds
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        signed_in = pool.map(lambda one: _browser(portal, one["username"], one["password"], chance), chosen)
        browsers = [browser for browser in signed_in if browser is not None]
        at = time.monotonic()
        while browsers and time.monotonic() < until:
            pool.submit(_reload, chance.choice(browsers), portal)
            at += 1 / asked.per_s
            threading.Event().wait(max(0.0, at - time.monotonic()))


def _browser(portal: str, name: str, password: str, chance: Random) -> httpx.Client | None:
    """A browser that is signed in; None where that did not come about."""
    address = f"203.0.113.{_FIRST_ADDRESS + chance.randrange(8)}"
    headers = {"User-Agent": agent(chance), "X-Forwarded-For": address}
    browser = httpx.Client(headers=headers, timeout=30, trust_env=False)
    return browser if sign_in(browser, portal, name, password).status == httpx.codes.OK else None


def _reload(browser: httpx.Client, portal: str) -> None:
    with suppress(httpx.HTTPError):
        browser.get(f"{portal}/courses/", follow_redirects=True)


if __name__ == "__main__":
    main()
