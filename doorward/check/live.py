"""A configuration in, what its own addresses answer now out: the way to the sign-in form, the provider's document and
keys, the certificates, the health page.

It asks as a stranger, by GET, with no cookie, name or password, bounded in time and size; a certificate that is not
trusted is told of, and what lies behind it is looked at all the same. Refuses to judge: that is the rules'.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from doorward.certificate import first_end
from doorward.check.web_address import is_http, is_https
from doorward.model.configuration import Configuration
from doorward.model.fact import Issuer
from doorward.model.observation import Observation, SeenCertificate, SeenCookie, SeenPage

TIMEOUT_S = 5.0
_MOST_BYTES = 512 * 1024
_MOST_STEPS = 10
"""Browsers follow twenty redirects; a sign-in that works needs four at most."""
_TOLD_HEADERS = ("age", "cache-control", "cf-cache-status", "date", "vary", "x-cache", "x-proxy-cache")
_DISCOVERY = "/.well-known/openid-configuration"
_FAULT_OF_CODE = {
    62: "host",
    64: "host",
    10: "ended",
    18: "authority",
    19: "authority",
    20: "authority",
    21: "authority",
}
"""Of OpenSSL, x509_vfy.h: another host or address, has expired, self-signed (two), issuer not known (two)."""


T = TypeVar("T")


class _Metadata(msgspec.Struct, frozen=True):
    issuer: str = ""
    jwks_uri: str = ""


class _KeySet(msgspec.Struct, frozen=True):
    keys: tuple[msgspec.Raw, ...] = ()


@dataclass(slots=True)
class _Watch:
    """One observation under way; the last text and where it leads are kept until the next, and go nowhere else."""

    timeout_s: float
    trust: ssl.SSLContext
    pages: list[SeenPage] = field(default_factory=list)
    certificates: dict[str, SeenCertificate] = field(default_factory=dict)
    text: bytes = b""
    leads_to: str = ""

    def get(self, purpose: str, url: str) -> SeenPage:
        """Ask once and note the answer; no redirect is followed."""
        if is_https(url):
            self._look_at_certificate(url)
        page = self._page(purpose, url)
        self.pages.append(page)
        return page

    def _page(self, purpose: str, url: str) -> SeenPage:
        self.text, self.leads_to = b"", ""
        try:
            with self._client().stream("GET", url) as response:
                self.leads_to = urljoin(url, response.headers.get("location", url))
                for chunk in response.iter_bytes():
                    self.text += chunk
                    if len(self.text) >= _MOST_BYTES:
                        break
                return _seen(purpose, url, response)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
            return SeenPage(purpose, _bare(url), None, _fault(error))

    def _client(self) -> httpx.Client:
        return httpx.Client(verify=_without_trust(), trust_env=False, timeout=self.timeout_s, follow_redirects=False)

    def _look_at_certificate(self, url: str) -> None:
        """By a connection of its own: one that trusts nothing tells no reason, one that trusts keeps no certificate."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        if f"{host}:{port}" in self.certificates:
            return
        try:
            ends_at = first_end(self._served(host, port, _without_trust()))
        except (OSError, ValueError):
            return
        try:
            self._served(host, port, self.trust)
        except ssl.SSLCertVerificationError as error:
            fault = _FAULT_OF_CODE.get(error.verify_code, "other")
        except (OSError, ValueError):
            return
        else:
            fault = ""
        self.certificates[f"{host}:{port}"] = SeenCertificate(host, ends_at, fault)

    def _served(self, host: str, port: int, trust: ssl.SSLContext) -> bytes:
        with (
            socket.create_connection((host, port), timeout=self.timeout_s) as plain,
            trust.wrap_socket(plain, server_hostname=host) as secured,
        ):
            return secured.getpeercert(binary_form=True) or b""


def observe(
    configuration: Configuration, now: datetime, timeout_s: float = TIMEOUT_S, trust: ssl.SSLContext | None = None
) -> Observation | None:
    """What its addresses answer; None where it names none. `trust` = the authorities; default: this machine's."""
    watch = _Watch(timeout_s, trust or ssl.create_default_context())
    start = _start(configuration)
    if start:
        _visit(watch, start)
    issuer, keys = _provider(watch, configuration)
    health = configuration.endpoint("health")
    if health and health.url:
        watch.get("health", health.url)
    if not watch.pages:
        return None
    return Observation(now, tuple(watch.pages), tuple(watch.certificates.values()), issuer, keys)


def _start(configuration: Configuration) -> str:
    """The sign-in page at the public address, else the public address itself."""
    public, page = configuration.endpoint("public"), configuration.endpoint("sign-in")
    if public is None or not public.url or not (is_http(public.url) or is_https(public.url)):
        return ""
    return urljoin(public.url, page.url) if page and page.url and page.url.startswith("/") else public.url


def _visit(watch: _Watch, url: str) -> None:
    """The way of a person who has just opened the browser."""
    for _ in range(_MOST_STEPS):
        page = watch.get("visit", url)
        if not page.location or not (is_http(watch.leads_to) or is_https(watch.leads_to)):
            return
        url = watch.leads_to


def _provider(watch: _Watch, configuration: Configuration) -> tuple[str | None, int | None]:
    """The issuer that the provider's document names, and how many keys it has."""
    issuer = next((issuer.url for issuer in configuration.facts_of(Issuer) if issuer.url), None)
    if issuer is None or not (is_http(issuer) or is_https(issuer)):
        return None, None
    if watch.get("discovery", issuer.rstrip("/") + _DISCOVERY).status != 200:
        return None, None
    metadata = _decoded(watch.text, _Metadata)
    if metadata is None or not metadata.jwks_uri:
        return (metadata.issuer if metadata else ""), None
    if watch.get("signing-keys", metadata.jwks_uri).status != 200:
        return metadata.issuer, None
    keys = _decoded(watch.text, _KeySet)
    return metadata.issuer, len(keys.keys) if keys else 0


def _decoded(text: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        return None


def _seen(purpose: str, url: str, response: httpx.Response) -> SeenPage:
    location = response.headers.get("location", "")
    return SeenPage(
        purpose=purpose,
        url=_bare(url),
        status=response.status_code,
        location=_bare(urljoin(url, location)) if location else "",
        headers=tuple((name, response.headers[name]) for name in _TOLD_HEADERS if name in response.headers),
        cookies=tuple(_cookies(response.headers.get_list("set-cookie"))),
    )


def _cookies(lines: list[str]) -> Iterator[SeenCookie]:
    """Without the values; a cookie that is taken back is none."""
    for line in lines:
        pair, *parts = line.split(";")
        said = {key.strip().lower(): value.strip() for key, _, value in (part.partition("=") for part in parts)}
        name, _, value = pair.partition("=")
        if value.strip(' "') and said.get("max-age") != "0":
            yield SeenCookie(
                name.strip(), said.get("domain"), said.get("path"), "secure" in said, said.get("samesite", "")
            )


def _bare(url: str) -> str:
    """Without names, query and fragment, which may hold secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.scheme else ""


def _without_trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fault(error: BaseException) -> str:
    """The word for what lies at the bottom of a transport's error."""
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    cause: BaseException | None = error
    while cause is not None:
        for kind, word in ((ssl.SSLError, "tls"), (socket.gaierror, "dns"), (ConnectionRefusedError, "refused")):
            if isinstance(cause, kind):
                return word
        cause = cause.__cause__ or cause.__context__
    return "no-answer"
