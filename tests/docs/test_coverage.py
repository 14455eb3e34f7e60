"""The table of what the rules cover: every row is in it, with its rules or the reason why there is none."""

from __future__ import annotations

import pytest

from docs import coverage
from doorward import check


def test_every_row_has_a_rule_or_a_reason() -> None:
    told, why = coverage.covered(), coverage.gaps()
    assert [row for row in coverage.rows() if row not in told and not why.get(row)] == []


def test_rules_and_reasons_name_only_rows_that_there_are() -> None:
    known = coverage.rows()
    assert [f"{rule.id}: {row}" for rule in check.rules() for row in rule.catalogue if row not in known] == []
    assert [row for row in coverage.gaps() if row not in known] == []


def test_the_page_alone_gives_the_rows_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = coverage.page()
    known = coverage.rows()
    monkeypatch.setattr(coverage, "CATALOGUE", coverage.DOCS / "no-such-file.md")
    assert coverage.rows() == known
    assert coverage.page() == drawn


def test_the_letters_are_read_out_of_the_words_around_them() -> None:
    text = "| XX-01 | key | wrong | who | C (old vs new) + X ; P: /.well-known | says | K |\n"
    found = coverage._OF_CATALOGUE.findall(text)
    assert [(row, coverage._letters(tell)) for row, tell in found] == [("XX-01", "C, X, P")]
