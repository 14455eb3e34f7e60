"""The fifth set: the reverse proxy in front is set wrongly.

Its settings are nobody's whom Doorward guards, and it stands on the way: whoever says that it is a setting and whoever
says that it is the way between people and services sends the right person to the right machine. So both are right.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import replace

from bench.faults.fault import Do, Fault, Layout
from bench.faults.fifth.spread import straight
from bench.faults.fourth.others import through
from bench.faults.mend import ways_open
from bench.faults.stage import Stage
from bench.faults.third.gateway import Answer, Asked
from bench.faults.ways import lead, rewrites
from doorward.review.drills.site import free_ports

_FRONT = Layout(front=True)
_FORM, _TYPED = Asked("GET", "/sign-in/"), Asked("POST", "/sign-in/")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_SOURCE = re.compile(rb"(\r\nX-Forwarded-For: [0-9.]+)", re.IGNORECASE)
_HOST = re.compile(rb"\r\nHost: [^\r]+", re.IGNORECASE)
_ONE_EACH_S = 4.0


def adds_port() -> Callable[[bytes], bytes]:
    """One of two proxies has a new version, and tells the port with the address: 203.0.113.18:53412."""
    ports = itertools.cycle((rb"\1:53412", rb"\1"))
    return lambda data: _SOURCE.sub(next(ports), data, count=1) if _SOURCE.search(data) else data


def names_itself(data: bytes) -> bytes:
    """The line that passes the host's name on is gone: the provider sees the name of the proxy's own list."""
    return _HOST.sub(b"\r\nHost: school-upstream", data, count=1)


def moves_cookies(_: Asked, answer: Answer) -> Answer:
    """Cookies are to be for a path that the service had once."""
    headers = ((name, value.replace("Path=/", "Path=/auth/")) for name, value in answer.headers)
    return replace(answer, headers=tuple(headers))


def refuses_strangers(_: Asked, answer: Answer) -> Answer:
    """Who is not signed in is to be led to the form; the status says 403, and no browser follows."""
    location = dict(answer.headers).get("Location", "")
    return Answer(403, _TEXT, b"Found.\n") if answer.status == 302 and location.startswith("/sign-in/") else answer


def keeps_form() -> Callable[[Asked, Answer], Answer]:
    """The sign-in page is kept and given to all, without the cookie that its form needs."""
    kept: list[Answer] = []

    def change(asked: Asked, answer: Answer) -> Answer:
        if asked != _FORM or answer.status != 200:
            return answer
        if not kept:
            kept.append(replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] != "Set-Cookie")))
        return kept[0]

    return change


def one_each(seconds: float) -> Callable[[Asked], Answer | None]:
    """So often may anybody sign in; whoever comes between is told to wait."""
    last = [-seconds]

    def instead(asked: Asked) -> Answer | None:
        if asked != _TYPED:
            return None
        now = time.monotonic()
        if now - last[0] < seconds:
            return Answer(429, _TEXT, b"Too Many Requests\n")
        last[0] = now
        return None

    return instead


def _leads_nowhere(stage: Stage) -> None:
    """The one node is out for a routine update; the other stands in the list with a port of before."""
    lead(stage, "front-auth", free_ports(1)[0])


def _proxy(name: str, what: str, why: str, inject: Do, undo: Do = ways_open) -> Fault:
    return Fault(name, ("configuration", "network"), what, inject, _FRONT, undo=undo, why=why)


FAULTS = (
    _proxy(
        "proxy-tells-ports",
        "one of two proxies tells an address that nobody can read, with a port",
        "people and services are as before; what the proxy says of where they come from is malformed (KC-S05)",
        rewrites(adds_port(), "front-auth"),
    ),
    _proxy(
        "proxy-moves-cookies",
        "the proxy rewrites the path of the provider's cookies: no browser shows them",
        "the provider sets them as ever; the rule that rewrites them stands in the proxy (PX-06)",
        lambda stage: through(moves_cookies)(stage),
        straight("auth"),
    ),
    _proxy(
        "proxy-refuses-strangers",
        "who is not signed in at the portal sees a 403 in place of the way to the form",
        "the portal leads them on as ever; the status is changed in the proxy (PX-03)",
        through(refuses_strangers, service="portal"),
        straight("portal"),
    ),
    _proxy(
        "proxy-keeps-sign-in-page",
        "the proxy caches the sign-in page: its form is everybody's, and nobody has its cookie",
        "the provider answers each as ever; a page that must not be kept is kept in the proxy (PX-07)",
        lambda stage: through(keeps_form())(stage),
        straight("auth"),
    ),
    _proxy(
        "proxy-names-itself",
        "the proxy passes its own name on as the host: 400 for everybody",
        "the allowed names are as they were; the proxy's line that passed the right one is gone (PX-01)",
        rewrites(names_itself, "front-auth"),
    ),
    _proxy(
        "proxy-limits-sign-ins",
        "the proxy lets one sign-in pass in four seconds, and answers 429 to the others",
        "no more come than on any day; the limit was set below that (PX-10)",
        lambda stage: through(instead=one_each(_ONE_EACH_S))(stage),
        straight("auth"),
    ),
    _proxy(
        "proxy-leads-to-old-port",
        "the node that is left for the provider has a port in the proxy's list where nobody listens",
        "the provider lives and answers; the list was wrong for long, and an update made it matter (Azure 2021-12)",
        _leads_nowhere,
        straight("auth"),
    ),
)
