"""Lines come from a pipe as they are written, and what ends is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources import spool as spools
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.spooled import SpoolSource
from doorward.watch.sources.stdin import Stdin, StdinSpooled


class Pipe:
    """A pipe whose writer the test is."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def write(self, data: bytes) -> None:
        os.write(self.writing, data)

    def end(self) -> None:
        os.close(self.writing)
        self.writing = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    os.close(made.reading)
    if made.writing >= 0:
        made.end()


def test_whole_lines_are_taken_without_waiting(pipe: Pipe) -> None:
    stdin = Stdin(pipe.reading)
    assert stdin.take(100) == ([], False)
    pipe.write(b"one\ntw")
    assert stdin.take(100) == ([b"one"], False)
    pipe.write(b"o\nlast")
    assert stdin.take(5) == ([b"two"], True)
    pipe.end()
    assert stdin.take(100) == ([b"last"], False)
    assert stdin.is_ended


def test_a_line_that_is_too_long_is_told_once(pipe: Pipe) -> None:
    stdin = Stdin(pipe.reading)
    found: list[bytes | None] = []
    for _ in range(5):
        pipe.write(b"x" * 30_000)
        found += stdin.take(1 << 20)[0]
    pipe.write(b"\nnext\n")
    assert found + stdin.take(1 << 20)[0] == [None, b"next"]


def test_lines_are_stored_and_the_end_is_told(pipe: Pipe, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    source = StdinSpooled(spool, Stdin(pipe.reading))
    pipe.write(b"one\n\ntwo\n")
    assert source.step() == ""
    pipe.end()
    assert source.step() == "standard input ended: whoever wrote to it is gone"
    assert SpoolSource("a", spool).take(1 << 20).lines == (b"one", b"two")


def test_a_full_spool_keeps_what_was_read_until_there_is_room(
    pipe: Pipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    source = StdinSpooled(spool, Stdin(pipe.reading))
    pipe.write(b"one\n")
    with monkeypatch.context() as full:
        full.setattr(spools, "MOST_WAITING_BYTES", 1)
        for _ in range(2):
            with pytest.raises(SpoolFull):
                source.step()
    pipe.write(b"two\n")
    source.step()
    source.step()
    assert SpoolSource("a", spool).take(1 << 20).lines == (b"one", b"two")


def test_a_long_line_in_a_spool_is_told_as_such(pipe: Pipe, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    source = StdinSpooled(spool, Stdin(pipe.reading))
    for _ in range(3):
        pipe.write(b"x" * (LONGEST_LINE // 2))
        source.step()
    pipe.write(b"\nnext\n")
    source.step()
    assert SpoolSource("a", spool).take(1 << 20).lines == (None, b"next")
