"""YAML: values as the guarded systems read them, a line for every key, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.yaml_file import Duplicate, parse, read

TEXT = """\
---
common: &common
  domain: example.com
  life: 5m
session:
  cookies:
    - <<: *common
      life: 1h
    - domain: "other.example.com"
  secure: yes
number: 1_000
share: 0.5
code: 0123
quoted: '12'
nothing:
block: |
  key: not a key
flow: {a: 1, b: [x, y]}
again: *common
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("common", 2),
        ("session.cookies[0]", 7),
        ("session.cookies[0].domain", 3),
        ("session.cookies[0].life", 8),
        ("session.cookies[1].domain", 9),
        ("session.secure", 10),
        ("flow.b[1]", 18),
        ("again.life", 4),
        ("session.cookies[1].not.there", 9),
    ],
)
def test_a_pointer_has_the_line_where_its_text_stands(pointer: str, line: int) -> None:
    assert parse(TEXT, "x.yml").line(pointer) == line


def test_values_are_read_as_go_and_java_read_them() -> None:
    data = parse(TEXT, "x.yml").data
    assert isinstance(data, dict)
    assert data["session"] == {
        "cookies": [{"domain": "example.com", "life": "1h"}, {"domain": "other.example.com"}],
        "secure": "yes",
    }
    told = [data[key] for key in ("number", "share", "code", "quoted", "nothing", "block")]
    assert told == [1000, 0.5, "0123", "12", None, "key: not a key\n"]
    assert parse("a: !!str 5\nb: 10:30\nc: 2001-01-01\n", "x.yml").data == {"a": "5", "b": "10:30", "c": "2001-01-01"}


def test_of_several_merged_mappings_the_first_counts() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n"
    assert parse(text, "x.yml").data == {"a": {"x": 1}, "b": {"x": 2, "y": 2}, "c": {"x": 1, "y": 2}}


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    file = parse("a:\n  x: 1\n  y: 2\n  x: 3\n", "x.yml")
    assert file.duplicates == (Duplicate("a.x", 4, 2),)
    assert file.data == {"a": {"x": 3, "y": 2}}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    assert parse(text, "x.yml").data is None


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: 1\n\tb: 2\n", "x.yml:2:1", "indent with spaces, not with tabs"),
        ("a:\n  b: 1\n c: 2\n", "x.yml:3:2", "expected <block end>"),
        ("a: b: c\n", "x.yml:1:5", "quote a value that holds"),
        ("a: 'open\n", "x.yml:2:1", "close the quote"),
        ("a: [1, 2\nb: 3\n", "x.yml:2:2", "begins on line 1"),
        ("a: *none\n", "x.yml:1:4", "undefined alias"),
        ("a: 1\n---\nb: 2\n", "x.yml:2:1", "single document"),
        ("a: @x\n", "x.yml:1:4", "quote the value"),
        ("{{ a }}: 1\n", "x.yml:1:1", "no text"),
        ("a: &a [*a]\n", "x.yml:1:4", "contains itself"),
        ("<<: &x {<<: *x}\n", "x.yml:1:5", "contains itself"),
        ("a: &a 1\nb:\n  <<: *a\n", "x.yml:1:4", "merges what is no mapping"),
        ("a: \x07\n", "x.yml:1", "does not allow"),
    ],
)
def test_a_mistake_has_its_place_and_what_to_do(text: str, place: str, said: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        parse(text, "x.yml")
    assert refused.value.problems[0].where == place
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 3000,
        "x0: &x0 [1]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}]\n" for n in range(1, 2000)),
        "x0: &x0 [1, 1]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 40)),
    ],
)
def test_a_document_without_measure_is_refused(text: str) -> None:
    with pytest.raises(InputInvalid, match=r"yaml\.large"):
        parse(text, "x.yml")


@pytest.mark.parametrize("text", ["a: *canary7\n", "a: &canary7 1\nb: &canary7 [*canary8]\n", "a: 'canary7\n"])
def test_what_was_read_is_not_quoted(text: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        parse(text, "x.yml")
    assert "canary" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match=r"yaml\.unreadable"):
        read(tmp_path / "none.yml")
    bad = tmp_path / "bad.yml"
    bad.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InputInvalid) as refused:
        read(bad, "bad.yml")
    assert refused.value.problems[0].where == "bad.yml:2"
