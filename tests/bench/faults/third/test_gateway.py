"""What a gateway passes on as it came, and what it answers or changes itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from bench.faults.third.gateway import Answer, Asked, Gateway
from doorward.review.drills.site import free_ports


class _Service(BaseHTTPRequestHandler):
    """Says what it was asked, with two cookies."""

    def do_POST(self) -> None:
        """The request's line and content again."""
        said = self.requestline.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is noted."""


@pytest.fixture
def service() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _post(gateway: Gateway, path: str) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{gateway.port}{path}", content=b"typed", trust_env=False)


def test_what_is_passed_on_comes_as_it_was_sent(service: int) -> None:
    answer = _post(Gateway(service), "/sign-in/?next=%2Fo%2F")
    assert (answer.status_code, answer.text) == (201, "POST /sign-in/?next=%2Fo%2F HTTP/1.1 typed")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_request_by_way_of_a_proxy_is_passed_on_by_its_path(service: int) -> None:
    answer = Gateway(service).answer("GET", "http://auth.school.test/o/keys?a=b", (), b"")
    assert answer.body == b"GET /o/keys?a=b HTTP/1.1 "


def test_some_is_answered_in_place_of_the_service_and_some_changed(service: int) -> None:
    gateway = Gateway(service)
    gateway.instead = lambda asked: Answer(429, (), b"") if asked == Asked("POST", "/o/token/") else None
    gateway.change = lambda _, answer: Answer(503, answer.headers, b"closed")
    assert _post(gateway, "/o/token/").status_code == 429
    assert _post(gateway, "/sign-in/").text == "closed"


def test_a_service_that_is_not_there_is_answered_for_with_502() -> None:
    assert _post(Gateway(free_ports(1)[0]), "/").status_code == 502
