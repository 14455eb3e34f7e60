"""2 probe: `doorward probe`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer

from doorward.commands.shared import DEFAULT_CONFIG, FOUND, UNREACHABLE, ConfigOption, Output, OutputOption, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan
from doorward.settings import load
from doorward.wiring.probe_plans import check_accounts, probe_plan

NAME_FILE = Annotated[Path | None, typer.Option("--username-file", help="File with the user name.")]
PASSWORD_FILE = Annotated[Path | None, typer.Option("--password-file", help="File with the password.")]


@reported
def probe(
    target: Annotated[
        str, typer.Argument(help="A probe of doorward.toml, `all`, or the URL where a person begins.")
    ] = "all",
    journey: Annotated[str, typer.Option("--journey", help="For a URL: form or oidc.")] = "form",
    username_file: NAME_FILE = None,
    password_file: PASSWORD_FILE = None,
    output: OutputOption = Output.TEXT,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Sign in once, as a person does, and say how it went.

    Example: doorward probe https://portal.example.com/ --username-file name --password-file word
    """
    plans = _of_url(target, journey, username_file, password_file) if "://" in target else _of_config(target, config)
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


def _of_url(url: str, journey: str, username: Path | None, password: Path | None) -> list[ProbePlan]:
    problems = [
        Problem(
            "probe.secret", "is not a file" if path else "is needed for a URL", where, "name a file that you can read"
        )
        for option, path in (("--username-file", username), ("--password-file", password))
        for where in [f"{option} {path}" if path else option]
        if path is None or not path.is_file()
    ]
    if urlsplit(url).scheme not in ("http", "https"):
        problems.insert(
            0, Problem("probe.url", "is not an address of the web", url, "begin it with https:// or http://")
        )
    if problems or username is None or password is None:
        raise InputInvalid(tuple(problems))
    account = (username.read_text().strip(), password.read_text().strip())
    return [ProbePlan(name="once", journey=journey, start_url=url, account=account)]


def text(result: ProbeResult) -> str:
    """A result as people read it: the outcome, then one line a step."""
    head = f"{result.journey}: {result.outcome} ({result.reason}) in {result.took_ms:.0f} ms"
    if result.outcome is not ProbeOutcome.PASSED:
        head += f"\n    expected: {result.expected}"
    lines = [
        f"    {step.status or '-':>3} {step.ms:6.0f} ms  {step.name}: {step.method} {step.url} {step.note}".rstrip()
        for step in result.steps
    ]
    return "\n".join([head, *lines])
