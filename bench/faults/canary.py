"""Signs in over and over as people do, and writes down how it went: `python -m bench.faults.canary SITE OUT`.

A line: {"time", "ok", "ms", "status", "what"}. It knows nothing of Doorward; the bench learns by it whether a fault
bites. Each sign-in is one of a browser without cookies, marked as a monitor's, through the portal's courses page.
"""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from school.config import load
from school.portal.config import PortalConfig
from school.traffic.pages import read

_EVERY_S = 2.0
_TIMEOUT_S = 4.0
# Who waits longer for a sign-in gives up: the time that the traffic's people wait for one answer.
_PATIENCE_S = 10.0
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
_ADDRESS = "203.0.113.10"


@dataclass(frozen=True, slots=True)
class Try:
    """One sign-in. `time` is the moment at which it began, seconds since 1970; `status` is None without an answer."""

    time: float
    ok: bool
    ms: float
    status: int | None
    what: str


def main() -> None:
    """Sign in until ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--trust", type=Path)
    asked = parser.parse_args()
    portal = load(asked.site / "portal.toml", PortalConfig).service.public_url
    signal.signal(signal.SIGALRM, _lose_patience)
    token = (asked.site / "secrets/monitoring-token").read_text().strip()
    headers = {"User-Agent": _AGENT, "X-Forwarded-For": _ADDRESS, "X-Synthetic": token}
    for name, password in _accounts(asked.site):
        verify: str | bool = str(asked.trust) if asked.trust else True
        with httpx.Client(headers=headers, timeout=_TIMEOUT_S, trust_env=False, verify=verify) as browser:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)
            tried = sign_in(browser, portal, name, password)
            signal.setitimer(signal.ITIMER_REAL, 0)
        with asked.out.open("a") as file:
            file.write(json.dumps(asdict(tried)) + "\n")
        threading.Event().wait(_EVERY_S)


class TooSlow(Exception):
    """The whole sign-in took longer than anybody waits; a limit of each answer does not tell."""


def _lose_patience(*_: object) -> None:
    raise TooSlow


def sign_in(browser: httpx.Client, portal: str, name: str, password: str) -> Try:
    """One sign-in from the courses page through the form and back."""
    at, began = time.time(), time.monotonic()
    status, what = None, "no form"
    try:
        page = browser.get(f"{portal}/courses/", follow_redirects=True)
        form = read(page.text).sign_in_form
        if form is not None:
            typed = form.fields | {"username": name, "password": password}
            address = urljoin(str(page.url), form.action)
            page = browser.post(address, data=typed, headers={"Referer": str(page.url)}, follow_redirects=True)
            is_back = read(page.text).sign_in_form is not None
            what = "back at the form" if is_back else "" if page.is_success else "an error page"
        status = page.status_code
    except httpx.HTTPError as error:
        what = type(error).__name__
    except TooSlow:
        what = "too slow"
    return Try(at, not what, round((time.monotonic() - began) * 1000, 1), status, what)


def _accounts(site: Path) -> Iterator[tuple[str, str]]:
    listed = json.loads((site / "secrets/people.json").read_text())
    monitors = [one for one in listed if one.get("monitor")] or listed[:1]
    return itertools.cycle([(one["username"], one["password"]) for one in monitors])


if __name__ == "__main__":
    main()
