"""1 check: `doorward rehearse`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from doorward.check import parse_target
from doorward.check.rehearsal import Pages, Plan, own, report
from doorward.check.rehearsal import rehearse as rehearsed
from doorward.commands.checking import FORWARDED, PROJECT, PUBLIC_URL, PYTHON
from doorward.commands.shared import FOUND, Output, OutputOption, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.settings import Settings, load
from doorward.settings_tables import ComponentTable, RehearsalTable
from doorward.systems import Target
from doorward.wiring import guarded

Told = Callable[[str], Target]


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
    sso_double: Annotated[
        Path | None,
        typer.Option("--sso-double", help="Python file with `sent_back(asked)`, which answers for the provider."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A doorward.toml whose component names what the options name.")
    ] = None,
    component: Annotated[
        str, typer.Option("--component", help="Which component of it; default: the one that has the old configuration.")
    ] = "",
    project: PROJECT = Path(),
    python: PYTHON = sys.executable,
    public_url: PUBLIC_URL = "",
    forwarded: FORWARDED = "",
) -> None:
    """Run the candidate in a scratch copy and sign in eight ways, beside the configuration it would replace.

    Example: doorward rehearse site.settings_new --against site.settings --protected-url /account/
    """
    headers = tuple(part.strip() for part in forwarded.split(",") if part.strip())
    settings = load(config) if config else None
    table = _component(settings, component, against) if settings else None

    def target(text: str) -> Target:
        if settings is None or table is None:
            return parse_target(text, project=project, python=python, public_url=public_url or None, forwarded=headers)
        named = guarded.target(settings, table)
        told = parse_target(text if ":" in text else f"{table.kind}:{text}", named.project, named.python, env=named.env)
        return replace(told, public_url=public_url or named.public_url, forwarded=headers or named.forwarded)

    pages = table.rehearsal if table else RehearsalTable()
    double = sso_double or (settings.place(pages.sso_double) if settings and pages.sso_double else None)
    named_pages = Pages(
        protected_url or pages.protected_url, sign_in_url or pages.sign_in_url, sso_url or pages.sso_url
    )
    plan = Plan(target(against), target(new), named_pages, own(double) if double else None)
    progress(f"rehearsing {plan.new.name} against {plan.old.name} in a scratch copy")
    with _leaving_in_order():
        found = rehearsed(plan)
    print(report.json(found) if output is Output.JSON else report.text(found))
    if not found.is_fine:
        raise typer.Exit(FOUND)


@contextmanager
def _leaving_in_order() -> Iterator[None]:
    """Whoever ends the rehearsal lets it end its workers and remove its scratch, which holds copies of keys."""

    def leave(number: int, _: object) -> None:
        raise typer.Exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _component(settings: Settings, asked: str, against: str) -> ComponentTable:
    """The component that is asked for, else the only one, else the one that has the old configuration."""
    old = against.rpartition(":")[2]
    for table in settings.component:
        files = {settings.place(path) for path in table.config}
        if asked == table.name or (not asked and (old == table.settings or Path(old).resolve() in files)):
            return table
    if not asked and len(settings.component) == 1:
        return settings.component[0]
    names = ", ".join(table.name for table in settings.component)
    what = f"no component is named {asked}" if asked else "it is not told which component this is"
    raise InputInvalid((Problem("component.unclear", what, "--component", f"one of: {names}"),))
