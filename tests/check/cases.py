"""The case folders as data: `tests/cases/<kind>/<case>/` holds a configuration and what is expected of it.

`expect.json`: `findings` (rule, severity, pointer: all of them, no more), and, where they matter, `against` (the
configuration that it would replace; a file `old.*` may lie beside it), `public_url`, `forwarded`, `line` and `what` of
the first finding, and `good_for` (rules that must stay silent here, though near).
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from doorward import check
from doorward.model.configuration import Configuration
from doorward.model.finding import Finding
from doorward.systems import Target, systems

ROOT = Path(__file__).parent.parent / "cases"
REPOSITORY = ROOT.parent.parent
# What lies beside the configuration of a case and is not the one that is checked, whatever its ending.
BESIDE = ("expect", "old")
# The kinds whose configurations can be read; other folders of cases are data of other stages.
READ = frozenset(kind for kind, known in systems().items() if known.read is not None)


@dataclass(frozen=True)
class Expected:
    """One line of `findings`."""

    rule: str
    severity: str
    pointer: str


@dataclass(frozen=True)
class Case:
    """A folder, read."""

    kind: str
    name: str
    findings: tuple[Expected, ...]
    good_for: tuple[str, ...]
    against: str | None
    public_url: str | None
    forwarded: tuple[str, ...]
    line: int | None
    what: tuple[str, ...] | None

    @property
    def subject(self) -> str:
        """The target's name: a module for Django, a file for the school."""
        if self.kind == "django":
            return f"{self.name}.settings"
        told = sorted((ROOT / self.kind / self.name).iterdir(), key=lambda path: (path.suffix != ".toml", path.name))
        return next(f"{self.name}/{path.name}" for path in told if path.is_file() and path.stem not in BESIDE)

    def found(self) -> tuple[Finding, ...]:
        """What the check says of it."""
        old = read(self.kind, self.against, self.public_url, self.forwarded) if self.against else None
        return check.findings(read(self.kind, self.subject, self.public_url, self.forwarded), old)


@cache
def read(kind: str, name: str, public_url: str | None, forwarded: tuple[str, ...]) -> Configuration:
    """The configuration, read once for all cases that compare with it."""
    return check.read(target(kind, name, public_url, forwarded))


def target(kind: str, name: str, public_url: str | None = None, forwarded: tuple[str, ...] = ()) -> Target:
    """A configuration below `tests/cases/<kind>`; the school's own model is asked in this repository."""
    project = ROOT / kind if kind == "django" else REPOSITORY
    full = name if kind == "django" else str((ROOT / kind / name).relative_to(REPOSITORY))
    return Target(kind, full, project, sys.executable, {}, public_url, forwarded)


def cases() -> list[Case]:
    """Every case, in the order of its path."""
    return [_case(path) for path in sorted(ROOT.glob("*/*/expect.json")) if path.parts[-3] in READ]


def _case(path: Path) -> Case:
    expected = json.loads(path.read_text())
    return Case(
        kind=path.parts[-3],
        name=path.parts[-2],
        findings=tuple(Expected(**line) for line in expected["findings"]),
        good_for=tuple(expected.get("good_for", ())),
        against=expected.get("against"),
        public_url=expected.get("public_url"),
        forwarded=tuple(expected.get("forwarded", ())),
        line=expected.get("line"),
        what=tuple(expected["what"]) if "what" in expected else None,
    )
