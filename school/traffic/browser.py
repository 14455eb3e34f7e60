"""One person's browser: cookies, redirects, forms, and the network it leaves by.

Addresses go in, pages come out; what stops a person from seeing a page at all comes out as `Unreachable`. The cookie
jar obeys Domain, Path, Secure, Max-Age and Expires. All browsers share one pool of connections: a client of its own
for each person would cost more than what they do.
"""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from random import Random
from urllib.parse import urljoin

import httpx

from school.traffic.networks import Network
from school.traffic.pages import Content, Form, read

_MOST_REDIRECTS = 12  # a sign-in takes five; Chromium gives up at 20
_TIMEOUT = httpx.Timeout(10.0)
_LAST_ANSWER_S = 2.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Symptom(StrEnum):
    """What a person sees when something does not work. Only the first is their own doing."""

    WRONG_PASSWORD = "wrong-password"
    SENT_BACK = "sent-back"
    HTTP_500 = "http-500"
    TIMEOUT = "timeout"
    REFUSED = "refused"


class Unreachable(Exception):
    """No page came: too slow, no connection, or an endless round of redirects."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.value)
        self.symptom = symptom


@dataclass(frozen=True)
class Page:
    """Where a request ended. `first_status` is the answer before any redirect: a form that was accepted says 302."""

    url: str
    status: int
    first_status: int
    html: str

    @cached_property
    def content(self) -> Content:
        return read(self.html)

    def address(self, link: str) -> str:
        return urljoin(self.url, link)


class Browser:
    def __init__(self, transport: httpx.AsyncBaseTransport, network: Network, agent: str, chance: Random) -> None:
        self._transport = transport
        self._network = network
        self._agent = agent
        self._chance = chance
        self.cookies = httpx.Cookies()

    def fresh(self) -> "Browser":
        """Another browser of the same person in the same network, without cookies."""
        return Browser(self._transport, self._network, self._agent, self._chance)

    async def get(self, url: str) -> Page:
        return await self._follow(self._request("GET", url))

    async def peek(self, url: str, address: str) -> int:
        """Status of one request from this address; no redirect is followed."""
        request = httpx.Request("GET", url, headers=self._headers(address))
        return (await self._send(request)).status_code

    async def send(
        self, page: Page, form: Form, typed: dict[str, str], upload: tuple[str, bytes] | None = None
    ) -> Page:
        """Fills in the form of the page and sends it; `upload` is the name and content for its file field."""
        files = None
        if upload is not None:
            field = next(name for name, kind in form.kinds.items() if kind == "file")
            files = {field: upload}
        request = httpx.Request(
            "POST",
            page.address(form.action),
            headers={**self._headers(self._network.address(self._chance)), "Referer": page.url},
            data=form.fields | typed,
            files=files,
        )
        return await self._follow(request)

    def cookie(self, name: str) -> str | None:
        """The value of a cookie that has not expired."""
        return next((one.value for one in self.cookies.jar if one.name == name and not one.is_expired()), None)

    @contextmanager
    def stale(self, name: str) -> Iterator[None]:
        """Within the block the cookie is one that the service no longer knows; what is left of it is dropped after."""
        value = secrets.token_hex(16)
        for one in self.cookies.jar:
            if one.name == name:
                one.value = value
        try:
            yield
        finally:
            for one in [one for one in self.cookies.jar if one.value == value]:
                self.cookies.jar.clear(one.domain, one.path, one.name)

    def _request(self, method: str, url: str) -> httpx.Request:
        return httpx.Request(method, url, headers=self._headers(self._network.address(self._chance)))

    def _headers(self, address: str) -> dict[str, str]:
        return {"User-Agent": self._agent, "X-Forwarded-For": address, "Accept": "text/html,*/*;q=0.8"}

    async def _follow(self, request: httpx.Request) -> Page:
        first_status = 0
        for _ in range(_MOST_REDIRECTS):
            response = await self._send(request)
            first_status = first_status or response.status_code
            if response.status_code not in _REDIRECTS:
                is_page = response.headers.get("content-type", "").startswith("text/html")
                return Page(str(request.url), response.status_code, first_status, response.text if is_page else "")
            # As browsers do: the form itself is not sent on (Fetch standard, HTTP-redirect fetch, step 12).
            request = self._request("GET", urljoin(str(request.url), response.headers["location"]))
        raise Unreachable(Symptom.SENT_BACK)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """A visit that is broken off still takes in the answer to what it asked: the service has acted on it."""
        answering = asyncio.create_task(self._answer(request))
        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            await asyncio.wait([answering], timeout=_LAST_ANSWER_S)
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            raise

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        request.extensions["timeout"] = _TIMEOUT.as_dict()
        self.cookies.set_cookie_header(request)
        try:
            response = await self._exchange(request)
        except httpx.TimeoutException as error:
            raise Unreachable(Symptom.TIMEOUT) from error
        except httpx.TransportError as error:
            raise Unreachable(Symptom.REFUSED) from error
        response.request = request
        self.cookies.extract_cookies(response)
        return response

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        """One exchange. A kept connection that the server has just closed is tried once more, as browsers do."""
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.RemoteProtocolError:
            response = await self._transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response
