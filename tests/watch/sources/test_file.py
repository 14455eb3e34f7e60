"""A log file as a source: in one piece or line by line it tells the same, and each line once."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources.file import FileSource

LONG = b"y" * (LONGEST_LINE + 1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.lists(st.sampled_from((b"", b"one", b"x" * 40_000, b"z" * LONGEST_LINE, LONG, LONG * 3)), max_size=6),
        max_size=4,
    ),
    st.integers(1, 400_000),
    st.randoms(use_true_random=False),
)
def test_in_one_piece_it_tells_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, writes: list[list[bytes]], limit: int, chance: random.Random
) -> None:
    path = tmp_path_factory.mktemp("log") / "auth.jsonl"
    path.touch()
    one_by_one, whole = FileSource(path), FileSource(path)
    for lines in writes:
        with path.open("ab") as file:
            file.write(b"".join(line + chance.choice((b"\n", b"\n", b"")) for line in lines))
        more = True
        while more:
            taken, piece = one_by_one.take(limit), whole.take_whole(limit)
            assert piece.data == b"".join(line + b"\n" for line in taken.lines if line is not None)
            assert (piece.too_long, piece.cursor, piece.more) == (taken.lines.count(None), taken.cursor, taken.more)
            more = taken.more


def test_the_unfinished_last_line_of_a_renamed_log_is_a_line_of_the_piece(tmp_path: Path) -> None:
    path = tmp_path / "auth.jsonl"
    path.write_bytes(b"one\ntwo")
    source = FileSource(path)
    assert source.take_whole(1 << 20).data == b"one\n"
    path.rename(tmp_path / "auth.jsonl.1")
    path.write_bytes(b"three\n")
    # Nobody has written to it for long.
    os.utime(tmp_path / "auth.jsonl.1", (0, 0))
    assert source.take_whole(1 << 20).data == b"two\nthree\n"


def test_what_was_taken_and_not_stored_is_taken_again(tmp_path: Path) -> None:
    path = tmp_path / "auth.jsonl"
    path.write_bytes(b"one\n")
    first = FileSource(path).take_whole(1 << 20)
    with path.open("ab") as file:
        file.write(b"two\n")
    assert FileSource(path, first.cursor).take_whole(1 << 20).data == b"two\n"
