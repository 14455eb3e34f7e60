"""The store examination against a small server that speaks Redis's first lines."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from doorward.diagnose.examinations.store import examine_store
from doorward.diagnose.examined import NotExamined, StoreExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

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
    assert asked == [b"*1\r\n$4\r\nPING\r\n"]


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


@pytest.mark.parametrize("url", ["", "rediss://127.0.0.1:1", "memcached://127.0.0.1"])
def test_other_stores_are_not_examined(url: str) -> None:
    assert isinstance(examine_store(Examinee("auth", Role.STORE, store=url)), NotExamined)


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
