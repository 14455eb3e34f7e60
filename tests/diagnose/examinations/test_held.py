"""Connections at a port, as the kernel tells them: who was answered, who waits, and who never ends a request."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.diagnose.examinations.held import LONG_MS, Held, examine_held, sockets
from doorward.diagnose.examined import NotExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sock_diag is Linux's")
CONNECTED = 1


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A server that accepts nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_connections_are_found_by_the_port_with_what_came_and_went(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    with ExitStack() as stack:
        asking = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        asking.sendall(b"GET / HTTP/1.1\r\n")
        accepted = stack.enter_context(closing(listening.accept()[0]))
        accepted.sendall(b"HTTP/1.1 200 OK\r\n")
        assert asking.recv(100)
        stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        found = sorted((one.sent, one.received) for one in sockets() if one.port == port and one.state == CONNECTED)
        (server,) = (one for one in sockets() if one.port == port and one.state != CONNECTED)
    assert [received for _, received in found] == [0, 16]
    assert server.queued == 1


@pytest.mark.parametrize(
    ("held", "is_unanswered", "is_unfinished"),
    [
        (Held(CONNECTED, 80, 0, 7, 9000, 900, 0, 300), True, True),
        (Held(CONNECTED, 80, 0, 7, 9000, 8990, 0, 300), True, False),
        (Held(CONNECTED, 80, 0, 7, 9000, 900, 2000, 300), False, False),
        (Held(CONNECTED, 80, 0, 7, 9000, 900, 0, 9_000_000), True, False),
        (Held(CONNECTED, 80, 0, 7, LONG_MS - 1, 10, 0, 300), False, False),
        (Held(CONNECTED, 80, 0, 7, 9000, 9000, 0, 0), False, False),
    ],
    ids=["in drops", "asked at once", "answered", "an upload", "young", "silent"],
)
def test_who_sends_a_request_in_drops_is_told_from_who_waits(
    held: Held, is_unanswered: bool, is_unfinished: bool
) -> None:
    assert (held.is_unanswered, held.is_unfinished) == (is_unanswered, is_unfinished)


def test_a_process_that_listens_is_examined_and_one_that_is_not_named_is_not(
    listening: socket.socket, tmp_path: Path
) -> None:
    path = tmp_path / "auth.pid"
    path.write_text(str(os.getpid()))
    assert isinstance(examine_held(Examinee("auth", Role.PROVIDER, pid_file=path)), HeldExamined)
    for unknown in (None, tmp_path / "none.pid"):
        result = examine_held(Examinee("auth", Role.PROVIDER, pid_file=unknown))
        assert isinstance(result, NotExamined)
        assert not result.applies


def test_something_large_that_comes_in_steadily_is_told_from_what_waits_or_has_come() -> None:
    upload = Held(CONNECTED, 80, 0, 7, 9000, 50, 4000, 900_000)
    assert upload.is_incoming
    others = (replace(upload, received=3000), replace(upload, heard_ms=5000), replace(upload, began_ms=100))
    assert not any(one.is_incoming for one in others)


def test_something_large_that_is_taken_slowly_is_told_from_what_was_sent() -> None:
    film = Held(CONNECTED, 80, 0, 7, 90, 9000, 900_000, 400, unsent=80_000)
    assert film.is_outgoing
    assert not replace(film, unsent=0).is_outgoing
    assert not replace(film, sent=3000).is_outgoing
