"""What a marauder makes up."""

from __future__ import annotations

from bench.faults.fourth.marauder import made_up_key


def test_a_made_up_session_looks_like_one_of_djangos() -> None:
    key = made_up_key()
    assert len(key) == 32
    assert key.isalnum()
    assert key == key.lower()
    assert key != made_up_key()
