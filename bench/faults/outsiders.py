"""What those who come from outside have in common: what they are told, how they come, and how they keep on coming."""

from __future__ import annotations

import argparse
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import httpx

from bench.faults.attacker import AGENT
from school.auth.config import AuthConfig
from school.config import load
from school.portal.config import PortalConfig

_AT_ONCE = 24
FAILURES = 10  # what `lockout.failures` is by default
_DRIP_S = 2.0


@dataclass(frozen=True, slots=True)
class Errand:
    """What they come for, how often and how long; the addresses of the two services, and the people as they are listed.

    The canary's account is not among the people.
    """

    kind: str
    per_s: float
    seconds: float
    provider: str
    portal: str
    people: tuple[dict[str, Any], ...]


def errand(told: str | None, kinds: tuple[str, ...], per_s: float) -> Errand:
    """As the command line `SITE KIND --per-s R --seconds S` says; `told` is its help."""
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("--per-s", type=float, default=per_s)
    parser.add_argument("--seconds", type=float, default=150.0)
    asked = parser.parse_args()
    listed = json.loads((asked.site / "secrets/people.json").read_text())
    return Errand(
        kind=asked.kind,
        per_s=asked.per_s,
        seconds=asked.seconds,
        provider=load(asked.site / "auth.toml", AuthConfig).service.public_url,
        portal=load(asked.site / "portal.toml", PortalConfig).service.public_url,
        people=tuple(one for one in listed if not one.get("monitor")),
    )


def networks(first: int, last: int) -> Iterator[str]:
    """Addresses of 40 times 250 networks in turn, from `first` on, each with that last number."""
    for number in itertools.count():
        yield f"100.{first + number % 40}.{number % 250}.{last}"


def browser(source: str) -> httpx.Client:
    """What an attacker comes with from there."""
    headers = {"User-Agent": AGENT, "X-Forwarded-For": source}
    # Nobody's certificate is looked at: to load whom to believe would cost more than the attempt.
    return httpx.Client(headers=headers, timeout=15, trust_env=False, verify=False)


def keep_trying(
    attempts: Iterator[Callable[[], object]], per_s: float, seconds: float, at_once: int = _AT_ONCE
) -> None:
    """So many attempts a second, `at_once` side by side at most, until the time is over; failing ends one."""
    until, at = time.monotonic() + seconds, time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        while time.monotonic() < until:
            pool.submit(next(attempts))
            at += 1 / per_s
            threading.Event().wait(max(0.0, at - time.monotonic()))


def hold(at: SplitResult, head: bytes, drop: bytes, count: int, seconds: float) -> None:
    """So many connections, each with a head and then a drop every two seconds; a closed one is opened again."""
    held: list[socket.socket] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for connection in list(held):
            try:
                connection.sendall(drop)
            except OSError:
                held.remove(connection)
        with suppress(OSError):
            while len(held) < count:
                connection = socket.create_connection((at.hostname or "", at.port or 80), timeout=2)
                connection.sendall(head)
                held.append(connection)
        threading.Event().wait(_DRIP_S)
