"""What a marauder makes up."""

from __future__ import annotations

from itertools import islice, pairwise

from bench.faults.fourth.marauder import _networks, made_up_key


def test_a_made_up_session_looks_like_one_of_djangos() -> None:
    key = made_up_key()
    assert len(key) == 32
    assert key.isalnum()
    assert key == key.lower()
    assert key != made_up_key()


def test_no_two_tries_in_a_row_come_from_one_network() -> None:
    networks = [source.rpartition(".")[0] for source in islice(_networks(), 300)]
    assert all(one != next_one for one, next_one in pairwise(networks))
