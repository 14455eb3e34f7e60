"""7 review: `doorward drill list|run|demo`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

import doorward
from doorward.commands.shared import FOUND, Output, OutputOption, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.review.drills import run as runs
from doorward.review.drills import scenario as scenarios
from doorward.review.drills.table import table

drill = typer.Typer(help="Break the reference school, with people in it, and score how it is met.")

HOME = Path(doorward.__file__).parent.parent
DRILLS = Annotated[Path, typer.Option("--drills", help="Folder of drills.")]
KEEP = Annotated[Path, typer.Option("--keep", help="Where each drill's files are left.")]
INCIDENTS = ("2023-10-11-portal", "2024-07-15-school-portal")


@drill.command("list")
@reported
def list_(drills: DRILLS = HOME / "drills") -> None:
    """Every drill and what it breaks; the problems of all that cannot be read."""
    problems: list[Problem] = []
    for name in scenarios.names(drills):
        try:
            print(f"{name:28} {scenarios.load(drills, name).title}")
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(tuple(problems))


@drill.command("run")
@reported
def run_(
    name: Annotated[str, typer.Argument(help="A drill of `doorward drill list`.")],
    output: OutputOption = Output.TEXT,
    drills: DRILLS = HOME / "drills",
    keep: KEEP = Path("var/drills"),
) -> None:
    """Run one drill on a school of its own; exit 1 if it was not met as it must be."""
    result = runs.run(scenarios.load(drills, name), keep / name, progress)
    if output is Output.JSON:
        print(json.dumps({"schema": "doorward.drill/1", **msgspec.to_builtins(result.score)}))
    else:
        print(runs.text(result))
    if not all(limit.holds for limit in result.limits):
        raise typer.Exit(FOUND)


@drill.command()
@reported
def demo(drills: DRILLS = HOME / "drills", keep: KEEP = Path("var/drills")) -> None:
    """Both incidents, one after the other, and what became of them beside what the reports say."""
    rows, met = [], True
    for name in INCIDENTS:
        scenario = scenarios.load(drills, name)
        progress(f"\n== {scenario.title}\n{scenario.story.strip()}\n")
        # A process of its own: one process guards one service, and ends with all that it opened.
        command = [sys.executable, "-m", "doorward", "drill", "run", name, "--format", "json"]
        command += ["--drills", str(drills), "--keep", str(keep)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
        met = met and done.returncode == 0
        outcome = runs.read_outcome(keep / name)
        rows.append((scenario, outcome))
    print(table(rows))
    if not met:
        raise typer.Exit(FOUND)
