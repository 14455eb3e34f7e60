"""The collector rests for a moment, and only for that."""

from __future__ import annotations

import gc

import pytest

from doorward.uncollected import uncollected


def rest_and_fail() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ValueError("no line")


def test_the_collector_rests_and_goes_on_whatever_happens() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no line"):
        rest_and_fail()
    assert gc.isenabled()


def test_one_within_another_leaves_it_to_the_outer_one() -> None:
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
