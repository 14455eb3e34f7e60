"""Files are cut between lines, and counted the same by one process and by several."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.log_line import LogOptions
from doorward.watch import partial_files
from doorward.watch.partial_counts import Counting
from doorward.watch.partial_files import Piece, chunks, counted, pieces
from tests.watch.test_partial_counts import COUNTING, _log, _shown


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=5), max_size=12), st.integers(1, 6))
def test_every_line_is_in_one_piece(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], number: int) -> None:
    content = b"\n".join(lines)
    path = tmp_path_factory.mktemp("cut") / "a.log"
    path.write_bytes(content)
    edges = [len(content) * part // number for part in range(number + 1)]
    read = [b"".join(chunks(Piece(path, start, end))) for start, end in itertools.pairwise(edges)]
    assert b"".join(read) == content
    held = [part for part in read if part]
    assert all(part.endswith(b"\n") for part in held[:-1])


def test_pieces_and_processes_change_no_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partial_files, "LEAST_PIECE_BYTES", 1000)
    path, other = tmp_path / "auth.jsonl", tmp_path / "portal.jsonl.gz"
    path.write_bytes(b"".join(_log(1)))
    other.write_bytes(gzip.compress(b"".join(_log(2))))
    assert len(pieces([path, other], 4)) > 4
    alone, together = (_shown(counted([path, other], COUNTING, processes)) for processes in (1, 2))
    assert alone == together
    assert {row[0] for row in alone} == {"auth", "portal"}


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        counted([tmp_path / "none"], Counting("school", LogOptions()))
