"""The store examination against a small server that speaks Redis's first lines."""

from __future__ import annotations

import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doorward.diagnose.examinations.store import examine_store
from doorward.diagnose.examined import NotExamined, StoreExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

END = b"\r\n"
Start = Callable[[Callable[[bytes], bytes]], int]


def examined(url: str) -> StoreExamined:
    """The result, which must be one."""
    result = examine_store(Examinee("auth", Role.STORE, store=url))
    assert isinstance(result, StoreExamined)
    return result


def test_a_store_that_answers_pong_is_well(answering: Start) -> None:
    asked: list[bytes] = []

    def pong(received: bytes) -> bytes:
        asked.append(received)
        return b"+PONG\r\n"

    assert examined(f"redis://127.0.0.1:{answering(pong)}/0").answered
    assert asked[:2] == [b"*1\r\n$4\r\nPING\r\n", b"*1\r\n$4\r\nINFO\r\n"]


def test_an_address_that_leads_to_several_servers_is_told(answering: Start) -> None:
    runs = itertools.cycle("ab")

    def told(received: bytes) -> bytes:
        if b"PING" in received:
            return b"+PONG\r\n"
        line = f"run_id:{next(runs)}\r\n"
        return f"${len(line)}\r\n{line}\r\n".encode()

    assert examined(f"redis://127.0.0.1:{answering(told)}/0").servers == 2


def test_a_store_whose_account_may_not_ask_for_figures_is_well_all_the_same(answering: Start) -> None:
    refused = b"-NOPERM this user has no permissions to run the 'info' command\r\n"
    result = examined(f"redis://127.0.0.1:{answering(lambda asked: refused if b'INFO' in asked else b'+PONG' + END)}")
    assert result.answered
    assert (result.memory_used, result.sessions, result.writable) == (None, None, None)


def test_an_endless_answer_is_read_no_further_than_its_bound(answering: Start) -> None:
    result = examined(f"redis://127.0.0.1:{answering(lambda _: b'x' * 60_000)}")
    assert not result.answered


def test_a_password_is_sent_first_and_shown_nowhere(answering: Start) -> None:
    asked: list[bytes] = []

    def talk(received: bytes) -> bytes:
        asked.append(received)
        return b"+OK\r\n" if b"AUTH" in received else b"+PONG\r\n"

    examinee = Examinee("auth", Role.STORE, store=f"redis://:h%21sh@127.0.0.1:{answering(talk)}/0")
    result = examine_store(examinee)
    assert isinstance(result, StoreExamined)
    assert result.answered
    assert asked[0] == b"*2\r\n$4\r\nAUTH\r\n$4\r\nh!sh\r\n"
    assert "h%21sh" not in repr(examinee)


@pytest.mark.parametrize("line", [b"-NOAUTH Authentication required.\r\n", b"-LOADING Redis is loading\r\n"])
def test_a_refusal_is_told_in_the_stores_words(answering: Start, line: bytes) -> None:
    result = examined(f"redis://127.0.0.1:{answering(lambda _: line)}")
    assert not result.answered
    assert result.problem == line.decode().strip()


def test_a_closed_port_and_a_hang_up_are_no_answer(answering: Start, unused_port: int) -> None:
    assert not examined(f"redis://127.0.0.1:{unused_port}").answered
    assert examined(f"redis://127.0.0.1:{answering(lambda _: b'')}").problem == "it hung up"


@pytest.mark.parametrize("url", ["", "memcached://127.0.0.1"])
def test_other_stores_are_not_examined(url: str) -> None:
    assert isinstance(examine_store(Examinee("auth", Role.STORE, store=url)), NotExamined)


@pytest.fixture
def redis(unused_port: int, tmp_path: Path) -> Iterator[Callable[[str], bytes]]:
    """A real Redis of 3 MB that drops what it must; gives how to command it."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    options = ["--port", str(unused_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    options += ["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"]
    server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not examined(f"redis://127.0.0.1:{unused_port}/0").answered:
            assert time.monotonic() < until

        def command(line: str) -> bytes:
            with socket.create_connection(("127.0.0.1", unused_port), timeout=5) as connection:
                connection.sendall(line.encode() + END)
                return connection.recv(4096)

        yield command
    finally:
        server.terminate()
        server.wait(10)


def test_a_real_redis_tells_its_memory_and_what_it_drops(redis: Callable[[str], bytes], unused_port: int) -> None:
    for number in range(30):
        redis(f"SET session{number} {number}")
    before = examined(f"redis://127.0.0.1:{unused_port}/0")
    assert (before.sessions, before.evicted, before.policy, before.writable) == (30, 0, "allkeys-lru", True)
    assert before.memory_most == 3 * 1024 * 1024
    assert (before.uptime_s or 0) < 60
    redis("EVAL \"for i=1,400 do redis.call('SET', 'big'..i, string.rep('x', 20000)) end return 1\" 0")
    after = examined(f"redis://127.0.0.1:{unused_port}/0")
    assert (after.evicted or 0) > 0


def test_a_real_redis_that_refuses_tells_how_often(redis: Callable[[str], bytes], unused_port: int) -> None:
    assert examined(f"redis://127.0.0.1:{unused_port}/0").refused == 0
    redis("CONFIG SET min-replicas-to-write 1")
    assert redis("SET session 1").startswith(b"-NOREPLICAS")
    assert redis("HGET mistyped").startswith(b"-ERR")
    assert examined(f"redis://127.0.0.1:{unused_port}/0").refused == 1


def test_a_real_redis_that_holds_writes_back_tells_who_waits(redis: Callable[[str], bytes], unused_port: int) -> None:
    assert examined(f"redis://127.0.0.1:{unused_port}/0").blocked == 0
    redis("CLIENT PAUSE 60000 WRITE")
    with socket.create_connection(("127.0.0.1", unused_port), timeout=5) as connection:
        connection.sendall(b"SET session 1" + END)
        until = time.monotonic() + 10
        while examined(f"redis://127.0.0.1:{unused_port}/0").blocked != 1:
            assert time.monotonic() < until


def test_a_real_replica_takes_no_writes(redis: Callable[[str], bytes], unused_port: int) -> None:
    assert redis("REPLICAOF 127.0.0.1 1").startswith(b"+OK")
    assert examined(f"redis://127.0.0.1:{unused_port}/0").writable is False


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_a_real_redis_with_a_password_answers_and_refuses_a_wrong_one(unused_port: int, tmp_path: Path) -> None:
    options = f"--port {unused_port} --bind 127.0.0.1 --save '' --requirepass hush --dir {tmp_path}".replace("''", "")
    server = subprocess.Popen(["redis-server", *options.split(" ")], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not examined(f"redis://:hush@127.0.0.1:{unused_port}/0").answered:
            assert time.monotonic() < until
        assert examined(f"redis://127.0.0.1:{unused_port}/0").problem.startswith("-NOAUTH")
        assert examined(f"redis://:wrong@127.0.0.1:{unused_port}/0").problem.startswith("-WRONGPASS")
    finally:
        server.terminate()
        server.wait(10)
