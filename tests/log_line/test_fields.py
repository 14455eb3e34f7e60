"""Fields by paths, and logfmt."""

from __future__ import annotations

import pytest

from doorward.log_line.fields import dig, first, json_object, logfmt, text

LINE = {"a": {"b.c": 1, "d": [{"e": True}]}, "f.g": "x", "h": None, "i": ""}


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b.c", 1), ("a.d.0.e", True), ("f.g", "x"), ("a.d.1", None), ("a.d.x", None), ("h", None), ("z.z", None)],
)
def test_a_path_finds_nested_keys_keys_with_dots_and_places_in_lists(path: str, value: object) -> None:
    assert dig(LINE, path) == value


def test_a_value_is_text_as_json_writes_it_and_what_is_no_value_is_none() -> None:
    assert [text(LINE, path) for path in ("a.b.c", "a.d.0.e", "a", "h")] == ["1", "true", None, None]
    assert first(LINE, "h", "i", "f.g") == "x"


def test_logfmt_takes_quotes_and_escapes_off() -> None:
    assert logfmt(r'a=1 b="two \"words\" \\" c= d=x=y') == {"a": "1", "b": 'two "words" \\', "c": "", "d": "x=y"}


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b"\xff", b'{"a":' * 5000])
def test_what_is_no_object_is_a_value_error_that_does_not_repeat_it(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not a JSON object$"):
        json_object(line)
