"""One person's browser in a rehearsal: addresses in, pages out; every host name leads to the proxy in front.

It follows redirects within the site, keeps cookies as browsers do, and never asks an address of another host: a
redirect that leaves the site ends the visit, and the page says where it led.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit

from doorward.check.rehearsal.pages import SignInForm, sign_in_form
from doorward.check.rehearsal.proxy import VISITOR, VISITOR_HEADER, WORKER_HEADER
from doorward.cookies import Jar, is_same_site

# Browsers give up at 20.
MOST_HOPS = 20
_MOST_BYTES = 512 * 1024
_LIMIT_S = 20.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Door:
    """Where the site is: the origins people use, and the proxy's port behind each; `trusted` verifies the https one."""

    public_url: str
    ports: dict[str, int]
    trusted: ssl.SSLContext | None = None

    def port(self, url: str) -> int | None:
        """The proxy's port for that address, None if it is of another site or nobody listens there."""
        return self.ports.get(origin(url))


@dataclass(frozen=True, slots=True)
class Page:
    """Where a visit ended. `status` 0 = no answer; `left_for` is the address outside the site that it was sent to."""

    url: str = field(repr=False)
    status: int
    text: str = field(default="", repr=False)
    hops: int = 0
    left_for: str = field(default="", repr=False)
    is_loop: bool = False
    referrer_policy: str = ""

    @property
    def form(self) -> SignInForm | None:
        """The form to sign in with, None if there is none."""
        return sign_in_form(self.text, self.url) if 200 <= self.status < 500 else None


@dataclass(slots=True)
class Browser:
    """`worker` pins every request to one worker, None takes them in turn; each request comes from the next address."""

    door: Door
    clock: Callable[[], datetime]
    worker: int | None = 0
    jar: Jar = field(default_factory=Jar)
    addresses: tuple[str, ...] = (VISITOR,)
    _asked: int = 0
    _policy: str = ""

    def visit(self, address: str, *, initiator: str = "") -> Page:
        """Open an address; `initiator` is the page of another site on which the person followed a link."""
        return self._navigate("GET", urljoin(self.door.public_url, address), None, initiator)

    def submit(self, form: SignInForm, name: str, password: str, page: Page) -> Page:
        """Fill in the form of that page and send it."""
        self._policy = page.referrer_policy
        sent = self._navigate("POST", form.action, form.filled(name, password), page.url)
        self._policy = ""
        return sent

    def post(self, address: str, fields: tuple[tuple[str, str], ...], *, initiator: str) -> Page:
        """Send a form that stands on another site's page."""
        return self._navigate("POST", urljoin(self.door.public_url, address), fields, initiator)

    def _navigate(self, method: str, url: str, fields: tuple[tuple[str, str], ...] | None, initiator: str) -> Page:
        for hops in range(MOST_HOPS):
            if self.door.port(url) is None:
                return Page(url, 0, hops=hops, left_for=url)
            try:
                answer, text = self._exchange(method, url, fields, initiator)
            except (OSError, http.client.HTTPException):
                return Page(url, 0, hops=hops)
            location = answer.getheader("Location")
            if answer.status not in _REDIRECTS or not location:
                policy = (answer.getheader("Referrer-Policy") or "").rpartition(",")[2].strip()
                return Page(url, answer.status, text, hops, referrer_policy=policy)
            if answer.status not in (307, 308):
                method, fields = "GET", None
            url = urljoin(url, location).partition("#")[0]
        return Page(url, 0, hops=MOST_HOPS, is_loop=True)

    def _exchange(
        self, method: str, url: str, fields: tuple[tuple[str, str], ...] | None, initiator: str
    ) -> tuple[http.client.HTTPResponse, str]:
        same_site = not initiator or is_same_site(initiator, url)
        parts = urlsplit(url)
        body = None if fields is None else urlencode(fields).encode()
        headers = {"Host": parts.netloc, "Accept": "text/html", "User-Agent": "Doorward (rehearsal)"}
        headers[VISITOR_HEADER] = self.addresses[self._asked % len(self.addresses)]
        self._asked += 1
        cookies = self.jar.header(url, self.clock(), same_site=same_site, method=method)
        if cookies:
            headers["Cookie"] = cookies
        if self.worker is not None:
            headers[WORKER_HEADER] = str(self.worker)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers |= self._whence(url, initiator, same_site=same_site)
        connection = self._connection(url)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read(_MOST_BYTES).decode("utf-8", errors="replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.jar.take(url, line, self.clock())
        return answer, text

    def _whence(self, url: str, initiator: str, *, same_site: bool) -> dict[str, str]:
        """What a browser says of the page that a form stands on: nothing under the policy `no-referrer`."""
        if self._policy == "no-referrer":
            return {"Origin": "null"}
        whole = initiator if same_site and initiator else origin(initiator or url) + "/"
        return {"Origin": origin(initiator or url), "Referer": whole}

    def _connection(self, url: str) -> http.client.HTTPConnection:
        """A connection to the proxy that asks for the site's own name, also in the TLS handshake."""
        host = urlsplit(url).hostname or ""
        connection = http.client.HTTPConnection(host, timeout=_LIMIT_S)
        plain = socket.create_connection(("127.0.0.1", self.door.port(url) or 0), timeout=_LIMIT_S)
        if url.startswith("https:") and self.door.trusted is not None:
            connection.sock = self.door.trusted.wrap_socket(plain, server_hostname=host)
        else:
            connection.sock = plain
        return connection


def origin(url: str) -> str:
    """Scheme, host and port as they stand in the address, in small letters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
