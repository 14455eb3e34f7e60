"""Standing findings that were there when people began to check, kept in a file so that only new ones are shown.

A finding of a change is never in a baseline, nor one whose setting the change touches: a baseline forgives the past.
An entry is known by fingerprint (rule and pointer) and file, never by line; it forgives as many findings as there were,
and none that has become worse.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from doorward.check.rule import Tell
from doorward.errors import InputInvalid, Problem
from doorward.model.finding import Finding, Severity

SCHEMA = "doorward.baseline/1"
_OWN_UPKEEP = "IGNORE-"
"""What is said of suppressions is for now, not for a baseline."""


class Entry(msgspec.Struct, frozen=True):
    """`count` findings of one rule at one place; rule and pointer stand there for people."""

    fingerprint: str
    path: str
    severity: Severity
    rule: str = ""
    pointer: str = ""
    count: int = 1


class Baseline(msgspec.Struct, frozen=True):
    """The file."""

    schema: str
    findings: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What is left to show, what the baseline forgives, and how many of its entries are mended."""

    shown: tuple[Finding, ...]
    forgiven: tuple[Finding, ...]
    mended: int


def is_standing(finding: Finding, tells: dict[str, Tell]) -> bool:
    """Whether it is said of a configuration as it stands, and no change has touched the place."""
    return (
        finding.change is None
        and tells.get(finding.rule) is not Tell.CHANGE
        and not finding.rule.startswith(_OWN_UPKEEP)
    )


def of(found: Iterable[Finding], tells: dict[str, Tell]) -> Baseline:
    """The baseline of the standing ones among the findings."""
    standing = [finding for finding in found if is_standing(finding, tells)]
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in standing:
        groups.setdefault(_key(finding), []).append(finding)
    entries = (_entry(key, group) for key, group in sorted(groups.items()))
    return Baseline(SCHEMA, tuple(entries))


def _entry(key: tuple[str, str], group: list[Finding]) -> Entry:
    worst = min(group, key=lambda finding: finding.severity.rank)
    return Entry(key[0], key[1], worst.severity, worst.rule, worst.where.pointer, len(group))


def compare(found: Collection[Finding], baseline: Baseline, tells: dict[str, Tell]) -> Compared:
    """The findings without those that the baseline forgives; where there are more than there were, all are shown."""
    known = {(entry.fingerprint, entry.path): entry for entry in baseline.findings}
    standing = [finding for finding in found if is_standing(finding, tells)]
    counts = Counter(_key(finding) for finding in standing)
    forgiven = tuple(finding for finding in standing if _forgives(known.get(_key(finding)), finding, counts))
    kept = {id(finding) for finding in forgiven}
    shown = tuple(finding for finding in found if id(finding) not in kept)
    return Compared(shown, forgiven, sum(key not in counts for key in known))


def _forgives(entry: Entry | None, finding: Finding, counts: Counter[tuple[str, str]]) -> bool:
    if entry is None or counts[_key(finding)] > entry.count:
        return False
    return finding.severity.rank >= entry.severity.rank


def _key(finding: Finding) -> tuple[str, str]:
    """Two files may hold the same pointer: the file is part of the key, as seen from where the check runs."""
    path = finding.where.path
    if os.path.isabs(path):
        inside = os.path.relpath(path)
        path = path if inside.startswith("..") else inside
    return finding.fingerprint, os.path.normpath(path).replace("\\", "/")


def read(path: Path) -> Baseline:
    """The file's baseline. Raises InputInvalid when it cannot be read or is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputInvalid((Problem("baseline.unreadable", what, str(path), "write one: --write-baseline"),)) from error
    try:
        found = msgspec.json.decode(content, type=Baseline)
    except msgspec.DecodeError as error:
        what = f"is no baseline: {error}"
        raise InputInvalid(
            (Problem("baseline.invalid", what, str(path), "write it again: --write-baseline"),)
        ) from error
    if found.schema != SCHEMA:
        raise InputInvalid((Problem("baseline.schema", f"is not {SCHEMA}", str(path), "write it again"),))
    return found


def write(path: Path, baseline: Baseline) -> None:
    """The file, one finding a line so that changes of it can be reviewed. Raises InputInvalid if it cannot be."""
    lines = ",\n".join("    " + msgspec.json.encode(entry).decode() for entry in baseline.findings)
    text = f'{{\n  "schema": "{baseline.schema}",\n  "findings": [\n{lines}\n  ]\n}}\n'
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise InputInvalid(
            (Problem("baseline.unwritable", what, str(path), "name a file in a folder that is there"),)
        ) from error
