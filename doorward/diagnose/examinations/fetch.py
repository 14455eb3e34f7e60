"""Fetch: one request, bounded in time and bytes whatever the other side does.

`http.client` rather than httpx: making one of its clients takes longer than the answer that is timed. No proxies from
the environment; redirects and errors are answers too; a certificate is not judged here (`tls` does that).
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

_CHUNK = 8192
_PORTS = {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}
CUT_OFF = "the answer is cut off"


@dataclass(frozen=True, slots=True)
class Fetched:
    """`status` is None without an answer, and `problem` says what came instead. `ahead_s`: how far the answer's Date
    is ahead of our clock, None without one. `headers` by their names in small letters."""

    status: int | None
    ms: float
    problem: str = ""
    body: bytes = b""
    ahead_s: float | None = None
    headers: tuple[tuple[str, str], ...] = ()


def usable(address: str) -> SplitResult | None:
    """The address split, None if it is none that can be fetched."""
    try:
        url = urlsplit(address)
        is_usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return url if is_usable else None


def place(address: str) -> str:
    """host:port of an address."""
    url = urlsplit(address)
    return f"{url.hostname}:{url.port or _PORTS.get(url.scheme, 0)}"


def fetch(
    url: SplitResult,
    within_s: float,
    most_bytes: int = 0,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
) -> Fetched:
    """Ask it once, with further headers; of the body at most `most_bytes` are read (0: none)."""
    connection = _connection(url, within_s)
    began, wall = time.monotonic(), time.time()
    try:
        connection.request(
            method, _path(url), headers={"User-Agent": "doorward", "Connection": "close", **dict(headers)}
        )
        answer = connection.getresponse()
        ms = _ms(began)
        body = _body(answer, began + within_s, most_bytes) if most_bytes else b""
        if most_bytes > len(body) and answer.length:
            return Fetched(None, _ms(began), CUT_OFF)
        said = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Fetched(answer.status, ms, "", body, _ahead_s(answer.headers.get("Date"), wall, wall + ms / 1000), said)
    except TimeoutError:
        return Fetched(None, _ms(began), f"no answer within {within_s:g} s")
    except http.client.IncompleteRead:
        return Fetched(None, _ms(began), CUT_OFF)
    except ConnectionRefusedError:
        return Fetched(None, _ms(began), "no connection")
    except (OSError, http.client.HTTPException) as error:
        return Fetched(None, _ms(began), type(error).__name__)
    finally:
        connection.close()


def _connection(url: SplitResult, within_s: float) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port, timeout=within_s)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, url.port, timeout=within_s, context=context)


def _path(url: SplitResult) -> str:
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def _body(answer: http.client.HTTPResponse, until: float, most_bytes: int) -> bytes:
    """What came in time. Raises TimeoutError for a body that drips."""
    body = bytearray()
    while len(body) < most_bytes:
        chunk = answer.read1(min(_CHUNK, most_bytes - len(body)))
        if not chunk:
            break
        body += chunk
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(body)


def _ahead_s(date: str | None, asked: float, answered: float) -> float | None:
    """The header tells whole seconds, cut off: half a second is added, and the middle of the exchange is compared."""
    if not date:
        return None
    try:
        said = parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
    return round(said + 0.5 - (asked + answered) / 2, 1)


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
