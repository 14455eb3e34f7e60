"""Living with a finding for a while: what is read from comments and side files, what it covers, what is told of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from doorward.check import service
from doorward.check.suppressions import State, Suppression, apply, in_comments, read
from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Where
from doorward.model.finding import Effect, Finding, Severity

RULES = frozenset(("COOKIE-01", "KEY-02"))
TODAY = date(2026, 11, 21)


def _finding(rule: str = "COOKIE-01", path: str = "a.toml", line: int = 2, pointer: str = "/a") -> Finding:
    effect = Effect("everyone", (), "at once", "is signed out")
    return Finding(rule, Severity.OUTAGE, effect, "told", "mend", Where(path, line, pointer), None, "f" * 16)


def _read(text: str, name: str = "a.toml") -> list[Suppression]:
    found = list(in_comments(name, text, RULES))
    assert all(isinstance(one, Suppression) for one in found), found
    return [one for one in found if isinstance(one, Suppression)]


@pytest.mark.parametrize(
    "text",
    [
        "x\ny = 1  # doorward: ignore COOKIE-01 until 2027-01-31 - by mail",
        "x\ny = 1 ; doorward: ignore cookie-01 until 2027-01-31 — by mail",
        "# doorward: ignore COOKIE-01 until 2027-01-31 - by mail\ny = 1",
        "// doorward: ignore COOKIE-01 until 2027-01-31 - by mail\n{",
        "<!-- doorward: ignore COOKIE-01 until 2027-01-31 - by mail -->\n<a/>",
        "/* doorward:ignore COOKIE-01 until 2027-01-31: by mail */\ny",
        "# doorward: ignore COOKIE-01 until 2027-01-31 - by mail\n# another comment\n\ny",
    ],
)
def test_a_comment_on_the_line_or_above_it_speaks_of_that_line(text: str) -> None:
    (one,) = _read(text)
    last = len(text.splitlines())
    assert (one.rule, one.until, one.reason, one.line) == ("COOKIE-01", date(2027, 1, 31), "by mail", last)
    assert one.covers(_finding(line=last))
    assert not one.covers(_finding(line=last + 1))
    assert not one.covers(_finding(rule="KEY-02", line=last))
    assert not one.covers(_finding(path="other/a.toml", line=last))


def test_two_comments_above_one_line_both_speak_of_it() -> None:
    text = "# doorward: ignore COOKIE-01 until 2027-01-31 - a\n# doorward: ignore KEY-02 until 2027-01-31 - b\ny"
    assert [one.line for one in _read(text)] == [3, 3]


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("", "suppression.rule"),
        ("until 2027-01-31 - why", "suppression.rule"),
        ("COOKIE-99 until 2027-01-31 - why", "suppression.rule"),
        ("COOKIE-01 - why", "suppression.until"),
        ("COOKIE-01 until tomorrow - why", "suppression.form"),
        ("COOKIE-01 until 2027-02-30 - why", "suppression.until"),
        ("COOKIE-01 until - why", "suppression.until"),
        ("COOKIE-01 until 2027-01-31", "suppression.reason"),
        ("COOKIE-01 until 2027-01-31 - ", "suppression.reason"),
        ("COOKIE-01 until 2027-01-31 because", "suppression.form"),
    ],
)
def test_a_comment_that_lacks_a_part_is_an_error_with_its_line(rest: str, code: str) -> None:
    (problem,) = in_comments("a.toml", f"x = 1\ny = 1 # doorward: ignore {rest}\n", RULES)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.where) == (code, "a.toml:2")


@pytest.mark.parametrize("text", ['x = "doorward: ignore nothing"', "doorward: ignored", "# doorward: ignores"])
def test_what_is_no_suppression_is_none(text: str) -> None:
    assert list(in_comments("a.toml", text, RULES)) == []


def _side(tmp_path: Path, text: str) -> tuple[Suppression, ...]:
    (tmp_path / "s.toml").write_text(text)
    return read({}, {"s.toml": tmp_path / "s.toml"}, RULES)


def test_a_side_file_speaks_of_rule_and_pointer(tmp_path: Path) -> None:
    (one,) = _side(tmp_path, '[[ignore]]\nrule = "KEY-02"\npointer = "/a"\nuntil = 2027-01-31\nreason = "soon"\n')
    assert one.covers(_finding("KEY-02", "any.json", 77, "/a"))
    assert not one.covers(_finding("KEY-02", "any.json", 77, "/b"))
    assert one.where == Where("s.toml", 1)


def test_a_side_file_may_name_the_file(tmp_path: Path) -> None:
    text = '[[ignore]]\nrule = "KEY-02"\npath = "r.json"\npointer = "/a"\nuntil = "2027-01-31"\nreason = "soon"\n'
    (one,) = _side(tmp_path, text)
    assert one.covers(_finding("KEY-02", "conf/r.json"))
    assert not one.covers(_finding("KEY-02", "conf/other-r.json"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[[ignore]]\npointer = "/a"\nuntil = 2027-01-31\nreason = "x"', "suppression.rule"),
        ('[[ignore]]\nrule = "KEY-02"\nuntil = 2027-01-31\nreason = "x"', "suppression.pointer"),
        ('[[ignore]]\nrule = "KEY-02"\npointer = "/a"\nreason = "x"', "suppression.until"),
        ('[[ignore]]\nrule = "KEY-02"\npointer = "/a"\nuntil = 2027-01-31', "suppression.reason"),
        ('[[ignore]]\nrule = "KEY-02"\npointer = 3\nuntil = 2027-01-31\nreason = "x"', "suppression.pointer"),
        ('[[ignore]]\nrule = "KEY-02"\nfor = "x"', "suppression.key"),
        ("[[ignored]]", "suppression.key"),
        ("ignore = [3]", "suppression.rule"),
        ("ignore = = 3", "toml.syntax"),
    ],
)
def test_a_side_file_that_lacks_a_part_is_an_error(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        _side(tmp_path, text)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("# doorward: ignore\n# doorward: ignore KEY-02\n")
    with pytest.raises(InputInvalid) as refused:
        read({"a.toml": tmp_path / "a.toml"}, {}, RULES)
    assert [problem.where for problem in refused.value.problems] == ["a.toml:1", "a.toml:2"]


@pytest.mark.parametrize(
    ("until", "line", "state", "shown"),
    [
        (date(2026, 11, 21), 2, State.USED, 0),
        (date(2026, 11, 20), 2, State.PAST, 1),
        (date(2026, 11, 22), 3, State.UNUSED, 1),
    ],
)
def test_it_holds_to_the_end_of_its_last_day(until: date, line: int, state: State, shown: int) -> None:
    one = Suppression("COOKIE-01", until, "why", Where("a.toml", line), "a.toml", line)
    applied = apply([_finding()], [one], TODAY, RULES)
    assert (applied.states[one], len(applied.shown), len(applied.suppressed)) == (state, shown, 1 - shown)


def test_one_of_a_rule_that_cannot_speak_here_is_not_called_unused() -> None:
    one = Suppression("COOKIE-01", date(2027, 1, 1), "why", Where("a.toml", 9), "a.toml", 9)
    applied = apply([], [one], TODAY, frozenset())
    assert applied.states[one] is State.NOT_JUDGED
    assert service.upkeep(dict(applied.states)) == ()


@pytest.mark.parametrize(
    ("state", "rule"), [(State.PAST, "IGNORE-01"), (State.UNUSED, "IGNORE-02"), (State.USED, None)]
)
def test_what_is_past_or_unused_is_a_finding_of_its_own(state: State, rule: str | None) -> None:
    one = Suppression("COOKIE-01", TODAY, "why", Where("a.toml", 9))
    found = service.upkeep({one: state})
    assert [(f.rule, f.where) for f in found] == ([(rule, Where("a.toml", 9))] if rule else [])
    assert all(f.severity in (Severity.LATENT, Severity.NOTE) for f in found)
