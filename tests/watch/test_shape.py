"""The shape of a line shows names and lengths, and never a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.watch.shape import shape


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            b'{"person": "erika", "status": 500, "who": null}',
            "47 bytes, JSON object: person=str(5) status=int who=NoneType",
        ),
        (b'{"erika@example.org": 1}', "24 bytes, JSON object: ?(17)=int"),
        (b"erika signed in", "15 bytes, not JSON"),
        (b'["erika"]', "9 bytes, JSON list"),
    ],
)
def test_a_line_is_shown_by_its_fields(line: bytes, expected: str) -> None:
    assert shape(line) == expected


@given(st.binary(max_size=200))
def test_any_bytes_have_a_shape(line: bytes) -> None:
    assert shape(line).startswith(f"{len(line)} bytes, ")


def test_a_line_nested_without_end_is_not_json() -> None:
    assert shape(b"[" * 50_000) == "50000 bytes, not JSON"


def test_many_fields_are_cut() -> None:
    line = b"{" + b",".join(b'"f%d": 1' % number for number in range(30)) + b"}"
    assert shape(line).endswith("f19=int and 10 more")
