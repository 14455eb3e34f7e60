"""Eight bytes at once tell what one by one would."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorward.log_line.eights import Eights, are_numbers, digits, masks, others, rows_with

_TEXT = st.text("0123456789.-e,}/+\x7f a", min_size=1, max_size=8)


def _eights(texts: list[str]) -> Eights:
    """Behind each text stands what is no matter."""
    return np.frombuffer("".join(text.ljust(8, "7") for text in texts).encode(), "<u8")


@given(st.lists(_TEXT, min_size=1, max_size=20))
def test_numbers_are_what_an_expression_takes_for_one(texts: list[str]) -> None:
    found = are_numbers(_eights(texts), np.array([len(text) for text in texts]))
    assert found.tolist() == [re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", text) is not None for text in texts]


@given(st.lists(_TEXT, min_size=1, max_size=20))
def test_digits_are_counted_to_the_first_other_sign(texts: list[str]) -> None:
    found = digits(_eights([text.ljust(8, "x") for text in texts])).tolist()
    expected = [len(re.match(r"\d*", text)[0]) for text in texts]  # type: ignore[index]
    assert found == [-1 if size == 8 else size for size in expected]


def test_other_signs_are_told_by_their_highest_bit() -> None:
    found = others(_eights(["0/:9x\x00 0"])).tobytes()
    assert found == b"\x00\x80\x80\x00\x80\x80\x80\x00"


def test_masks_keep_as_many_bytes_as_are_asked_for() -> None:
    assert [row.tobytes().count(b"\xff") for row in masks(3)] == list(range(25))
    assert all(row.tobytes().rstrip(b"\0").count(b"\0") == 0 for row in masks(3))


def test_rows_are_those_with_anything_in_them() -> None:
    assert set(rows_with(np.array([[0, 0], [1, 2], [0, 3]], dtype=np.uint64)).tolist()) == {1, 2}
