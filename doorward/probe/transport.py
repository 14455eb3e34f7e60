"""One request over the network, bounded in time and size; faults as named reasons.

In: an Ask and a deadline. Out: an Answer, or a Fault with its Ending. Following redirects is the journey's.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import urlencode, urlsplit

import httpcore
import httpx

from doorward.cookies import Jar, is_same_site
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import UNTIMED, Timing
from doorward.probe.connection import Network, Stopwatch, ending_of
from doorward.probe.ends import certificate_end
from doorward.probe.exchange import Answer, Ask, Ending
from doorward.probe.plan import ProbePlan

# Sign-in pages are 5–300 KiB; a page of which more than this is sent is none that people wait for.
MOST_BYTES = 1024 * 1024
_USER_AGENT = "Doorward (sign-in probe)"
_ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"
_CONTROL_TIMEOUT_S = 2.0
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
# HTML Living Standard, encoding sniffing: a page may name its charset in its first 1024 bytes.
_SNIFFED_BYTES = 1024
# One character in twenty that is none, and a page can no longer be read; a stray byte in a name is another matter.
_GARBLED_SHARE = 1 / 20
_PACKED = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class Fault(Exception):
    """No answer came; `ending` says why. It never carries the library's message, which may quote an address."""

    def __init__(self, ending: Ending, timing: Timing = UNTIMED) -> None:
        super().__init__(ending.value)
        self.ending = ending
        self.timing = timing


class Browser:
    """One person's browser: a cookie jar that goes by browsers' rules, SameSite too, and one time budget.

    Raises InputInvalid for authorities that cannot be read.
    """

    def __init__(self, plan: ProbePlan, jar: Jar | None = None) -> None:
        self.jar = jar or Jar()
        self._plan = plan
        self._deadline = time.monotonic() + plan.total_s
        self._stopwatch = Stopwatch()
        self._network = Network(self._stopwatch)
        # The environment's proxies and .netrc are not used: secrets go to the named hosts alone.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted_context(plan.authorities), network_backend=self._network
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def ask(self, ask: Ask) -> Answer:
        """The answer to that request. Raises Fault; the plan must name the host (the driver sees to that)."""
        remaining_s = self._deadline - time.monotonic()
        if remaining_s <= 0:
            raise Fault(Ending.TIMEOUT)
        longest_s = min(self._plan.timeout_s, remaining_s)
        self._stopwatch.begin()
        self._network.begin(longest_s)
        try:
            answer = self._exchange(ask, longest_s)
        except httpcore.TimeoutException as error:
            raise self._fault(self._late_ending()) from error
        except (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError) as error:
            raise self._fault(Ending.BAD_REDIRECT) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
            raise self._fault(self._late_ending() if self._network.is_late else ending_of(error)) from error
        finally:
            self._network.end()
        if self._network.is_late:
            # A body without a length just ends where it was cut off.
            raise self._fault(self._late_ending())
        return answer

    def _late_ending(self) -> Ending:
        return Ending.SLOW_BODY if self._stopwatch.has_head else Ending.TIMEOUT

    def _fault(self, ending: Ending) -> Fault:
        return Fault(ending, self._stopwatch.timing)

    def _exchange(self, ask: Ask, longest_s: float) -> Answer:
        address = httpx.URL(ask.url)
        url = httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path)
        with self._pool.stream(
            ask.method,
            url,
            headers=[(name.encode(), value.encode()) for name, value in self._headers(ask).items()],
            content=None if ask.form is None else urlencode(ask.form, errors="replace").encode(),
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), longest_s),
                "trace": self._network.notice,
            },
        ) as response:
            return self._answer(ask, response)

    def _headers(self, ask: Ask) -> dict[str, str]:
        headers = {"User-Agent": _USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "identity"}
        headers |= dict((*self._plan.headers, *ask.headers))
        if self._plan.addresses:
            headers["X-Forwarded-For"] = self._plan.addresses[ask.client % len(self._plan.addresses)]
        if ask.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        cookies = "" if ask.is_direct else self._cookies(ask)
        return headers | ({"Cookie": cookies} if cookies else {})

    def _cookies(self, ask: Ask) -> str:
        url, whence = self._seen_as(ask.url), self._seen_as(ask.initiator)
        same_site = not whence or is_same_site(whence, url)
        return self.jar.header(url, datetime.now(UTC), same_site=same_site, method=ask.method)

    def _seen_as(self, url: str) -> str:
        """The address as the cookie jar takes it: browsers trust their own machine without TLS."""
        is_local = self._plan.loopback_is_secure and urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
        return f"https:{url.partition(':')[2]}" if is_local and url.startswith("http:") else url

    def _answer(self, ask: Ask, response: httpcore.Response) -> Answer:
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
        # Read first: the connection may be closed at the body's end, and tells nothing then.
        ends = _certificate_end(response)
        body = self._body(response, _last(headers, "content-encoding"))
        self._stopwatch.lap("body")
        lines = tuple(value for name, value in headers if name == "set-cookie")
        moment = datetime.now(UTC)
        seen_as, kept = self._seen_as(ask.url), () if ask.is_direct else lines
        refused = tuple(line for line in kept if not self.jar.take(seen_as, line, moment))
        text, is_garbled = _text(body, _last(headers, "content-type"))
        return Answer(
            response.status,
            ask.url,
            headers,
            text,
            lines,
            is_garbled,
            refused,
            at=moment,
            timing=self._stopwatch.timing,
            certificate_ends=ends,
        )

    def _body(self, response: httpcore.Response, packing: str) -> bytes:
        body = b""
        for chunk in _unpacked(iter(response.iter_stream()), packing.strip().lower()):
            body += chunk
            if len(body) > MOST_BYTES:
                raise self._fault(Ending.TOO_LARGE)
        return body


def _certificate_end(response: httpcore.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    return certificate_end(stream.get_extra_info("socket")) if isinstance(stream, httpcore.NetworkStream) else None


def control_answers(control: tuple[str, int]) -> bool:
    """Whether the control target takes a connection: if not, the prober itself has no network."""
    try:
        with socket.create_connection(control, timeout=_CONTROL_TIMEOUT_S):
            return True
    except OSError:
        return False


def trusted_context(authorities: str) -> ssl.SSLContext:
    """Whom a probe believes: the system's authorities, and those of the PEM file. InputInvalid if it is none."""
    context = ssl.create_default_context()
    if authorities:
        try:
            context.load_verify_locations(cafile=authorities)
        except OSError as error:
            problem = Problem("probe.authorities", "holds no certificates", authorities, "name a file of PEM blocks")
            raise InputInvalid((problem,)) from error
    return context


def _last(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in reversed(headers) if key == name), "")


def _unpacked(chunks: Iterator[bytes], packing: str) -> Iterator[bytes]:
    """The body's bytes; some servers compress though nobody asked for it. Never much more than the bound at once."""
    if packing not in _PACKED:
        yield from chunks
        return
    unpacker = zlib.decompressobj(_PACKED[packing])
    for chunk in chunks:
        yield unpacker.decompress(chunk, MOST_BYTES + 1)
    yield unpacker.flush() if unpacker.eof else b""


def _text(body: bytes, content_type: str) -> tuple[str, bool]:
    """The text, and whether it is garbled: what is read is what a browser would show."""
    said = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(body[:_SNIFFED_BYTES])
    charset = said[1].decode() if said else "utf-8"
    try:
        text = body.decode(charset, errors="replace")
    except (LookupError, UnicodeError, ValueError):
        text = body.decode("utf-8", errors="replace")
    if said is None and "\ufffd" in text:
        # Browsers take a page that names no charset and is not UTF-8 for one of Western Europe.
        text = body.decode("cp1252", errors="replace")
    return text, text.count("\ufffd") + text.count("\x00") > len(text) * _GARBLED_SHARE
