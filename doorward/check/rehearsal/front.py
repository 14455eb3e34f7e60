"""What stands before the workers: the address people use, the headers the proxy sets, and the proxies themselves."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from doorward.check.rehearsal import certificate
from doorward.check.rehearsal.browser import origin
from doorward.check.rehearsal.proxy import SECURE_HEADER, Proxy
from doorward.errors import InputInvalid, Problem


@dataclass(frozen=True, slots=True)
class Front:
    """How a site is met on both sides of a rehearsal; `certificate` is None on plain http."""

    public_url: str
    forwarded: tuple[tuple[str, str], ...]
    certificate: certificate.Certificate | None

    @property
    def trusted(self) -> ssl.SSLContext | None:
        """What a browser verifies the site with."""
        return ssl.create_default_context(cafile=str(self.certificate.certificate)) if self.certificate else None


@dataclass(frozen=True, slots=True)
class Gate:
    """An open front: the proxies that listen, and the port behind each origin."""

    proxies: tuple[Proxy, ...]
    ports: dict[str, int]

    def lead_to(self, workers: Sequence[int]) -> None:
        """From now on requests go to the workers at these ports."""
        for proxy in self.proxies:
            proxy.workers = tuple(workers)


@contextlib.contextmanager
def opened(front: Front, workers: Sequence[int]) -> Iterator[Gate]:
    """The proxies before the workers; a site on https also answers on http, as a real one does to send people on."""
    parts = urlsplit(front.public_url)
    with contextlib.ExitStack() as stack:
        if front.certificate is None:
            proxy = stack.enter_context(Proxy(workers, front.forwarded))
            yield Gate((proxy,), {origin(front.public_url): proxy.port})
            return
        secure = stack.enter_context(Proxy(workers, front.forwarded, front.certificate))
        plain = stack.enter_context(Proxy(workers, _in_clear(front.forwarded)))
        yield Gate((secure, plain), {origin(front.public_url): secure.port, f"http://{parts.hostname}": plain.port})


def site_of(public_url: str, named_by: str) -> tuple[str, str]:
    """Scheme and host of a site's address; raises InputInvalid, which names what named it, if it is none."""
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        fix = "name it as https://portal.example.com"
        raise InputInvalid((Problem("public-url.invalid", "is no address of a site", named_by, fix),))
    return parts.scheme, parts.hostname


def certified(public_url: str, folder: Path, named_by: str) -> certificate.Certificate | None:
    """A throw-away certificate for a site on https, None for one on plain http. Raises InputInvalid."""
    scheme, host = site_of(public_url, named_by)
    return certificate.throw_away([host], folder) if scheme == "https" else None


def headers(named: Sequence[str], scheme: str) -> dict[str, str]:
    """What a proxy sets of the headers that are named; in its values stand the placeholders of Proxy."""
    values = {
        "x-forwarded-for": "{visitor}",
        "x-real-ip": "{visitor}",
        "x-forwarded-proto": scheme,
        "x-forwarded-host": "{host}",
        "x-forwarded-port": "443" if scheme == "https" else "80",
        "x-forwarded-ssl": "on" if scheme == "https" else "off",
    }
    return {name: values[name.lower()] for name in named if name.lower() in values}


def _in_clear(forwarded: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers of a request that came without TLS."""
    shown = tuple((name, "http" if value == "https" else value) for name, value in forwarded)
    return tuple((name, value) for name, value in shown if name != SECURE_HEADER and value != "on")
