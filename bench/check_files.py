"""`doorward check` over configurations that others have written, and over a fresh `startproject`: crashes and noise.

In: a folder with a folder for each kind (by default the collection beside the repository). Out: a table by folder, then
every finding above a note with the reason for which it is real (`tests/check/noise/`). Exit 1 for a crash, a file that
is refused, or a finding without a reason.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from doorward import check
from doorward.check.service_run import checked
from doorward.check.service_subjects import Asked, of_targets
from doorward.errors import InputInvalid
from doorward.model.finding import Finding, Severity
from doorward.systems import systems

ROOT = Path(__file__).parents[1]
COLLECTION = ROOT.parent / "shared" / "data" / "configs"
NOISE = ROOT / "tests" / "check" / "noise"
# The folders whose name is no kind: what lies in them, for files whose content does not tell.
KINDS = {"authelia-known-bad": "authelia", "keycloak-config-cli": "keycloak"}
BESIDE = ("SOURCE.txt",)


@dataclass(slots=True)
class Tally:
    """What became of the files of one folder; times in seconds."""

    files: int = 0
    crashed: int = 0
    refused: int = 0
    told: list[tuple[str, Finding]] = field(default_factory=list)
    slowest_s: float = 0.0

    @property
    def above(self) -> int:
        """How many files have a finding above a note."""
        return len({name for name, _ in self.told})

    def judge(self, name: str, target: str, project: Path) -> None:
        """Check one target as the command does, and write the findings in every format; a crash is shown as it is."""
        began = time.perf_counter()
        with ThreadPoolExecutor(1) as pool:
            judged = pool.submit(_checked, target, project)
            error = judged.exception()
        self.files += 1
        self.slowest_s = max(self.slowest_s, time.perf_counter() - began)
        if error is None:
            self.told += [(name, one) for one in judged.result() if one.severity is not Severity.NOTE]
        elif isinstance(error, InputInvalid):
            self.refused += 1
            print(f"refused: {name}: {error}", file=sys.stderr)
        else:
            self.crashed += 1
            traceback.print_exception(error)


def _checked(target: str, project: Path) -> tuple[Finding, ...]:
    asked = Asked((target,), "", "", None, False, project, sys.executable, None, ())
    told = checked(of_targets(asked), datetime.now(UTC))
    for form in check.FORMATS:
        check.render(told.findings, [target], form, told.aside)
    return told.findings


def main(arguments: list[str]) -> int:
    """Print the tables; the exit code."""
    folders = sorted(Path(arguments[0] if arguments else COLLECTION).glob("*/"))
    check.rules()
    tallies = {folder.name: _of_folder(folder) for folder in folders} | {"startproject": _of_startproject()}
    print(
        "| folder | files | crashed | refused | files with findings above a note | slowest |\n|---|---|---|---|---|---|"
    )
    for name, tally in tallies.items():
        print(_row(name, [tally]))
    print(_row("all", list(tallies.values())) + "\n")
    real = _real()
    unexplained = sum(_print(name, one, real) for tally in tallies.values() for name, one in tally.told)
    print(f"\n{unexplained} finding(s) above a note without a reason")
    return int(any((unexplained, *(tally.crashed or tally.refused for tally in tallies.values()))))


def _of_folder(folder: Path) -> Tally:
    tally = Tally()
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name not in BESIDE):
        tally.judge(path.name, _target(path), folder)
    return tally


def _target(path: Path) -> str:
    """By its content; where that tells no kind, by its folder."""
    try:
        check.parse_target(str(path))
    except InputInvalid:
        kind = KINDS.get(path.parent.name, path.parent.name)
        return f"{kind}:{path}" if kind in systems() else str(path)
    return str(path)


def _of_startproject() -> Tally:
    """What Django itself makes."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        made = [sys.executable, "-m", "django", "startproject", "site_of_nobody", folder]
        subprocess.run(made, check=True, timeout=60)
        tally.judge("startproject", "django:site_of_nobody.settings", Path(folder))
    return tally


def _row(name: str, tallies: Iterable[Tally]) -> str:
    every = list(tallies)
    counts = (sum(counted) for counted in zip(*((t.files, t.crashed, t.refused, t.above) for t in every), strict=True))
    return f"| {name} | {' | '.join(map(str, counts))} | {max(t.slowest_s for t in every):.2f} s |"


def _real() -> dict[tuple[str, str], str]:
    """Why a finding is real, by file and rule."""
    listed = (one for path in sorted(NOISE.glob("*.toml")) for one in tomllib.loads(path.read_text())["real"])
    return {(one["file"], rule): one["reason"] for one in listed for rule in one["rules"]}


def _print(name: str, finding: Finding, real: dict[tuple[str, str], str]) -> bool:
    """Whether the finding lacks a reason."""
    reason = real.get((name, finding.rule))
    print(f"{finding.severity:<8} {finding.rule:<11} {name}:{finding.where.line}: {finding.message}")
    print(f"         {'real: ' + reason if reason else 'no reason is listed'}")
    return reason is None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
