"""Real small servers on 127.0.0.1: one that listens, one port that is closed, one that answers a fixed line."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def unused_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[bytes], bytes]], int]]:
    """Start a server that answers each received chunk by the given function (b'' = hang up); gives its port."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(answer: Callable[[bytes], bytes]) -> int:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while received := self.request.recv(4096):
                    said = answer(received)
                    if not said:
                        return
                    self.request.sendall(said)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return int(server.server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
