"""Findings that people have decided to live with for a while: each with a reason and a day on which that ends.

In: comments in the files themselves (`doorward: ignore RULE until 2027-01-31 - reason`, on the line or above it), and
`doorward-ignore.toml` for files that have no comments (by rule and pointer). Out: Suppressions, or a Problem for each
that lacks a part; then what they cover. A suppression that covers nothing, or whose day is past, is itself told of.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from doorward import toml_file
from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Flow, Where
from doorward.model.finding import Finding

SIDE_FILE = "doorward-ignore.toml"
_HOW = "write: doorward: ignore RULE until YYYY-MM-DD - reason"
_HOW_BESIDE = 'write: [[ignore]] with rule = "…", pointer = "…", until = YYYY-MM-DD, reason = "…"'

# The signs that begin a comment in TOML, YAML, INI, Python, nginx, JavaScript and XML.
_IGNORE = re.compile(r"(?:#|//|;|/\*|<!--)\s*doorward:\s*ignore\b(?P<rest>.*?)\s*(?:\*/|-->)?\s*$", re.IGNORECASE)
_PARTS = re.compile(
    r"^\s*(?P<rule>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)?"
    r"(?:\s+until\b\s*(?P<until>[0-9][\w.-]*+)?)?"
    r"(?:\s*[-–—:]+\s*(?P<reason>.*))?$"
)
_COMMENT_ONLY = re.compile(r"^\s*(?:#|//|;|/\*|\*|<!--)")
_KEYS = frozenset(("rule", "pointer", "path", "until", "reason"))


class State(StrEnum):
    """What became of a suppression in this check."""

    USED = "used"
    UNUSED = "unused"
    PAST = "past"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Suppression:
    """`until` is the last day on which it holds; `path`, `line` and `pointer` say where, None = anywhere."""

    rule: str
    until: date
    reason: str
    where: Where
    path: str | None = None
    line: int | None = None
    pointer: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of this finding."""
        place = finding.where
        return (
            finding.rule == self.rule
            and self._is_of(place.path)
            and self.line in (None, place.line)
            and self.pointer in (None, place.pointer)
        )

    def _is_of(self, path: str) -> bool:
        """A side file may name the end of a path; a comment speaks of its own file."""
        return self.path in (None, path) or (self.line is None and path.endswith(f"/{self.path}"))


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not shown, and why."""

    finding: Finding
    by: Suppression


@dataclass(frozen=True, slots=True)
class Applied:
    """What is left to show, what is not shown, and what became of each suppression."""

    shown: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    states: Mapping[Suppression, State]


def apply(
    found: Iterable[Finding], suppressions: Collection[Suppression], today: date, judged: Collection[str]
) -> Applied:
    """The findings without those that a suppression covers whose day has not passed.

    `judged` are the ids of the rules that could speak here; a suppression of any other is never called unused.
    """
    states = {one: _at_first(one, today, judged) for one in suppressions}
    shown: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in found:
        by = next((one for one in suppressions if one.covers(finding) and one.until >= today), None)
        if by is None:
            shown.append(finding)
        else:
            states[by] = State.USED
            suppressed.append(Suppressed(finding, by))
    return Applied(tuple(shown), tuple(suppressed), states)


def _at_first(one: Suppression, today: date, judged: Collection[str]) -> State:
    if one.until < today:
        return State.PAST
    return State.UNUSED if one.rule in judged else State.NOT_JUDGED


def facts(states: Mapping[Suppression, State]) -> tuple[Flow, ...]:
    """The suppressions as Facts, for the rules that look after them: rule, last day, state."""
    return tuple(Flow(one.where, "suppression", (one.rule, one.until.isoformat(), states[one])) for one in states)


def read(files: Mapping[str, Path], side_files: Mapping[str, Path], rules: Collection[str]) -> tuple[Suppression, ...]:
    """Every suppression in files and side files, each by the name that people know it by.

    A file that cannot be read as text holds none. Raises InputInvalid with the problems of all at once.
    """
    found: list[Suppression] = []
    problems: list[Problem] = []
    for name, path in files.items():
        for one in in_comments(name, _text(path), rules):
            _sort(one, found, problems)
    for name, path in side_files.items():
        for one in beside(name, path, rules):
            _sort(one, found, problems)
    if problems:
        raise InputInvalid(tuple(problems))
    return tuple(found)


def _sort(one: Suppression | Problem, found: list[Suppression], problems: list[Problem]) -> None:
    if isinstance(one, Problem):
        problems.append(one)
    else:
        found.append(one)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def in_comments(name: str, text: str, rules: Collection[str]) -> Iterator[Suppression | Problem]:
    """The suppressions in a file's comments; one on a line of its own speaks of the next line that is no comment."""
    if "doorward" not in text.lower():
        return  # an export of megabytes has no comments, and many lines
    waiting: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _IGNORE.search(line):
            waiting.append((number, match["rest"]))
        if line.strip() and not _COMMENT_ONLY.match(line):
            yield from (_comment(name, at, number, rest, rules) for at, rest in waiting)
            waiting = []
    yield from (_comment(name, at, 0, rest, rules) for at, rest in waiting)


def _comment(name: str, at: int, line: int, rest: str, rules: Collection[str]) -> Suppression | Problem:
    parts = _PARTS.match(rest)
    where = Where(name, at)
    if parts is None:
        return Problem("suppression.form", "the suppression cannot be read", str(where), _HOW)
    told = parts.groupdict()
    lacks = _lacks(told["rule"], told["until"], told["reason"], rules)
    if lacks:
        return Problem(lacks[0], lacks[1], str(where), lacks[2] or _HOW)
    until = _day(told["until"])
    assert until is not None
    return Suppression(str(told["rule"]).upper(), until, told["reason"].strip(), where, name, line)


def _lacks(rule: object, until: object, reason: object, rules: Collection[str]) -> tuple[str, str, str] | None:
    """Code, what, what to do, of the first thing that is wrong with a suppression."""
    if not isinstance(rule, str) or not rule:
        return "suppression.rule", "the suppression names no rule", ""
    if rule.upper() not in rules:
        near = difflib.get_close_matches(rule.upper(), sorted(rules), n=3)
        fix = f"did you mean {', '.join(near)}?" if near else "`doorward rules` lists every rule"
        return "suppression.rule", f"there is no rule {rule}", fix
    if until is None or until == "":
        return "suppression.until", f"the suppression of {rule} has no end", ""
    if _day(until) is None:
        return "suppression.until", f"the suppression of {rule} has an end that is no date", ""
    if not isinstance(reason, str) or not reason.strip():
        return "suppression.reason", f"the suppression of {rule} gives no reason", ""
    return None


def _day(until: object) -> date | None:
    """A day from TOML's own date or from text."""
    if isinstance(until, datetime):
        return until.date()
    if isinstance(until, date):
        return until
    try:
        return date.fromisoformat(until) if isinstance(until, str) else None
    except ValueError:
        return None


def beside(name: str, path: Path, rules: Collection[str]) -> Iterator[Suppression | Problem]:
    """The suppressions of a side file. Raises InputInvalid when it is no TOML."""
    document = toml_file.read(path)
    tables = document.data.get("ignore", [])
    for key in document.data.keys() - {"ignore"}:
        yield Problem("suppression.key", f"key {key} is not known", f"{name}:{document.line(key)}", _HOW_BESIDE)
    for number, table in enumerate(tables if isinstance(tables, list) else [tables]):
        line = document.line(f"ignore[{number}]")
        yield _table(Where(name, line), table if isinstance(table, dict) else {}, rules)


def _table(where: Where, table: Mapping[str, object], rules: Collection[str]) -> Suppression | Problem:
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        return Problem("suppression.key", f"key {unknown[0]} is not known", str(where), _HOW_BESIDE)
    lacks = _lacks(table.get("rule"), table.get("until"), table.get("reason"), rules)
    if lacks:
        return Problem(lacks[0], lacks[1], str(where), lacks[2] or _HOW_BESIDE)
    pointer, path = table.get("pointer"), table.get("path")
    if not isinstance(pointer, str) or not (path is None or isinstance(path, str)):
        return Problem("suppression.pointer", "the suppression names no pointer", str(where), _HOW_BESIDE)
    until = _day(table["until"])
    assert until is not None
    return Suppression(str(table["rule"]).upper(), until, str(table["reason"]).strip(), where, path, None, pointer)
