"""Whence a prowler comes."""

from __future__ import annotations

from itertools import islice, pairwise

from bench.faults.third.prowler import _networks


def test_no_two_tries_in_a_row_come_from_one_network() -> None:
    networks = [source.rpartition(".")[0] for source in islice(_networks(), 300)]
    assert all(one != next_one for one, next_one in pairwise(networks))
