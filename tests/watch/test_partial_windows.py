"""Sketches of people: united in any order they tell the same number."""

from __future__ import annotations

import pytest

from doorward.watch.partial_windows import People, Window, distinct


def _sketch(people: People) -> bytes:
    made: bytes = people.sketched().serialize_compact()
    return made


@pytest.mark.parametrize("number", [0, 1, 30, 33, 390, 5000])
def test_parts_united_in_any_order_tell_the_same_number(number: int) -> None:
    names = {f"{n:016x}" for n in range(number)}
    whole = People()
    whole.add({*names})
    for step in (1, 2, 7):
        united = People()
        for start in range(step):
            part = People()
            part.add({name for n, name in enumerate(sorted(names)) if n % step == start})
            united.unite(part.sketched())
        assert distinct(_sketch(united)) == distinct(_sketch(whole)) == pytest.approx(number, rel=0.04)


def test_nobody_is_not_counted_as_a_person() -> None:
    people = People()
    people.add({None, "a"})
    assert distinct(_sketch(people)) == 1


def test_a_segment_that_moves_takes_its_people_along() -> None:
    window = Window()
    window.room(("x", "a"), 2).add({"p", "q"})
    window.room(("x", "b"), 1).add({"q"})
    window.move(("x", "b"), ("x", "a"))
    assert window.counts == {("x", "a"): 3}
    assert distinct(_sketch(window.people["x", "a"])) == 2
