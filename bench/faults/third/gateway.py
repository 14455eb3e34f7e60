"""An HTTP gateway of ours before the provider: it passes requests on, and may answer or change some of them itself.

`let_in` puts it into one of the stage's ways. It stands for what looks into requests on the way, or for the provider's
own doing where its software cannot be made to do so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from bench.faults.stage import Stage
from bench.faults.ways import lead

_TIMEOUT_S = 15
_OF_ONE_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "proxy-connection"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; the path is without its query."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; headers as they came, but those of one hop."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def nothing_instead(_: Asked) -> Answer | None:
    """Everything is passed on."""
    return None


def unchanged(_: Asked, answer: Answer) -> Answer:
    """Every answer is as it came."""
    return answer


class Gateway:
    """Listens on a free port of 127.0.0.1 for as long as the process lives, and passes on to `target`.

    `instead` may answer in the target's place; `change` makes of the target's answer what people get.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.instead: Callable[[Asked], Answer | None] = nothing_instead
        self.change: Callable[[Asked, Answer], Answer] = unchanged
        self._server = _Server(self)
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def fetch(self, path: str) -> Answer:
        """What the target answers to a request of our own."""
        return self.pass_on("GET", path, (("Host", f"127.0.0.1:{self.target}"),), b"")

    def pass_on(self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        """One exchange with the target; 502 where that does not come about."""
        connection = HTTPConnection("127.0.0.1", self.target, timeout=_TIMEOUT_S)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in (*headers, ("Content-Length", str(len(body))), ("Connection", "close")):
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            kept = tuple(pair for pair in answer.getheaders() if pair[0].lower() not in _OF_ONE_HOP)
            return Answer(answer.status, kept, answer.read())
        except (OSError, HTTPException):
            return Answer(502, (), b"")
        finally:
            connection.close()

    def answer(self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        """What whoever asks gets; the target of a request by way of a proxy has the origin before its path."""
        parts = urlsplit(target)
        asked = Asked(method, parts.path)
        own = self.instead(asked)
        if own is not None:
            return own
        way = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.change(asked, self.pass_on(method, way, headers, body))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        super().__init__(("127.0.0.1", 0), _Exchange)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone away."""


class _Exchange(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """One exchange; the connection ends with it."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = tuple((name, value) for name, value in self.headers.items() if name.lower() not in _OF_ONE_HOP)
        answer = self.server.gateway.answer(self.command, self.path, headers, body)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is noted."""


def let_in(stage: Stage, relay: str, gateway: Gateway) -> None:
    """Have the way lead through the gateway."""
    lead(stage, relay, gateway.port)
