"""2 probe: `doorward probe`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from doorward.commands import probing_options as options
from doorward.commands.probing_url import Given, Source, plan_of_url
from doorward.commands.shared import DEFAULT_CONFIG, FOUND, UNREACHABLE, ConfigOption, Output, OutputOption, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeOutcome, ProbeResult, Timing
from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan
from doorward.settings import load
from doorward.wiring.probe_plans import check_accounts, probe_plan


@reported
def probe(
    target: options.Target = "all",
    journey: options.Journey = "",
    username_file: options.UsernameFile = None,
    username_env: options.UsernameEnv = "",
    password_file: options.PasswordFile = None,
    password_env: options.PasswordEnv = "",
    totp_file: options.TotpFile = None,
    totp_env: options.TotpEnv = "",
    authorities: options.Authorities = None,
    host: options.Hosts = None,
    client_id: options.ClientId = "",
    client_secret_file: options.ClientSecretFile = None,
    client_secret_env: options.ClientSecretEnv = "",
    redirect_uri: options.RedirectUri = "",
    starttls: options.StartTls = False,
    key_file: options.KeyFile = None,
    known_hosts: options.KnownHosts = None,
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

    The other journeys stand in docs/probing.md. A URL can be tried without doorward.toml; its scheme says the journey:

      doorward probe https://portal.example.com/ --username-file name --password-file word
      doorward probe ldaps://directory.example.com --username-file dn --password-env BIND_PASSWORD
      doorward probe ssh://shell.example.com --username-file name --key-file key --known-hosts hosts
      doorward probe https://id.example.com --journey openid --client-id doorward-probe …

    Secrets come from files or the environment, and none is ever shown.
    """
    username, password = (
        Source("username", username_file, username_env),
        Source("password", password_file, password_env),
    )
    totp = Source("totp", totp_file, totp_env)
    client_secret = Source("client-secret", client_secret_file, client_secret_env)
    given = Given(
        journey, username, password, totp, client_id, client_secret, redirect_uri,
        tuple(host or ()), authorities, starttls, key_file, known_hosts,
    )  # fmt: skip
    _tell([plan_of_url(target, given)] if "://" in target else _of_config(target, config), output)


def _tell(plans: list[ProbePlan], output: Output) -> None:
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
    known = [f"{name} {ms:.0f}" for name, ms in timing.phases]
    return f" [{', '.join(known)}]" if known else ""
