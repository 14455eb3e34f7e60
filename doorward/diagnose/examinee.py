"""Examinee: what may be looked at of one component, as the pipeline knows it from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from doorward.model.service import Role


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """`host:port`, an IPv6 host in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Examinee:
    """One component. What is None or empty cannot be examined, and the verdicts say so.

    `control` is another address on the same host or network that should always answer: without it, a failed connection
    may be our own. `database` is `sqlite:PATH` or `postgresql://…`, `store` is `redis://…`; both may hold a password,
    so neither is shown (`repr` leaves them out). `authorities` is a file of certificates that its own is believed by.
    `upstream` are addresses of services that others keep; `keys` its files with keys and secrets; `code` the
    directories and files of its code; `log` is the file that it writes its events to;
    `pages` are those of its pages that probes open first.
    """

    component: str
    role: Role
    address: Address | None = None
    control: Address | None = None
    health_url: str = ""
    pid_file: Path | None = None
    directory: Path | None = None
    database: str = field(default="", repr=False)
    store: str = field(default="", repr=False)
    store_password_file: Path | None = None
    address_url: str = ""
    issuer: str = ""
    ldap: str = ""
    upstream: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    code: tuple[Path, ...] = ()
    authorities: Path | None = None
    log: Path | None = None
    pages: tuple[str, ...] = ()
