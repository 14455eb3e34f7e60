"""The wire below a request: names asked in bounded time, connections that can be cut, and a stopwatch by phase.

httpcore bounds each read alone, so an answer that drips would never end, and the system's resolver knows no limit: here
a watchdog cuts every connection when the time is over, and a name is asked for in a thread that may be left behind.
"""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping

import httpcore

from doorward.model.journey import Timing
from doorward.probe.exchange import Ending

# X509_V_ERR_* of OpenSSL: what a certificate is refused for.
_EXPIRED = frozenset({9, 10})
_WRONG_NAME = frozenset({62, 64})
_UNTRUSTED = frozenset({18, 19, 20, 21})

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Stopwatch:
    """Where one exchange's time goes."""

    def __init__(self) -> None:
        self._ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def begin(self) -> None:
        """A new exchange begins now."""
        self._ms = {}
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        """The phase ends now, and the next one begins."""
        moment = time.perf_counter()
        self._ms[phase] = round((moment - self._last) * 1000, 1)
        self._last = moment

    @property
    def has_head(self) -> bool:
        """Whether the head of an answer came."""
        return "first_byte" in self._ms

    @property
    def timing(self) -> Timing:
        """The phases as they are known so far."""
        found = (self._ms.get(phase) for phase in ("dns", "connect", "tls", "first_byte", "body"))
        return Timing(*found)


class Network(httpcore.NetworkBackend):
    """Connections that are timed by phase and cut when the time is over."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self._plain = httpcore.SyncBackend()
        self._sockets: list[socket.socket] = []
        self._timer: threading.Timer | None = None
        self._late = threading.Event()

    @property
    def is_late(self) -> bool:
        """Whether the time was over and the connections were cut."""
        return self._late.is_set()

    def begin(self, longest_s: float) -> None:
        """From now on there is so much time."""
        self._timer = threading.Timer(longest_s, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """The exchange is over in time."""
        if self._timer is not None:
            self._timer.cancel()

    def notice(self, event: str, info: Mapping[str, object]) -> None:
        """httpcore's trace. A socket that TLS wraps is another one, so it is kept too: connections are reused."""
        if event == "connection.start_tls.complete":
            self._stopwatch.lap("tls")
            self._keep(info.get("return_value"))
        elif event == "http11.receive_response_headers.complete":
            self._stopwatch.lap("first_byte")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the name's addresses that takes one."""
        addresses = self._addresses(host, port, timeout)
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, timeout, local_address, socket_options)
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[SocketOption] | None,
    ) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
        self._stopwatch.lap("connect")
        self._keep(stream)
        return stream

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        if _is_address(host):
            return [host]
        try:
            found = resolved(host, port, timeout)
        except OSError as error:
            raise httpcore.ConnectError("the name does not resolve") from error
        self._stopwatch.lap("dns")
        return found

    def _keep(self, stream: object) -> None:
        if isinstance(stream, httpcore.NetworkStream):
            self._sockets.append(stream.get_extra_info("socket"))

    def _cut(self) -> None:
        self._late.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def resolved(host: str, port: int, longest_s: float | None) -> list[str]:
    """The name's addresses, at least one. Raises socket.gaierror: also where no answer comes in time."""
    said: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            said.put(list(dict.fromkeys(str(address[4][0]) for address in found)))
        except (OSError, UnicodeError) as error:
            said.put(error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "no such name"))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = said.get(timeout=longest_s)
    except queue.Empty as error:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from error
    if isinstance(answer, OSError):
        raise answer
    return answer


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def ending_of(error: BaseException) -> Ending:
    """The ending behind a transport error: its chain of causes tells a name that does not resolve from a refusal."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _tls_ending(cause)
        if isinstance(cause, socket.gaierror):
            return Ending.DNS
        if isinstance(cause, ConnectionRefusedError):
            return Ending.REFUSED
        cause = cause.__cause__ or cause.__context__
    return Ending.NO_ANSWER


def _tls_ending(error: ssl.SSLError) -> Ending:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else 0
    if code in _EXPIRED:
        return Ending.TLS_EXPIRED
    if code in _WRONG_NAME:
        return Ending.TLS_NAME
    return Ending.TLS_UNTRUSTED if code in _UNTRUSTED else Ending.TLS
