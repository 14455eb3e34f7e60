"""A front that leads each request to another node."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.faults.fifth.spread import Spread


class Node(BaseHTTPRequestHandler):
    """Answers with its own port."""

    def do_GET(self) -> None:
        """The port."""
        said = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is noted."""


@pytest.fixture
def nodes() -> Iterator[tuple[int, int]]:
    """The ports of two nodes."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Node) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers[0].server_port, servers[1].server_port
    for server in servers:
        server.shutdown()
        server.server_close()


def test_one_request_is_for_the_one_node_and_the_next_for_the_next(nodes: tuple[int, int]) -> None:
    front = Spread(*nodes)
    said = [int(front.answer("GET", "/", (("Host", "school"),), b"").body) for _ in range(4)]
    assert said == [*nodes, *nodes]
