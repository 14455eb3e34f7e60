"""A probe of a URL: what the options say, checked all together, as the plan of one journey.

In: a URL and Given. Out: a ProbePlan, or InputInvalid with everything that is missing or does not fit. A secret comes
from a file or the environment, never from the URL, and nothing of it is in a message.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from doorward.errors import InputInvalid, Problem
from doorward.probe.beyond import KNOWN
from doorward.probe.means import Means
from doorward.probe.plan import Client, ProbePlan

# What a scheme says by itself; a web address is begun at by its form unless --journey says otherwise.
BY_SCHEME = {"http": "form", "https": "form", "ldap": "ldap", "ldaps": "ldap", "ssh": "ssh"}
# Its mailbox has a table of its own in doorward.toml.
WITHOUT_URL = frozenset({"reset-mail"})
BY_URL = tuple(name for name in KNOWN if name not in WITHOUT_URL)
_WITHOUT_ACCOUNT = frozenset({"client-credentials", "metadata"})
_BY_ISSUER = frozenset({"openid", "client-credentials"})
_READ = "name a file that you can read"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a secret comes from: a file, or a variable of the environment; neither = there is none."""

    name: str
    file: Path | None = None
    env: str = ""

    @property
    def is_named(self) -> bool:
        """Whether there should be one."""
        return bool(self.file or self.env)

    def problem(self) -> Problem | None:
        """Why it cannot be had."""
        if self.file is not None and self.env:
            where = f"--{self.name}-file and --{self.name}-env"
            return Problem("probe.secret", "are two places for one secret", where, "name one of them")
        if self.file is not None and not self.file.is_file():
            return Problem("probe.secret", "is not a file", f"--{self.name}-file {self.file}", _READ)
        if self.env and not os.environ.get(self.env, "").strip():
            where = f"--{self.name}-env {self.env}"
            return Problem("probe.secret", "is not set in the environment", where, "export it first")
        return None

    def read(self) -> str:
        """The secret, empty if there is none. InputInvalid if the file cannot be read."""
        if self.file is None:
            return os.environ.get(self.env, "").strip()
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputInvalid((Problem("probe.secret", "cannot be read", f"--{self.name}-file", _READ),)) from error


@dataclass(frozen=True, slots=True)
class Given:
    """What the options say of a probe of a URL; `journey` empty = as the URL's scheme says."""

    journey: str
    username: Source
    password: Source
    totp: Source
    client_id: str
    client_secret: Source
    redirect_uri: str
    hosts: tuple[str, ...]
    authorities: Path | None
    starttls: bool
    key_file: Path | None
    known_hosts: Path | None

    @property
    def secrets(self) -> tuple[Source, ...]:
        """Everything that is kept out of the command line."""
        return self.username, self.password, self.totp, self.client_secret


def plan_of_url(url: str, given: Given) -> ProbePlan:
    """The plan of one run, called `once`. Raises InputInvalid with every problem."""
    parts = _split(url)
    journey = given.journey or BY_SCHEME.get(parts.scheme, "")
    problems = (*_of_address(parts), *_of_journey(parts, journey), *_of_account(given, journey), *_of_files(given))
    problems += (*_of_client(given, journey), *_of_means(parts, given, journey))
    if problems:
        raise InputInvalid(problems)
    return ProbePlan(
        name="once",
        journey=journey,
        start_url=url,
        account=(given.username.read(), given.password.read()),
        issuer=url if journey in _BY_ISSUER else "",
        client=Client(given.client_id, given.client_secret.read(), given.redirect_uri),
        totp_secret=given.totp.read(),
        hosts=(parts.netloc, *given.hosts) if given.hosts else (),
        authorities=_path(given.authorities),
        means=Means(given.starttls, _path(given.key_file), _path(given.known_hosts)),
    )


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        fix = "such as https://portal.example.com:8443/"
        raise InputInvalid((Problem("probe.url", "is not an address", url.partition("://")[0], fix),)) from error


def _of_address(parts: SplitResult) -> Iterator[Problem]:
    shown = _shown(parts)
    if parts.scheme not in BY_SCHEME:
        begins = " or ".join(f"{scheme}://" for scheme in BY_SCHEME)
        yield Problem("probe.url", "is not an address that can be signed in at", shown, f"begin it with {begins}")
    if not parts.hostname or not _has_port(parts):
        yield Problem("probe.url", "names no host and port", shown, "such as https://portal.example.com:8443/")
    if "@" in parts.netloc:
        fix = "--username-file and --password-file, or --username-env and --password-env"
        yield Problem("probe.url", "must not hold an account", shown, fix)


def _of_journey(parts: SplitResult, journey: str) -> Iterator[Problem]:
    where = f"--journey {journey}"
    schemes = tuple(scheme for scheme, name in BY_SCHEME.items() if name == (journey if _is_line(journey) else "form"))
    if journey in WITHOUT_URL:
        fix = "write it into doorward.toml: docs/probing.md has the lines"
        yield Problem("probe.journey", "needs more than a URL", where, fix)
    elif journey and journey not in BY_URL:
        yield Problem("probe.journey", "is not known", where, f"one of: {', '.join(BY_URL)}")
    elif journey and parts.scheme in BY_SCHEME and parts.scheme not in schemes:
        fix = f"begin it with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        yield Problem("probe.journey", f"does not begin at {parts.scheme}://", where, fix)


def _of_account(given: Given, journey: str) -> Iterator[Problem]:
    if journey in _WITHOUT_ACCOUNT:
        return
    for source in (given.username, given.password):
        by_key = source is given.password and journey == "ssh" and given.key_file
        if not source.is_named and not by_key:
            fix = f"{_READ}, or a variable by --{source.name}-env" + (", or --key-file" if journey == "ssh" else "")
            yield Problem("probe.secret", "is needed for a URL", f"--{source.name}-file", fix)


def _of_files(given: Given) -> Iterator[Problem]:
    yield from filter(None, (source.problem() for source in given.secrets))
    files = {"authorities": given.authorities, "key-file": given.key_file, "known-hosts": given.known_hosts}
    for name, path in files.items():
        if path is not None and not path.is_file():
            yield Problem("probe.file", "is not a file", f"--{name} {path}", _READ)


def _of_client(given: Given, journey: str) -> Iterator[Problem]:
    if journey in _BY_ISSUER and not given.client_id:
        yield Problem("probe.client", "is needed for an issuer", "--client-id", "name the client that the probe is")
    if journey == "openid" and not given.redirect_uri:
        yield Problem("probe.client", "is needed for an issuer", "--redirect-uri", "name one that the client has")


def _of_means(parts: SplitResult, given: Given, journey: str) -> Iterator[Problem]:
    if given.starttls and parts.scheme != "ldap":
        yield Problem("probe.means", "is for ldap:// alone", "--starttls", "leave it out")
    if given.key_file and journey != "ssh":
        yield Problem("probe.means", "is for ssh:// alone", "--key-file", "leave it out")
    if journey == "ssh" and given.known_hosts is None:
        port = f"-p {parts.port} " if _has_port(parts) and parts.port else ""
        fix = f"ssh-keyscan {port}{parts.hostname} > known-hosts, and compare the key with the host's own"
        yield Problem("probe.means", "is needed for ssh://", "--known-hosts", fix)


def _is_line(journey: str) -> bool:
    """Whether it has schemes of its own."""
    return journey in ("ldap", "ssh")


def _has_port(parts: SplitResult) -> bool:
    """Whether the port is one, or left to the scheme."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _shown(parts: SplitResult) -> str:
    """The address without an account, and without what stands behind `?`."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _path(path: Path | None) -> str:
    return str(path.resolve()) if path else ""
