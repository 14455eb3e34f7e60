"""The front examination on a real process and a real relay before it that alters what it says, or does not."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.diagnose.examinations.front import examine_front
from doorward.diagnose.examined import NotExamined
from doorward.diagnose.examined_process import FrontExamined
from doorward.diagnose.examinee import Address, Examinee
from doorward.model.service import Role

Change = Callable[[bytes], bytes]
SERVICE = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    turns = 0
    def do_GET(self):
        Handler.turns += 1
        is_form = self.path == "/sign-in/" or (os.path.exists("turns") and Handler.turns > 3)
        self.send_response(200 if is_form else 302)
        if is_form:
            self.send_header("Set-Cookie", "form=1; Path=/; SameSite=Lax")
        else:
            self.send_header("Location", "/sign-in/")
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Examinee]:
    """A provider that leads to a form with a cookie, whose pid file names it; nobody stands before it yet."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    (tmp_path / "auth.pid").write_text(str(process.pid))
    yield asked(Examinee("auth", Role.PROVIDER, pid_file=tmp_path / "auth.pid"), port)
    process.kill()
    process.communicate()


def asked(examinee: Examinee, port: int) -> Examinee:
    """The same, where people ask at that port."""
    return replace(examinee, address=Address("127.0.0.1", port), pages=(f"http://127.0.0.1:{port}/",))


def behind(service: Examinee, answering: Callable[[Change], int], change: Change) -> tuple[str, ...]:
    """What is found altered by a relay that changes answers so."""
    assert service.address is not None
    port = service.address.port

    def relay(request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            onward.sendall(request)
            return change(b"".join(iter(lambda: onward.recv(65536), b"")))

    found = examine_front(asked(service, answering(relay)))
    assert isinstance(found, FrontExamined)
    assert found.own_place == f"127.0.0.1:{port}"
    return found.altered


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (b"", b"", ()),
        (b"302 Found", b"403 Forbidden", ("/: 403 where people ask, 302 by the process itself",)),
        (b"Location: /", b"Location: /old/", ("/: people are led elsewhere than the process leads them",)),
        (b"Path=/;", b"Path=/x;", ("/sign-in/: the cookie form has other attributes where people ask",)),
        (b"Set-Cookie", b"X-Cookie", ("/sign-in/: the cookie form is left out where people ask",)),
        (b"form=1", b"form=2", ()),
        (b"302 Found", b"502 Bad Gateway", ()),
    ],
    ids=["nothing", "status", "way", "cookie's path", "cookie", "cookie's value", "its own failure"],
)  # fmt: skip
def test_what_a_relay_alters_is_told(
    service: Examinee, answering: Callable[[Change], int], was: bytes, becomes: bytes, told: tuple[str, ...]
) -> None:
    assert behind(service, answering, lambda answer: answer.replace(was, becomes) if was else answer) == told


def test_what_one_of_two_nodes_answers_otherwise_is_not_the_ways(
    service: Examinee, answering: Callable[[Change], int]
) -> None:
    turns = itertools.cycle((True, False))
    other = b"403 Forbidden"
    assert behind(service, answering, lambda a: a.replace(b"302 Found", other) if next(turns) else a) == ()


def test_a_process_that_answers_now_so_now_otherwise_is_not_compared(
    service: Examinee, answering: Callable[[Change], int], tmp_path: Path
) -> None:
    (tmp_path / "turns").touch()
    assert behind(service, answering, lambda answer: answer.replace(b"302 Found", b"403 Forbidden")) == ()


def test_where_the_process_itself_is_asked_there_is_nothing_to_compare(service: Examinee) -> None:
    found = examine_front(service)
    assert isinstance(found, NotExamined)
    assert not found.applies
