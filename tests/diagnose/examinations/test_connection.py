"""The connection examination on a listening socket, a closed port and a name that does not exist."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from doorward.diagnose.examinations.connection import TRIES, examine_connection
from doorward.diagnose.examined import ConnectionExamined, NotExamined, Reach
from doorward.diagnose.examinee import Address, Examinee
from doorward.model.service import Role


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of a socket that listens and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield int(server.getsockname()[1])


def examined(address: Address, control: Address | None = None) -> ConnectionExamined:
    """The result, which must be one."""
    result = examine_connection(Examinee("auth", Role.PROVIDER, address=address, control=control))
    assert isinstance(result, ConnectionExamined)
    return result


def test_a_listening_address_connects_at_every_try(listening: int) -> None:
    result = examined(Address("localhost", listening) if _localhost_is_ipv4() else Address("127.0.0.1", listening))
    assert result.tries == (Reach.CONNECTED,) * TRIES
    assert (result.slowest_ms or 1e9) < 1000
    assert result.resolved_ms is not None


def _localhost_is_ipv4() -> bool:
    return socket.getaddrinfo("localhost", 1)[0][0] is socket.AF_INET


def test_a_closed_port_refuses_which_is_an_answer_of_its_host(unused_port: int, listening: int) -> None:
    result = examined(Address("127.0.0.1", unused_port), Address("127.0.0.1", listening))
    assert result.tries == (Reach.REFUSED,) * TRIES
    assert (result.connected, result.answered) == (0, TRIES)
    assert result.control is Reach.CONNECTED


def test_a_name_that_cannot_exist_is_not_resolved(listening: int) -> None:
    result = examined(Address("no-such-host.invalid", 443), Address("127.0.0.1", listening))
    assert result.tries == (Reach.UNRESOLVED,)
    assert result.control is Reach.CONNECTED


def test_without_an_address_nothing_is_examined() -> None:
    result = examine_connection(Examinee("auth", Role.PROVIDER))
    assert isinstance(result, NotExamined)
    assert not result.applies


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    assert str(Address("::1", 80)) == "[::1]:80"
