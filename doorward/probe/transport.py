"""One request over the network, bounded in time and size; faults as named reasons.

In: an Ask and a deadline. Out: an Answer, or a Fault with its Ending. Following redirects is the journey's.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from urllib.parse import urlencode

import httpcore
import httpx

from doorward.probe.exchange import Answer, Ask, Ending
from doorward.probe.plan import ProbePlan

# Sign-in pages are 5–300 KiB; more is not read.
MOST_BYTES = 512 * 1024
_CHUNK = 16 * 1024
_USER_AGENT = "Doorward (sign-in probe)"
_CONTROL_TIMEOUT_S = 2.0


class Fault(Exception):
    """No answer came; `ending` says why. It never carries the library's message, which may quote an address."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending


class Browser:
    """One person's browser: a cookie jar that obeys Domain, Path, Secure and Max-Age, and one time budget."""

    def __init__(self, plan: ProbePlan) -> None:
        self._plan = plan
        self._deadline = time.monotonic() + plan.total_s
        self._watchdog = _Watchdog()
        # The environment's proxies and .netrc are not used: secrets go to the named hosts alone.
        self._client = httpx.Client(
            verify=ssl.create_default_context(),
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": _USER_AGENT,
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                "Accept-Encoding": "identity",
            },
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, ask: Ask) -> Answer:
        """The answer to that request. Raises Fault; the plan must name the host (the driver sees to that)."""
        remaining_s = self._deadline - time.monotonic()
        if remaining_s <= 0:
            raise Fault(Ending.TIMEOUT)
        longest_s = min(self._plan.timeout_s, remaining_s)
        self._watchdog.begin(longest_s)
        try:
            answer = self._exchange(ask, longest_s)
        except httpx.TimeoutException as error:
            raise Fault(Ending.TIMEOUT) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise Fault(Ending.BAD_REDIRECT) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Fault(Ending.TIMEOUT if self._watchdog.is_late else _ending_of(error)) from error
        finally:
            self._watchdog.end()
        if self._watchdog.is_late:
            # A body without a length just ends where it was cut off.
            raise Fault(Ending.TIMEOUT)
        return answer

    def _exchange(self, ask: Ask, longest_s: float) -> Answer:
        request = self._client.build_request(
            ask.method,
            ask.url,
            content=None if ask.form is None else urlencode(ask.form, errors="replace").encode(),
            headers=self._headers(ask),
            timeout=longest_s,
            extensions={"trace": self._watchdog.notice},
        )
        response = self._client.send(request, stream=True)
        try:
            return _answer(ask, response)
        finally:
            response.close()

    def _headers(self, ask: Ask) -> dict[str, str]:
        headers = dict((*self._plan.headers, *ask.headers))
        if self._plan.addresses:
            headers["X-Forwarded-For"] = self._plan.addresses[ask.client % len(self._plan.addresses)]
        if ask.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers


class _Watchdog:
    """Cuts the connections when the time is over: httpx bounds each read, so a slow drip would never end."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._timer: threading.Timer | None = None
        self._late = threading.Event()

    @property
    def is_late(self) -> bool:
        """Whether the time was over and the connections were cut."""
        return self._late.is_set()

    def begin(self, longest_s: float) -> None:
        self._timer = threading.Timer(longest_s, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def notice(self, event: str, info: Mapping[str, object]) -> None:
        """httpcore's trace: keeps the socket of every connection that is made, for they are reused."""
        stream = info.get("return_value")
        if event.startswith("connection.") and isinstance(stream, httpcore.NetworkStream):
            self._sockets.append(stream.get_extra_info("socket"))

    def _cut(self) -> None:
        self._late.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def control_answers(control: tuple[str, int]) -> bool:
    """Whether the control target takes a connection: if not, the prober itself has no network."""
    try:
        with socket.create_connection(control, timeout=_CONTROL_TIMEOUT_S):
            return True
    except OSError:
        return False


def _answer(ask: Ask, response: httpx.Response) -> Answer:
    body = b""
    for chunk in response.iter_bytes(_CHUNK):
        body += chunk
        if len(body) >= MOST_BYTES:
            break
    return Answer(
        response.status_code,
        ask.url,
        tuple((name.lower(), value) for name, value in response.headers.multi_items()),
        _text(body[:MOST_BYTES], response.charset_encoding),
        tuple(response.headers.get_list("set-cookie")),
    )


def _text(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode("utf-8", errors="replace")


def _ending_of(error: BaseException) -> Ending:
    """The ending behind a transport error: its chain of causes tells a name that does not resolve from a refusal."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Ending.TLS
        if isinstance(cause, socket.gaierror):
            return Ending.DNS
        if isinstance(cause, ConnectionRefusedError):
            return Ending.REFUSED
        cause = cause.__cause__ or cause.__context__
    return Ending.NO_ANSWER
