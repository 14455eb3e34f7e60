"""Observation: what came back from a component's own address, without a secret, a cookie's value or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SeenCookie:
    """A cookie as the browser was asked to keep it; `domain`, `path` are None and `same_site` is empty if left out."""

    name: str
    domain: str | None
    path: str | None
    secure: bool
    same_site: str


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One answer. `purpose`: `visit` (the way of a person to the sign-in form), `discovery`, `signing-keys`, `health`.

    `status` is None where no answer came, and `fault` then says why: `dns`, `refused`, `tls`, `timeout`, `no-answer`.
    Addresses have neither query nor fragment; `headers` are those that tell of caches and clocks, by lower-case name.
    """

    purpose: str
    url: str
    status: int | None
    fault: str = ""
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[SeenCookie, ...] = ()

    def header(self, name: str) -> str:
        """The header of that lower-case name, empty if there is none."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class SeenCertificate:
    """The certificate that a host serves; `fault` is why it is not trusted: `host`, `ended`, `authority`, `other`."""

    host: str
    ends_at: datetime | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen at `at`. `issuer` is None where no document was read, `keys` where no key set was."""

    at: datetime
    pages: tuple[SeenPage, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()
    issuer: str | None = None
    keys: int | None = None

    def of(self, purpose: str) -> tuple[SeenPage, ...]:
        """The answers of that purpose, in the order in which they came."""
        return tuple(page for page in self.pages if page.purpose == purpose)
