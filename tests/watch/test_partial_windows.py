"""Windows of the partial aggregate: a segment that moves takes all along."""

from __future__ import annotations

from doorward.watch.partial_people import coupons, distinct
from doorward.watch.partial_windows import Window


def test_a_segment_that_moves_takes_its_people_along() -> None:
    window = Window()
    window.room(("x", "a"), 2).add_coupons(coupons(["p", "q"]))
    window.room(("x", "b"), 1).add("q")
    window.move(("x", "b"), ("x", "a"))
    assert window.counts == {("x", "a"): 3}
    assert distinct(window.people["x", "a"].sketch()) == 2
