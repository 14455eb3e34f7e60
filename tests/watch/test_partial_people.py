"""Sketches of people: united in any order they tell the same number; coupons are those that the sketch makes."""

from __future__ import annotations

import random

import datasketches
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.watch import partial_people
from doorward.watch.partial_people import COUPON_BYTES, LG_K, People, coupons, distinct


def _by_sketch(name: str) -> bytes:
    sketch = datasketches.hll_sketch(LG_K, datasketches.tgt_hll_type.HLL_8)
    sketch.update(name)
    made: bytes = sketch.serialize_compact()
    return made[-COUPON_BYTES:]


def _hashes(number: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.getrandbits(64):016x}" for _ in range(number)]


@pytest.mark.parametrize("number", [0, 1, 30, 33, 390, 5000])
@pytest.mark.parametrize("step", [1, 2, 7])
def test_parts_united_in_any_order_tell_the_same_number(number: int, step: int) -> None:
    names, whole, united, joined = _hashes(number), People(), People(), People()
    whole.add_coupons(coupons(names))
    for start in range(step):
        part = People()
        for name in names[start::step]:
            part.add(name)
        united.unite(part.sketch())
        joined.join(part)
    assert distinct(united.sketch()) == distinct(whole.sketch()) == joined.number() == pytest.approx(number, rel=0.04)


def test_a_name_that_comes_again_is_the_same_person() -> None:
    people, names = People(), _hashes(300)
    for _ in range(5):
        people.add_coupons(coupons(names))
        people.add(names[0])
    assert people.number() == 300


def test_nobody_is_not_counted_as_a_person() -> None:
    people = People()
    for name in (None, "", "a"):
        people.add(name)
    assert people.number() == distinct(people.sketch()) == 1


def test_people_tell_what_a_sketch_filled_name_by_name_tells() -> None:
    for number in (1, 7, 8, 9, 31, 383, 384, 385, 3000):
        sketch, people, names = (
            datasketches.hll_sketch(LG_K, datasketches.tgt_hll_type.HLL_8),
            People(),
            _hashes(number),
        )
        for name in names:
            sketch.update(name)
        people.add_coupons(coupons(names))
        assert distinct(people.sketch()) == distinct(sketch.serialize_compact())


@given(st.lists(st.one_of(st.text(min_size=1, max_size=20), st.integers(0, 2**64 - 1).map("{:016x}".format))))
def test_coupons_are_those_of_the_sketch(names: list[str]) -> None:
    assert coupons(names) == b"".join(map(_by_sketch, names))


def test_thousands_of_coupons_are_those_of_the_sketch() -> None:
    names = _hashes(4000)
    assert coupons(names) == b"".join(map(_by_sketch, names))


@pytest.mark.parametrize("word", [2**64 - 1, 2**63, 2**33 - 1, 2**32, 2**32 - 1, 2**31, 7, 1, 0])
def test_zeros_before_the_first_bit_are_counted_exactly(word: int) -> None:
    assert partial_people._zeros(np.array([word], dtype=np.uint64)).tolist() == [min(64 - word.bit_length(), 62)]
