"""A cursor is stored as text and read back whole; anything else is refused."""

from __future__ import annotations

import pytest

from doorward.watch.cursor import Cursor, decode, fingerprint


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor("logs/auth.jsonl", 42, 1000, fingerprint(b"first line"), 10, skipping=True, seen=(("ab", 7),))
    assert decode(cursor.encode()) == cursor


@pytest.mark.parametrize("text", ["", "{}", '{"path": 1}', "nonsense"])
def test_what_is_no_cursor_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # msgspec words it
        decode(text)
