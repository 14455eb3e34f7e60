"""Every message that comes by syslog is one line in the spool, however it is framed and cut."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources import spool as spools
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.spooled import SpoolSource
from doorward.watch.sources.syslog import Framing, Syslog

ONE = b"<34>Oct 11 22:14:15 door sshd[1]: Failed password for invalid user x from 203.0.113.9 port 1 ssh2"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "door")


@pytest.fixture
def syslog(spool: Spool) -> Iterator[Syslog]:
    made = Syslog(spool, "127.0.0.1", 0)
    yield made
    made.close()


def received(syslog: Syslog, spool: Spool, number: int) -> list[bytes | None]:
    """Step until so many lines are stored."""
    deadline, stored = time.monotonic() + 10, 0
    while stored < number and time.monotonic() < deadline:
        stored += syslog.step(0.1)
    return list(SpoolSource("door", spool).take(1 << 24).lines)


def test_a_datagram_is_a_message(syslog: Syslog, spool: Spool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for message in (ONE, b"<13>second\n", b"\n"):
            sender.sendto(message, ("127.0.0.1", syslog.port))
    assert received(syslog, spool, 2) == [ONE, b"<13>second"]


def test_a_connection_carries_counted_and_ended_messages(syslog: Syslog, spool: Spool) -> None:
    with socket.create_connection(("127.0.0.1", syslog.port)) as sender:
        sender.sendall(ONE + b"\r\n" + b"9 <13>a\nb c" + b"<13>last without an end")
    assert received(syslog, spool, 3) == [ONE, b"<13>a b c", b"<13>last without an end"]


def test_any_cut_of_the_stream_gives_the_same_messages() -> None:
    chance = random.Random(5)
    messages = [b"<13>" + bytes(chance.choices(b"ab 7<", k=chance.randrange(1, 40))) for _ in range(50)]
    stream = b"".join(b"%d %s" % (len(m), m) if chance.random() < 0.5 else m + b"\n" for m in messages)
    for _ in range(50):
        framing, found, at = Framing(), [], 0
        while at < len(stream):
            size = chance.randrange(1, 60)
            found.extend(framing.feed(stream[at : at + size]))
            at += size
        assert found == messages


def test_a_message_without_an_end_is_told_once_and_costs_no_memory() -> None:
    framing = Framing()
    found = []
    for _ in range(100):
        found.extend(framing.feed(b"x" * LONGEST_LINE))
    found.extend(framing.feed(b"\n<13>next\n"))
    assert [len(message) > LONGEST_LINE for message in found] == [True, False]
    assert found[1] == b"<13>next"
    assert framing.rest() == []


def test_what_cannot_be_stored_waits_and_is_stored_later(
    syslog: Syslog, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_connection(("127.0.0.1", syslog.port)) as sender:
        sender.sendall(b"<13>one\n")
        with monkeypatch.context() as full:
            full.setattr(spools, "MOST_WAITING_BYTES", 1)
            with pytest.raises(SpoolFull):
                received(syslog, spool, 1)
        assert received(syslog, spool, 1) == [b"<13>one"]
