"""The lint of the escalation chain says by day what would fail at night."""

from __future__ import annotations

from pathlib import Path

from doorward.respond.chain import lint
from doorward.respond.channels import CONSOLE
from doorward.settings_tables import ChannelTable, LevelTable
from tests.respond.cases import CHAIN, channels


def level(name: str, *names: str, after_s: float = 300) -> LevelTable:
    """One level."""
    return LevelTable(name=name, channels=names, after_s=after_s)


def codes(chain: tuple[LevelTable, ...], tables: dict[str, ChannelTable]) -> list[str]:
    """The codes of the problems."""
    return [problem.code for problem in lint(chain, tables)]


def test_a_good_chain_has_no_problem(tmp_path: Path) -> None:
    assert lint(CHAIN, channels(tmp_path)) == ()


def test_an_empty_chain_is_said(tmp_path: Path) -> None:
    assert codes((), channels(tmp_path)) == ["respond.empty"]


def test_a_level_that_stands_twice_and_the_same_people_again_are_said(tmp_path: Path) -> None:
    found = codes((CHAIN[0], level("IT support", "mail"), CHAIN[2]), channels(tmp_path))
    assert found == ["respond.repeated", "respond.same-people"]


def test_a_level_that_only_reaches_the_console_is_said(tmp_path: Path) -> None:
    tables = channels(tmp_path) | {"console": CONSOLE}
    assert codes((CHAIN[0], level("Night", "console")), tables) == ["respond.console-only"]


def test_a_single_level_is_said(tmp_path: Path) -> None:
    assert codes(CHAIN[:1], channels(tmp_path)) == ["respond.one-level"]


def test_times_that_help_nobody_are_said(tmp_path: Path) -> None:
    tables = channels(tmp_path)
    assert codes((level("a", "mail", after_s=901), level("b", "phone")), tables) == ["respond.too-long"]
    assert codes((level("a", "mail", after_s=59), level("b", "phone")), tables) == ["respond.too-short"]
    slow = (level("a", "mail", after_s=900), level("b", "phone", after_s=900), level("c", "pager", after_s=1), CHAIN[2])
    assert codes(slow, tables) == ["respond.too-short", "respond.chain-too-long"]
    assert codes((level("a", "mail"), level("b", "phone", after_s=9999)), tables) == []


def test_channels_that_are_missing_unknown_or_incomplete_are_said(tmp_path: Path) -> None:
    tables = {
        "mail": ChannelTable(name="mail", kind="smtp", host="mx", username_file=Path("u")),
        "fax": ChannelTable(name="fax", kind="fax"),
        "file": ChannelTable(name="file", kind="file"),
    }
    problems = lint((level("a", "mail", "fax"), level("b", "gone", "file")), tables)
    assert [(problem.code, problem.what) for problem in problems] == [
        ("respond.incomplete", "sender is not set"),
        ("respond.incomplete", "to is not set"),
        ("respond.incomplete", "password_file is not set"),
        ("respond.kind", "kind 'fax' is not known"),
        ("respond.channel", "channel 'gone' does not exist"),
        ("respond.incomplete", "path is not set"),
    ]
    assert "console, file, smtp" in problems[3].fix
