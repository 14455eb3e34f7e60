"""Every key has its line, and every mistake its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.toml_file import index, read

TEXT = '''\
title = "x"
[service]   # a comment
name = "School = portal"
"quoted key" = 1
[[component]]
name = "auth"
config = [
  "a = b",
  "c",
]
[component.reload]
signal = "HUP"
[[component]]
name = "portal"
text = """
name = "not a key"
"""
dotted.key = 2
'''


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("title", 1),
        ("service", 2),
        ("service.name", 3),
        ("service.quoted key", 4),
        ("component[0].name", 6),
        ("component[0].config", 7),
        ("component[0].reload.signal", 12),
        ("component[1].name", 14),
        ("component[1].text", 15),
        ("component[1].dotted.key", 18),
    ],
)
def test_a_key_stands_on_its_line(pointer: str, line: int) -> None:
    assert index(TEXT)[pointer] == line


def test_text_within_strings_and_arrays_is_no_key() -> None:
    assert not {"component[0].a", "component[1].not a key"} & set(index(TEXT))


def test_a_missing_key_is_placed_at_its_nearest_parent(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TEXT)
    assert read(path).line("component[1].address.host") == 13


def test_a_syntax_error_has_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\nb = = 2\n")
    with pytest.raises(InputInvalid) as raised:
        read(path)
    assert raised.value.problems[0].where == f"{path}:2:5"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputInvalid) as raised:
        read(path)
    assert raised.value.problems[0].code == "toml.unreadable"
