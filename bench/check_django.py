"""Prediction against rehearsal: catalogued changes of a Django project's settings, checked and rehearsed, both scored.

In: `bench/changes/django.toml`, or with `--changes held-out` those that were written down before the rules were looked
at again. Out: the table of verdicts, every change that was not predicted probe by probe, and the goals; exit 1 if one
of the catalogued is not met (the others are reported, met or not). `--only EXPRESSION` takes the changes whose name it
finds, `--first N` so many.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copytree, ignore_patterns

from bench import check_score as score
from bench.check_score import Label, Scored
from doorward import check
from doorward.check.rehearsal import Pages, Plan, rehearse
from doorward.model.configuration import Configuration
from doorward.systems import Target

CHANGES = Path(__file__).with_name("changes")
FILES = {"catalogued": CHANGES / "django.toml", "held-out": CHANGES / "django_held_out.toml"}
AT_ONCE = 2
"""Rehearsals side by side: each has two workers, which are idle most of the time."""


@dataclass(frozen=True, slots=True)
class Base:
    """Settings that changes start from, and what no file says of them."""

    name: str
    settings: str
    url: str = "https://portal.example.com"
    forwarded: tuple[str, ...] = ("X-Forwarded-Proto",)
    sso: str = "/oidc/authenticate/"
    protected: str = "/account/"
    project: str = "django_project"
    package: str = "portal"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as the file has it."""

    name: str
    label: Label
    settings: str
    base: Base
    row: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The old side of every change of a base: read once."""

    target: Target
    configuration: Configuration
    deploy: frozenset[str]


def changes(file: Path) -> tuple[Change, ...]:
    """Every change of the file."""
    told = tomllib.loads(file.read_text())
    bases = {
        name: Base(name, **{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})
        for name, table in told["base"].items()
    }
    return tuple(
        Change(one["name"], Label(one["is"]), one["settings"], bases[one.get("on", "https")], one.get("row", ""))
        for one in told["change"]
    )


def main(arguments: list[str]) -> int:
    """Run and print; 1 if a goal is not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.check_django")
    parser.add_argument("--only", default="", help="changes whose name this expression finds")
    parser.add_argument("--first", type=int, default=None, help="so many changes")
    parser.add_argument("--changes", default="catalogued", help=f"{', '.join(FILES)}, or a file")
    asked = parser.parse_args(arguments)
    file = FILES.get(asked.changes, Path(asked.changes))
    chosen = [one for one in changes(file) if re.search(asked.only, one.name)][: asked.first]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        scored = _all(chosen, Path(folder))
    took_s = time.monotonic() - began
    print(f"{file.name}: {len(scored)} changes in {took_s:.0f} s, {AT_ONCE} at once", end="; ")
    print(f"a rehearsal took {_median(scored):.1f} s\n")
    print(score.table(scored), score.summary(score.goals(scored)), sep="\n\n")
    parts = {
        "Not exact": score.faults(scored),
        "What no probe stands for": score.unseen(scored),
        "Not rehearsed": score.unrehearsed(scored),
    }
    for title, text in parts.items():
        print(f"\n{title}:\n{text or 'none'}")
    return 0 if score.goals(scored).reached or asked.changes == "held-out" else 1


def _project(base: Base, folder: Path) -> Path:
    """A copy of the base's project with its database, in which every change is a settings module of its own."""
    project = folder / base.project
    if not project.exists():
        copytree(CHANGES / base.project, project, ignore=ignore_patterns("__pycache__"))
        _django(project, f"{base.package}.settings", "migrate", "--verbosity", "0")
    return project


def _all(chosen: list[Change], folder: Path) -> list[Scored]:
    used = {one.base.name: one.base for one in chosen}
    befores = {name: _before(base, _project(base, folder)) for name, base in used.items()}
    for number, one in enumerate(chosen):
        _write(befores[one.base.name].target.project, one.base, f"new_{number}", one.settings)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            pool.submit(partial(_scored, one, befores[one.base.name], f"{one.base.package}.new_{number}"))
            for number, one in enumerate(chosen)
        ]
        scored = []
        for number, (one, result) in enumerate(zip(chosen, running, strict=True), 1):
            problem = result.exception()
            scored.append(_unrehearsed(one, problem) if problem else result.result())
            print(f"{number}/{len(chosen)} {scored[-1].mark}: {one.name}", file=sys.stderr, flush=True)
    return scored


def _before(base: Base, project: Path) -> Before:
    name = f"old_{base.name.replace('-', '_')}"
    _write(project, base, name)
    target = Target("django", f"{base.package}.{name}", project, public_url=base.url, forwarded=base.forwarded)
    return Before(target, check.read(target), _deploy(project, target.name))


def _scored(change: Change, before: Before, module: str) -> Scored:
    project, base = before.target.project, change.base
    target = Target("django", module, project, public_url=base.url, forwarded=base.forwarded)
    found = check.findings(check.read(target), before.configuration)
    fresh = score.new_findings(found, check.findings(before.configuration))
    seen = rehearse(Plan(before.target, target, Pages(base.protected, "", base.sso)))
    return Scored(
        name=change.name,
        row=change.row,
        label=change.label,
        predicted=score.predicted(fresh, seen),
        broken=frozenset(seen.broken),
        loudest=score.loudest(fresh),
        rules=tuple(dict.fromkeys(one.rule for one in fresh)),
        deploy=bool(_deploy(project, module) - before.deploy),
        took_s=seen.took_s,
    )


def _unrehearsed(change: Change, problem: BaseException) -> Scored:
    """A change whose check or rehearsal ended by itself: a row like any other, and counted against the goals."""
    why = f"{type(problem).__name__}: {problem}"
    return Scored(change.name, change.row, change.label, frozenset(), frozenset(), None, (), False, 0.0, why)


def _write(project: Path, base: Base, name: str, *parts: str) -> None:
    lines = (f"from {base.package}.settings import *", base.settings, *parts)
    (project / base.package / f"{name}.py").write_text("\n".join(lines) + "\n")


def _deploy(project: Path, module: str) -> frozenset[str]:
    """What Django's own check says of the settings, line by line; a command that ends in an error says its last one."""
    said = _django(project, module, "check", "--deploy", is_right=False)
    told = said.stderr.splitlines()
    lines = [line for line in told if line.startswith(("?:", "WARNINGS", "ERRORS", "System")) or ": (" in line]
    return frozenset(lines or told[-1:]) if said.returncode else frozenset(lines)


def _django(project: Path, module: str, *words: str, is_right: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "django", *words, "--settings", module, "--pythonpath", str(project)]
    return subprocess.run(command, cwd=project, check=is_right, capture_output=True, text=True, timeout=60)


def _median(scored: list[Scored]) -> float:
    times = sorted(one.took_s for one in scored)
    return times[len(times) // 2] if times else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
