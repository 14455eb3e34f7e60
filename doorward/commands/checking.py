"""1 check: `doorward check`, `rules`, `explain`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from doorward import check as stage
from doorward.check import baseline as baselines
from doorward.check import formats
from doorward.check.service_run import Checked, Subject, checked, tells
from doorward.check.service_subjects import Asked, of_git, of_targets, sensible
from doorward.commands.shared import FOUND, progress, reported
from doorward.model.finding import Severity

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
    targets: Annotated[
        list[str] | None, typer.Argument(help="KIND:TARGET, or a file whose content tells its kind.")
    ] = None,
    against: Annotated[str, typer.Option("--against", help="The configuration it would replace.")] = "",
    git: Annotated[
        str, typer.Option("--git", help="Revisions: main..HEAD, main...HEAD, or HEAD for the files as they stand.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option("--config", help="A doorward.toml: the whole service that it names.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Show no standing finding that this file has.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", help="Write the standing findings to this file.")
    ] = None,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Pass over files whose content tells no kind.")
    ] = False,
    sessions: Annotated[
        str,
        typer.Option(
            "--sessions", help="How many people are signed in, or the component of doorward.toml that can tell."
        ),
    ] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Also ask the addresses that the configuration names, as a stranger does.")
    ] = False,
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

    Examples:

    doorward check auth.toml --against deployed/auth.toml

    doorward check --git main...HEAD

    doorward check auth.toml --against deployed/auth.toml --sessions auth

    doorward check --config doorward.toml
    """
    headers = tuple(part.strip() for part in forwarded.split(",") if part.strip())
    asked = Asked(
        tuple(targets or ()), against, git, config, skip_unknown, project, python, public_url or None, headers
    )
    formats.known(output)
    with _subjects(_with_sessions(asked, sessions)) as subjects:
        told = _compared(checked(_seen(subjects, live), datetime.now(UTC)), baseline, write_baseline)
    named = [f"{one.target.kind}:{one.new.target}" for one in subjects]
    print(formats.render(told.findings, named, output, told.aside))
    if stage.worst_reaches(told.findings, fail_on.value):
        raise typer.Exit(FOUND)


def _with_sessions(asked: Asked, sessions: str) -> Asked:
    """Who is signed in, asked where it can be told; a doorward.toml beside targets says only that."""
    if not sessions:
        return asked
    from doorward.commands.checking_service import signed_in  # noqa: PLC0415 — settings and the wiring: 0.3 s

    found = signed_in(sessions, asked.config)
    only_counts = asked.config is not None and bool(asked.targets or asked.against)
    return replace(asked, signed_in=found, config=None if only_counts else asked.config)


def _seen(subjects: list[Subject], live: bool) -> list[Subject]:
    """With what their addresses answer now, if that is asked; one that names no address is told of."""
    if not live:
        return subjects
    from doorward.check.live import observe  # noqa: PLC0415 — an HTTP client: 0.1 s

    asked = [replace(one, seen=observe(one.new, datetime.now(UTC))) for one in subjects]
    for one in asked:
        if one.seen is None:
            progress(f"not asked: {one.new.target}: neither it nor --public-url names an address")
    return asked


def _compared(told: Checked, baseline: Path | None, write_baseline: Path | None) -> Checked:
    """Without the standing findings of the baseline, which is written first where that was asked."""
    if write_baseline:
        known = baselines.of(told.findings, tells())
        baselines.write(write_baseline, known)
        progress(f"{sum(entry.count for entry in known.findings)} standing finding(s) written to {write_baseline}")
    elif baseline:
        known = baselines.read(baseline)
    else:
        return told
    compared = baselines.compare(told.findings, known, tells())
    if compared.mended:
        progress(f"{compared.mended} entry(s) of the baseline are mended: write it again to keep them so")
    return Checked(compared.shown, replace(told.aside, forgiven=compared.forgiven, compared=True))


@contextmanager
def _subjects(asked: Asked) -> Iterator[list[Subject]]:
    """What to check, read; a scratch copy of a git revision lives as long as it is looked at."""
    sensible(asked)
    with tempfile.TemporaryDirectory(prefix="doorward-") as name:
        scratch = Path(name).resolve()
        if asked.config:
            yield _counted(_of_whole(asked.config, asked.git, scratch), asked)
        else:
            yield of_git(asked, scratch) if asked.git else of_targets(asked)


def _of_whole(config: Path, revisions: str, scratch: Path) -> list[Subject]:
    from doorward.commands import checking_service as whole  # noqa: PLC0415 — settings and the wiring: 0.3 s

    return whole.of_service_range(config, revisions, scratch) if revisions else whole.of_config(config)


def _counted(subjects: list[Subject], asked: Asked) -> list[Subject]:
    """With who is signed in, at the component whose sessions were counted, or at each if it is a number."""
    found = asked.signed_in
    if found is None:
        return subjects
    return [
        replace(one, signed_in=found) if one.component and found.component in (None, one.component.name) else one
        for one in subjects
    ]


@reported
def rules() -> None:
    """List every rule: id, severity, what it says."""
    width = max(len(rule.id) for rule in stage.rules())
    for rule in stage.rules():
        print(f"{rule.id:{width}} {rule.severity.value:8} {rule.title}")


@reported
def explain(rule: Annotated[str, typer.Argument(help="Id of a rule, such as DJ-22.")]) -> None:
    """Show a rule's manual page: what it finds, whom it hurts, what to do."""
    print(stage.explain(rule))
