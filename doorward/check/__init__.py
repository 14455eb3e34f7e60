"""Before: does this configuration work, and what would this change do to people?

In: a Target, or an old and a new one. Out: Findings, worst first. Refuses to guess: what a configuration leaves unknown
is never a finding, no secret goes out but as a keyed digest, and no database is opened.
"""

from __future__ import annotations

from collections.abc import Iterable

from doorward.check import finding, registry
from doorward.check.finding import differences
from doorward.check.formats import FORMATS, render
from doorward.check.registry import explain, rules
from doorward.check.targets import parse_target
from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration
from doorward.model.finding import Finding, Severity
from doorward.systems import Target, system

__all__ = [
    "FAIL_ON",
    "FORMATS",
    "differences",
    "explain",
    "findings",
    "parse_target",
    "read",
    "read_all",
    "render",
    "rules",
    "worst_reaches",
]

FAIL_ON = (*(severity.value for severity in Severity), "never")


def read(target: Target) -> Configuration:
    """The target's configuration. Raises InputInvalid with every problem of a file that cannot be read."""
    return system(target.kind).reader()(target)


def read_all(targets: Iterable[Target]) -> tuple[Configuration, ...]:
    """Every target's configuration. Raises one InputInvalid with the problems of all that cannot be read."""
    found: list[Configuration] = []
    problems: list[Problem] = []
    for target in targets:
        try:
            found.append(read(target))
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(tuple(problems))
    return tuple(found)


def findings(new: Configuration, old: Configuration | None = None) -> tuple[Finding, ...]:
    """What all rules say of `new`, and of the step from `old` if it is given; worst first."""
    return finding.findings(registry.rules(), new, old)


def worst_reaches(found: tuple[Finding, ...], fail_on: str) -> bool:
    """Whether a finding is as bad as `fail_on` or worse; `never` is never reached."""
    if fail_on == "never":
        return False
    return any(one.severity.rank <= Severity(fail_on).rank for one in found)
