"""1 check: `doorward check`, `rules`, `explain`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from doorward import check as stage
from doorward.commands.shared import FOUND, reported
from doorward.model.finding import Severity
from doorward.systems import Target

PROJECT = Annotated[Path, typer.Option("--project", help="Working directory and import root of a settings module.")]
PYTHON = Annotated[
    str, typer.Option("--python", help="Interpreter of the project; default: this one.", show_default=False)
]
PUBLIC_URL = Annotated[str, typer.Option("--public-url", help="Address that people use, which no file knows.")]
FORWARDED = Annotated[str, typer.Option("--forwarded", help="Headers that the proxy in front sets, by commas.")]


class FailOn(StrEnum):
    """From which severity on the check fails."""

    OUTAGE = Severity.OUTAGE.value
    PARTIAL = Severity.PARTIAL.value
    LATENT = Severity.LATENT.value
    NOTE = Severity.NOTE.value
    NEVER = "never"


@reported
def check(
    targets: Annotated[list[str], typer.Argument(help="KIND:TARGET, or a file whose content tells its kind.")],
    against: Annotated[str, typer.Option("--against", help="The configuration it would replace.")] = "",
    output: Annotated[str, typer.Option("--format", help="text, json, sarif, junit or github.")] = "text",
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit 1 at this severity or worse: outage, partial, latent, note, never.")
    ] = FailOn.PARTIAL,
    project: PROJECT = Path(),
    python: PYTHON = sys.executable,
    public_url: PUBLIC_URL = "",
    forwarded: FORWARDED = "",
) -> None:
    """Does this configuration work, and what would this change do to people?

    Example: doorward check auth.toml --against deployed/auth.toml
    """
    headers = tuple(part.strip() for part in forwarded.split(",") if part.strip())

    def target(text: str) -> Target:
        return stage.parse_target(
            text, project=project, python=python, public_url=public_url or None, forwarded=headers
        )

    named = tuple(target(text) for text in targets)
    *new, old = stage.read_all((*named, target(against))) if against else (*stage.read_all(named), None)
    found = tuple(finding for one in new if one is not None for finding in stage.findings(one, old))
    print(stage.render(found, named, output))
    if stage.worst_reaches(found, fail_on.value):
        raise typer.Exit(FOUND)


@reported
def rules() -> None:
    """List every rule: id, severity, what it says."""
    for rule in stage.rules():
        print(f"{rule.id:8} {rule.severity.value:8} {rule.title}")


@reported
def explain(rule: Annotated[str, typer.Argument(help="Id of a rule, such as DJ-22.")]) -> None:
    """Show a rule's manual page: what it finds, whom it hurts, what to do."""
    print(stage.explain(rule))
