"""Prediction against rehearsal at the school: the setting of every drill, checked and rehearsed.

In: `drills/`. Out: a line a drill with what was predicted and what broke; exit 1 if they differ, if a harmless drill
breaks something, if anything of the school's own files moved, or if a rehearsal took longer than people wait.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from doorward import check
from doorward.check.rehearsal import Pages, Plan, rehearse
from doorward.check.rehearsal.outcome import PROBES
from doorward.model.finding import Severity
from doorward.review.drills import fault, scenario
from doorward.systems import Target

ROOT = Path(__file__).parents[1]
DRILLS = ROOT / "drills"
LONGEST_S = 20.0
"""A rehearsal is waited for before a change is shipped."""


@dataclass(frozen=True, slots=True)
class Played:
    """One drill's setting: the probes that the check predicts to break, and those that broke."""

    drill: str
    predicted: frozenset[str]
    broken: frozenset[str]
    is_harmless: bool
    took_s: float
    is_untouched: bool

    @property
    def fault(self) -> str:
        """What is not as it must be, empty if all is."""
        if self.predicted != self.broken:
            return f"differs: {', '.join(sorted(self.predicted ^ self.broken))}"
        if bool(self.broken) is self.is_harmless:
            return "not what the drill expects"
        if not self.is_untouched:
            return "the school's files moved"
        return "too slow" if self.took_s > LONGEST_S else ""


def main() -> int:
    """Play every drill's setting once."""
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        site = Path(folder) / "school"
        command = [sys.executable, "-m", "school", "setup", str(site), "--people", "20", "--courses", "2"]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        print(f"load {os.getloadavg()[0]:.1f} at the start\n")
        print("| drill | predicted | broken | seconds | |\n|---|---|---|---|---|")
        played = [_played(site, name) for name in scenario.names(DRILLS)]
    return int(any(one.fault for one in played))


def _played(site: Path, name: str) -> Played:
    drill = scenario.load(DRILLS, name)
    old, new = site / f"{drill.change.component}.toml", site / f"{drill.change.component}.toml.new"
    new.write_text(fault.changed(old, drill.change.key, drill.change.value))
    before = _fingerprint(site)
    targets = Target("school", str(old), ROOT), Target("school", str(new), ROOT)
    found = rehearse(Plan(*targets, Pages("")))
    played = Played(
        name,
        _predicted(*targets),
        frozenset(found.broken),
        not drill.expect.declared,
        found.took_s,
        _fingerprint(site) == before,
    )
    counts = f"{len(played.predicted)} | {len(played.broken)} | {played.took_s:.1f}"
    print(f"| {name} | {counts} | {played.fault or 'exact, nothing touched'} |", flush=True)
    return played


def _predicted(old: Target, new: Target) -> frozenset[str]:
    findings = check.findings(check.read(new), check.read(old))
    hurting = [one.effect.what for one in findings if one.severity is not Severity.NOTE]
    return frozenset(probe for what in hurting for probe in what if probe in PROBES)


def _fingerprint(folder: Path) -> str:
    """Every path below, with content and time of change."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        seen.update(f"{path} {path.lstat().st_mtime_ns}".encode() + content)
    return seen.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
