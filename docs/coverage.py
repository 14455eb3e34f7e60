"""Which misconfigurations of the catalogue does a rule tell? The rules and the reasons for the gaps in, a page out.

Rows and how each can be told come from the catalogue where it lies beside the repository, else from the page as it
stands: the page keeps the rows by id, and nothing else of the catalogue.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

from doorward import check

DOCS = Path(__file__).parent
PAGE = DOCS / "coverage.md"
GAPS = DOCS / "coverage-gaps.toml"
CATALOGUE = DOCS.parent.parent / "shared" / "catalogue.md"

_OF_CATALOGUE = re.compile(r"^\| ([A-Z]+-[A-Z]?\d+) \|(?:[^|]*\|){3}([^|]*)\|", re.MULTILINE)
_OF_PAGE = re.compile(r"^\| ([A-Z]+-[A-Z]?\d+) \| ([SCXP, ]*) \|", re.MULTILINE)
_INTRO = """# What the rules cover

Each row is one misconfiguration of the catalogue that this product grew from, by its id; `doorward explain ROW` shows
the rules that tell it. A row can be told from one file (S), from old and new (C), from another configuration beside it
(X), or by a live probe alone (P); the first is the cheapest.
"""
_UNSAID = "no rule yet"


def rows() -> dict[str, str]:
    """The letters of every row, by its id, in the catalogue's order."""
    if CATALOGUE.is_file():
        return {row: _letters(tell) for row, tell in _OF_CATALOGUE.findall(CATALOGUE.read_text())}
    return dict(_OF_PAGE.findall(PAGE.read_text())) if PAGE.is_file() else {}


def _letters(tell: str) -> str:
    """`S, C` of `C (old vs new) + S`: each letter that stands by itself, in the order of their cost."""
    bare = re.sub(r"\([^)]*\)", "", tell)
    return ", ".join(letter for letter in "SCXP" if re.search(rf"\b{letter}\b", bare))


def gaps() -> dict[str, str]:
    """Why a row has no rule, by the row's id."""
    listed = tomllib.loads(GAPS.read_text())["gap"]
    return {row: gap["reason"] for gap in listed for row in gap["rows"]}


def covered() -> dict[str, list[str]]:
    """The rules that tell a row, by the row's id."""
    found: dict[str, list[str]] = {}
    for rule in check.rules():
        for row in rule.catalogue:
            found.setdefault(row, []).append(rule.id)
    return found


def page() -> str:
    """The table: every row, and its rules or why there is none."""
    known, told, why = rows(), covered(), gaps()
    lines = [f"| {row} | {tell} | {_said(row, told, why)} |" for row, tell in known.items()]
    return "\n".join(
        [_INTRO, *_summary(known, told), "", "| row | told by | rules, or why none |", "|---|---|---|", *lines]
    )


def _said(row: str, told: dict[str, list[str]], why: dict[str, str]) -> str:
    return ", ".join(told[row]) if row in told else f"*none: {why.get(row, _UNSAID)}*"


def _summary(known: dict[str, str], told: dict[str, list[str]]) -> list[str]:
    """How many of each family have a rule."""
    every = Counter(row.partition("-")[0] for row in known)
    have = Counter(row.partition("-")[0] for row in known if row in told)
    total = f"{sum(have.values())} of {len(known)} rows have a rule"
    parts = ", ".join(f"{family} {have[family]} of {count}" for family, count in every.items())
    return [f"{total}: {parts}."]
