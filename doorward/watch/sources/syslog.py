"""Syslog over UDP and TCP: messages go to the spool as they came, with their priority.

In: an address. Out: lines in the spool. The protocol acknowledges nothing: what is in the spool is counted once,
what a kill finds between the wire and the spool is lost, or sent again, as the sender likes.
Source: RFC 5426 (a datagram a message), RFC 6587 §3.4 (octet counting, and a line end after each message).
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources.spool import Delivery, Spool

MOST_CONNECTIONS = 200
# As much as one step takes before it is written: at 300 bytes a line about 3,000 lines an fsync.
STEP_BYTES = 1024 * 1024
_COUNTED = re.compile(rb"(\d{1,6}) (?=<)")
_TOO_LONG = b"x" * (LONGEST_LINE + 1)


class Framing:
    """Bytes of one TCP connection → messages. Holds `LONGEST_LINE` bytes and what came last, no more."""

    def __init__(self) -> None:
        self._data = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now; one that is too long is told as a line too long to be told."""
        self._data += data
        found: list[bytes] = []
        while (message := self._next(found)) is not None:
            found.append(message)
        return [message for message in found if message.strip()]

    def _next(self, found: list[bytes]) -> bytes | None:
        counted = None if self._skipping else _COUNTED.match(self._data)
        if counted and int(counted[1]) <= LONGEST_LINE:
            end = counted.end() + int(counted[1])
            if len(self._data) < end:
                return None
            message, self._data = self._data[counted.end() : end], self._data[end:]
            return message
        line, ended, rest = self._data.partition(b"\n")
        if ended:
            self._data = rest
            was_skipping, self._skipping = self._skipping, False
            return b"" if was_skipping else line.rstrip(b"\r\0")
        if len(self._data) > LONGEST_LINE:
            if not self._skipping:
                found.append(_TOO_LONG)
            self._data, self._skipping = b"", True
        return None

    def rest(self) -> list[bytes]:
        """What stands at the end of a connection without its line end."""
        rest, self._data = self._data, b""
        return [] if self._skipping or _COUNTED.match(rest) or not rest.strip() else [rest]


class Syslog:
    """One port, UDP and TCP. Not thread-safe."""

    def __init__(self, spool: Spool, host: str, port: int) -> None:
        self._spool = spool
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._tcp = socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(family, socket.SOCK_DGRAM)
        # Half a second of 60,000 messages of 300 bytes; the kernel may give less.
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        self._udp.bind((host, self.port))
        self._connections: dict[socket.socket, Framing] = {}
        self._waiting: list[bytes] = []
        self._selector = selectors.DefaultSelector()
        for opened in (self._tcp, self._udp):
            opened.setblocking(False)
            self._selector.register(opened, selectors.EVENT_READ)

    def step(self, wait_s: float = 0.5) -> int:
        """Take what has come and store it; how many messages. Raises SpoolFull and OSError, and keeps what it took: the
        next step stores it before it takes more, so TCP senders wait and the kernel drops datagrams."""
        if not self._waiting:
            for key, _ in self._selector.select(wait_s):
                assert isinstance(key.fileobj, socket.socket)
                self._take(key.fileobj)
        if self._waiting:
            self._spool.append(Delivery(tuple(self._waiting)))
        stored, self._waiting = len(self._waiting), []
        return stored

    def _take(self, ready: socket.socket) -> None:
        if ready is self._udp:
            self._take_datagrams()
        elif ready is self._tcp:
            self._accept()
        else:
            self._take_stream(ready)

    def _take_datagrams(self) -> None:
        taken = 0
        with contextlib.suppress(BlockingIOError):
            while taken < STEP_BYTES:
                message = self._udp.recv(LONGEST_LINE)
                taken += len(message)
                if message.strip():
                    self._waiting.append(message.rstrip(b"\r\n\0"))

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self._tcp.accept()
            if len(self._connections) >= MOST_CONNECTIONS:
                connection.close()
                return
            connection.setblocking(False)
            self._connections[connection] = Framing()
            self._selector.register(connection, selectors.EVENT_READ)

    def _take_stream(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(LONGEST_LINE)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        framing = self._connections[connection]
        self._waiting.extend(framing.feed(data) if data else framing.rest())
        if not data:
            self._selector.unregister(connection)
            del self._connections[connection]
            connection.close()

    def close(self) -> None:
        """Listen no more."""
        self._selector.close()
        for opened in (self._tcp, self._udp, *self._connections):
            opened.close()
