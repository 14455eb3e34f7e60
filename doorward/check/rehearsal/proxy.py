"""The proxy in front of the scratch workers: requests in, each handed to a worker in turn or to the one it names.

It listens on 127.0.0.1 alone, ends TLS where the site is on https, sets the forwarded headers that the real proxy sets
and no others, and keeps the Host that people use.
"""

from __future__ import annotations

import http.client
import itertools
import ssl
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from doorward.check.rehearsal.certificate import Certificate

WORKER_HEADER = "X-Rehearsal-Worker"
"""Names the worker by its number; taken off before the request goes on."""

SECURE_HEADER = "X-Rehearsal-Https"
"""Tells a worker that the request came by TLS, as a server does that trusts the proxy in front of it."""

VISITOR_HEADER = "X-Rehearsal-Visitor"
"""Names the address that the request comes from, as `{visitor}` in a forwarded header; taken off like the others."""

VISITOR = "203.0.113.7"
"""The address of a request that names none. Source: RFC 5737, an address for documentation."""

ANSWER_LIMIT_S = 15.0
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection")
)


class Proxy:
    """A context: listens from entry to exit. `forwarded` are (header, value) pairs.

    In a value, `{host}` is the Host asked for and `{visitor}` the address that the request comes from.
    """

    def __init__(
        self,
        workers: Sequence[int],
        forwarded: Sequence[tuple[str, str]] = (),
        certificate: Certificate | None = None,
    ) -> None:
        self.workers = tuple(workers)
        self.forwarded = tuple(forwarded)
        self._turns = itertools.cycle(range(len(self.workers)))
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def worker(self, named: str | None) -> int:
        """The port of the worker that is named, else of the next."""
        number = int(named) if named and named.isdigit() else next(self._turns)
        return self.workers[number % len(self.workers)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = ANSWER_LIMIT_S

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        port = self.server.proxy.worker(self.headers.get(WORKER_HEADER))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_LIMIT_S)
        try:
            self._send_on(connection, body)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        finally:
            connection.close()
        self._bring_back(answer, content)

    def _send_on(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        set_here = {name.lower() for name, _ in self.server.proxy.forwarded}
        ours = {name.lower() for name in (WORKER_HEADER, SECURE_HEADER, VISITOR_HEADER)}
        left_out = {*_HOP_BY_HOP, *set_here, *ours, "content-length"}
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in left_out:
                connection.putheader(name, value)
        visitor = self.headers.get(VISITOR_HEADER) or VISITOR
        for name, value in self.server.proxy.forwarded:
            said = value.replace("{host}", self.headers.get("Host") or "").replace("{visitor}", visitor)
            connection.putheader(name, said)
        if self.command == "POST":
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)

    def _bring_back(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses may hold secrets."""
