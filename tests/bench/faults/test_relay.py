"""A relay's ways of misbehaving that no run shows quickly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from itertools import cycle

import pytest

from bench.faults.relay import Mode, Relay

_LARGE = 100_000


@pytest.fixture
def far() -> Iterator[list[socket.socket]]:
    """Two services that send, to whoever connects, a hundred thousand times their own letter."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    for server, letter in zip(servers, (b"a", b"b"), strict=True):
        threading.Thread(target=_serve, args=(server, letter), daemon=True).start()
    yield servers
    for server in servers:
        server.close()


def _serve(server: socket.socket, letter: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
            with connection:
                connection.sendall(letter * _LARGE)
        except OSError:
            return


def _received(relay: Relay) -> bytes:
    """All that comes on one connection before it ends, in whichever way."""
    came = b""
    with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as connection:
        try:
            while data := connection.recv(65536):
                came += data
        except ConnectionResetError:
            pass
    return came


def test_one_connection_after_the_other_leads_elsewhere(far: list[socket.socket]) -> None:
    first, second = (server.getsockname() for server in far)
    relay = Relay(first).start()
    try:
        relay.turns = cycle((second, first))
        assert [_received(relay)[:1] for _ in range(4)] == [b"b", b"a", b"b", b"a"]
    finally:
        relay.close()


def test_a_large_answer_is_cut(far: list[socket.socket]) -> None:
    relay = Relay(far[0].getsockname()).start()
    try:
        relay.set(Mode.CUT)
        assert len(_received(relay)) < _LARGE
        relay.set(Mode.PASS)
        assert len(_received(relay)) == _LARGE
    finally:
        relay.close()
