"""Where a raider comes from."""

from __future__ import annotations

from itertools import islice, pairwise

from bench.faults.second.raider import _sources


def test_no_two_tries_in_a_row_come_from_one_network() -> None:
    networks = [source.rpartition(".")[0] for source in islice(_sources(), 200)]
    assert all(one != next_one for one, next_one in pairwise(networks))
