"""The back channel of the provider's double: HTTP in front of it, on 127.0.0.1 alone, from entry to exit."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import msgspec

from doorward.check.rehearsal.certificate import Certificate
from doorward.check.rehearsal.double import Double, Reply

Route = tuple[str, int, int]
"""A host and a port as the project names them, and the port on 127.0.0.1 that stands for them."""

_LIMIT_S = 15.0


@contextlib.contextmanager
def served(double: Double, origins: tuple[str, ...], certificate: Certificate | None) -> Iterator[tuple[Route, ...]]:
    """The double behind each origin; those on https need the certificate, which names their hosts."""
    with contextlib.ExitStack() as stack:
        ports = {"http": stack.enter_context(_listening(double, "http", None))}
        if certificate is not None:
            ports["https"] = stack.enter_context(_listening(double, "https", certificate))
        parts = [urlsplit(origin) for origin in origins]
        yield tuple(
            (part.hostname or "", part.port or (443 if part.scheme == "https" else 80), ports[part.scheme])
            for part in parts
            if part.scheme in ports
        )


@contextlib.contextmanager
def _listening(double: Double, scheme: str, certificate: Certificate | None) -> Iterator[int]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.double, server.scheme = double, scheme
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    double: Double
    scheme: str


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _LIMIT_S

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(dict(parse_qsl(body.decode("utf-8", errors="replace"))))

    def _answer(self, form: dict[str, str]) -> None:
        base = f"{self.server.scheme}://{self.headers.get('Host', '')}"
        said = self.server.double.reply(base, form, self.headers.get("Authorization", ""), urlsplit(self.path).path)
        self._send(said)

    def _send(self, said: Reply) -> None:
        content = msgspec.json.encode(said.content)
        self.send_response_only(said.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is asked holds secrets."""
