"""2 probe: `doorward probe`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer

from doorward.commands.shared import DEFAULT_CONFIG, FOUND, UNREACHABLE, ConfigOption, Output, OutputOption, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeOutcome, ProbeResult, Timing
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan
from doorward.settings import load
from doorward.wiring.probe_plans import check_accounts, probe_plan

_SECRET_FILES = ("username_file", "password_file", "totp_file", "client_secret_file")
_WITHOUT_ACCOUNT = frozenset({"client-credentials"})
_BY_ISSUER = frozenset({"openid", "client-credentials"})


def _file(option: str, what: str) -> object:
    return typer.Option(option, help=f"For a URL: file with {what}.")


@dataclass(frozen=True, slots=True)
class _Given:
    """What the options say of a probe of a URL."""

    journey: str
    username_file: Path | None
    password_file: Path | None
    totp_file: Path | None
    client_id: str
    client_secret_file: Path | None
    redirect_uri: str
    authorities: Path | None


@reported
def probe(
    target: Annotated[
        str,
        typer.Argument(help="A probe of doorward.toml, `all`, or the URL where a person begins (openid: the issuer)."),
    ] = "all",
    journey: Annotated[
        str, typer.Option("--journey", help="For a URL: form, oidc, openid, client-credentials, basic or browser.")
    ] = "form",
    username_file: Annotated[Path | None, _file("--username-file", "the user name")] = None,
    password_file: Annotated[Path | None, _file("--password-file", "the password")] = None,
    totp_file: Annotated[Path | None, _file("--totp-file", "the key of one-time codes (base32)")] = None,
    client_id: Annotated[str, typer.Option("--client-id", help="For an issuer: the client that the probe is.")] = "",
    client_secret_file: Annotated[Path | None, _file("--client-secret-file", "the client's secret")] = None,
    redirect_uri: Annotated[
        str, typer.Option("--redirect-uri", help="openid: the client's redirect URI; never opened.")
    ] = "",
    authorities: Annotated[
        Path | None, typer.Option("--authorities", help="For a URL: certificates (PEM) to believe.")
    ] = None,
    output: OutputOption = Output.TEXT,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    r"""Sign in once, as a person does, and say how it went: each step, its status, where its time went, what ended it.

    In doorward.toml a probe is a few lines, and it runs all day:

      \[\[probe]]
      name = "sso"
      journey = "openid"
      issuer = "https://id.example.com"
      client_id = "doorward-probe"
      client_secret_file = "secrets/probe-client"
      redirect_uri = "https://portal.example.com/callback"
      username_file = "secrets/probe-name"
      password_file = "secrets/probe-password"

    The redirect_uri is never opened. The other journeys stand in docs/probing.md. Secrets come from files or the
    environment (password_env = "…"), and none is ever shown.

    Example: doorward probe https://portal.example.com/ --username-file name --password-file word
    """
    given = _Given(
        journey,
        username_file,
        password_file,
        totp_file,
        client_id,
        client_secret_file,
        redirect_uri,
        authorities,
    )
    plans = _of_url(target, given) if "://" in target else _of_config(target, config)
    results = [run(plan, datetime.now(UTC)) for plan in plans]
    for result in results:
        print(msgspec.json.encode(result).decode() if output is Output.JSON else text(result))
    outcomes = {result.outcome for result in results}
    if ProbeOutcome.FAILED in outcomes:
        raise typer.Exit(FOUND)
    if outcomes != {ProbeOutcome.PASSED}:
        raise typer.Exit(UNREACHABLE)


def _of_config(name: str, config: Path) -> list[ProbePlan]:
    settings = load(config)
    tables = tuple(table for table in settings.probe if name in ("all", table.name))
    check_accounts(settings, tables)
    if not tables:
        fix = f"one of: {', '.join(table.name for table in settings.probe) or 'none is declared'}"
        raise InputInvalid((Problem("probe.unknown", f"there is no probe {name!r}", str(config), fix),))
    return [probe_plan(settings, table) for table in tables]


def _of_url(url: str, given: _Given) -> list[ProbePlan]:
    problems = tuple(_problems(url, given))
    if problems:
        raise InputInvalid(problems)
    by_issuer = given.journey in _BY_ISSUER
    client = Client(given.client_id, _secret(given.client_secret_file), given.redirect_uri)
    return [
        ProbePlan(
            name="once",
            journey=given.journey,
            start_url=url,
            account=(_secret(given.username_file), _secret(given.password_file)),
            issuer=url if by_issuer else "",
            client=client,
            totp_secret=_secret(given.totp_file),
            authorities=str(given.authorities or ""),
        )
    ]


def _problems(url: str, given: _Given) -> Iterator[Problem]:
    if urlsplit(url).scheme not in ("http", "https"):
        yield Problem("probe.url", "is not an address of the web", url, "begin it with https:// or http://")
    needed = {"username_file", "password_file"} if given.journey not in _WITHOUT_ACCOUNT else set()
    for name in _SECRET_FILES:
        option, path = f"--{name.replace('_', '-')}", getattr(given, name)
        if path is None and name in needed:
            yield Problem("probe.secret", "is needed for a URL", option, "name a file that you can read")
        elif path is not None and not path.is_file():
            yield Problem("probe.secret", "is not a file", f"{option} {path}", "name a file that you can read")
    if given.journey in _BY_ISSUER and not given.client_id:
        yield Problem("probe.client", "is needed for an issuer", "--client-id", "name the client that the probe is")
    if given.journey == "openid" and not given.redirect_uri:
        yield Problem("probe.client", "is needed for an issuer", "--redirect-uri", "name one that the client has")


def _secret(path: Path | None) -> str:
    return path.read_text().strip() if path else ""


def text(result: ProbeResult) -> str:
    """A result as people read it: the outcome, one line a step with where its time went, and what was seen beside."""
    head = f"{result.label}: {result.outcome} ({result.reason}) in {result.took_ms:.0f} ms"
    if result.outcome is not ProbeOutcome.PASSED:
        head += f"\n    expected: {result.expected}"
    lines = [
        f"    {step.status or '-':>3} {step.ms:6.0f} ms  {step.name}: {step.method} {step.url} {step.note}".rstrip()
        + _phases(step.timing)
        for step in result.steps
    ]
    return "\n".join([head, *lines, *(f"    note: {note}" for note in result.notes)])


def _phases(timing: Timing) -> str:
    found = (
        ("dns", timing.dns_ms),
        ("connect", timing.connect_ms),
        ("tls", timing.tls_ms),
        ("first byte", timing.first_byte_ms),
        ("body", timing.body_ms),
    )
    known = [f"{name} {ms:.0f}" for name, ms in found if ms is not None]
    return f" [{', '.join(known)}]" if known else ""
