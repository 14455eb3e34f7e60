"""1 check: `doorward rehearse`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from doorward.check import parse_target
from doorward.check.rehearsal import Pages, Plan, report
from doorward.check.rehearsal import rehearse as rehearsed
from doorward.commands.checking import FORWARDED, PROJECT, PUBLIC_URL, PYTHON
from doorward.commands.shared import FOUND, Output, OutputOption, progress, reported
from doorward.systems import Target


@reported
def rehearse(
    new: Annotated[str, typer.Argument(help="The candidate: KIND:TARGET, or a file whose content tells its kind.")],
    against: Annotated[str, typer.Option("--against", help="The configuration it would replace.")],
    output: OutputOption = Output.TEXT,
    protected_url: Annotated[
        str, typer.Option("--protected-url", help="A page that needs a sign-in; default: Django's administration.")
    ] = "",
    sign_in_url: Annotated[
        str, typer.Option("--sign-in-url", help="The sign-in page; default: where the protected page leads.")
    ] = "",
    sso_url: Annotated[str, typer.Option("--sso-url", help="The page that sends people to the provider.")] = "",
    project: PROJECT = Path(),
    python: PYTHON = sys.executable,
    public_url: PUBLIC_URL = "",
    forwarded: FORWARDED = "",
) -> None:
    """Run the candidate in a scratch copy and sign in eight ways, beside the configuration it would replace.

    Example: doorward rehearse site.settings_new --against site.settings --protected-url /account/
    """
    headers = tuple(part.strip() for part in forwarded.split(",") if part.strip())

    def target(text: str) -> Target:
        return parse_target(text, project=project, python=python, public_url=public_url or None, forwarded=headers)

    plan = Plan(target(against), target(new), Pages(protected_url, sign_in_url, sso_url))
    progress(f"rehearsing {plan.new.name} against {plan.old.name} in a scratch copy")
    found = rehearsed(plan)
    print(report.json(found) if output is Output.JSON else report.text(found))
    if not found.is_fine:
        raise typer.Exit(FOUND)
