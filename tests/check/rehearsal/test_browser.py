"""A browser says where a form comes from, unless the page that it stands on forbids it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from doorward.check.rehearsal.browser import Browser, Door

SITE = "http://portal.example.com"
FORM = b'<form method="post"><input name="name"><input type="password" name="word"></form>'


class Pages(BaseHTTPRequestHandler):
    """A form whose page has the policy that its address names; what is sent is answered with its origin."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Referrer-Policy", self.path.strip("/"))
        self.end_headers()
        self.wfile.write(FORM)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.headers['Origin']} {self.headers['Referer']}".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Browser(Door(SITE, {SITE: server.server_address[1]}), lambda: datetime.now(UTC))
        server.shutdown()


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("same-origin", f"{SITE} {SITE}/same-origin/"),
        ("no-referrer", "null None"),
        ("same-origin, no-referrer", "null None"),
    ],
)
def test_a_form_is_sent_with_its_origin_unless_its_page_hides_it(browser: Browser, policy: str, said: str) -> None:
    page = browser.visit(f"/{policy.replace(' ', '')}/")
    assert page.form is not None
    assert browser.submit(page.form, "somebody", "word", page).text == said
