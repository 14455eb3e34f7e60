"""The browser: cookies, redirects, forms and what stops a page, against a small real server."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import httpx
import pytest

from school.traffic.browser import Browser, Symptom, Unreachable
from school.traffic.networks import Network, NetworkKind

NETWORK = Network(NetworkKind.SINGLE, ("198.18.3.10",))
FORM = b'<form action="/typed" method="post"><input name="a" value="1"><input type="file" name="f"></form>'


class _Handler(BaseHTTPRequestHandler):
    asked = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/loop":
            self._answer(302, Location="/loop")
        elif self.path == "/set":
            self._answer(302, Location="/shown", Set_Cookie="kept=yes; Path=/shown")
        elif self.path == "/secure":
            self._answer(200, Set_Cookie="hidden=yes; Secure; Path=/")
        elif self.path == "/gone":
            self._answer(302, Location="/shown", Set_Cookie="kept=; Max-Age=0; Path=/shown")
        elif self.path == "/form":
            self._answer(200, FORM)
        elif self.path == "/slow":
            type(self).asked.set()
            time.sleep(0.2)
            self._answer(200, Set_Cookie="kept=; Max-Age=0; Path=/shown")
        else:
            shown = f"{self.headers.get('Cookie', '-')} {self.headers.get('X-Forwarded-For')}"
            self._answer(200, shown.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, body)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def browsing(visit: Callable[[Browser], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with httpx.AsyncHTTPTransport() as transport:
            return await visit(Browser(transport, NETWORK, "Test", Random(1)))

    return asyncio.run(run())


def test_a_cookie_set_on_the_way_goes_back_below_its_path_only(url: str) -> None:
    async def visit(browser: Browser) -> tuple[str, str]:
        return (await browser.get(url + "/set")).html, (await browser.get(url + "/other")).html

    assert browsing(visit) == ("kept=yes 198.18.3.10", "- 198.18.3.10")


def test_a_cookie_that_ends_is_no_longer_held(url: str) -> None:
    async def visit(browser: Browser) -> tuple[str | None, str | None]:
        await browser.get(url + "/set")
        before = browser.cookie("kept")
        await browser.get(url + "/gone")
        return before, browser.cookie("kept")

    assert browsing(visit) == ("yes", None)


def test_a_secure_cookie_does_not_travel_in_clear(url: str) -> None:
    async def visit(browser: Browser) -> str:
        await browser.get(url + "/secure")
        return (await browser.get(url + "/other")).html

    assert browsing(visit).startswith("- ")


def test_a_fresh_browser_of_the_same_person_has_no_cookies(url: str) -> None:
    async def visit(browser: Browser) -> str | None:
        await browser.get(url + "/set")
        return browser.fresh().cookie("kept")

    assert browsing(visit) is None


def test_a_form_is_sent_with_what_was_typed_and_the_file(url: str) -> None:
    async def visit(browser: Browser) -> str:
        page = await browser.get(url + "/form")
        return (await browser.send(page, page.content.forms[0], {"a": "2"}, ("x.txt", b"content"))).html

    sent = browsing(visit)
    assert 'name="a"\r\n\r\n2' in sent
    assert 'filename="x.txt"' in sent


@pytest.mark.parametrize(("path", "symptom"), [("/loop", Symptom.SENT_BACK), (None, Symptom.REFUSED)])
def test_a_page_that_never_comes_has_its_symptom(url: str, path: str | None, symptom: Symptom) -> None:
    address = "http://127.0.0.1:9/" if path is None else url + path
    with pytest.raises(Unreachable) as stopped:
        browsing(lambda browser: browser.get(address))
    assert stopped.value.symptom is symptom


def test_a_visit_that_is_broken_off_takes_in_the_answer_to_what_it_asked(url: str) -> None:
    async def visit(browser: Browser) -> str | None:
        await browser.get(url + "/set")
        leaving = asyncio.create_task(browser.get(url + "/slow"))
        await asyncio.to_thread(_Handler.asked.wait, 10)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return browser.cookie("kept")

    assert browsing(visit) is None
