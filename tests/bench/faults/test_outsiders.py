"""Whence those who attack come, and how they keep on coming."""

from __future__ import annotations

from itertools import islice, pairwise, repeat

from bench.faults.outsiders import keep_trying, networks


def test_no_two_tries_in_a_row_come_from_one_network() -> None:
    found = [source.rpartition(".")[0] for source in islice(networks(80, 17), 300)]
    assert all(one != next_one for one, next_one in pairwise(found))


def test_an_attempt_that_fails_keeps_nobody_from_the_next() -> None:
    tried: list[int] = []

    def attempt() -> None:
        tried.append(1)
        raise OSError

    keep_trying(repeat(attempt), per_s=200, seconds=0.1, at_once=1)
    assert len(tried) > 1
