"""Arrivals: as many as were asked for, at the times of day when people come."""

from random import Random

import pytest

from school.traffic.arrivals import HIGHEST, Shape, busyness, next_arrival

DAY_S = 86_400


@pytest.mark.parametrize("shape", list(Shape))
def test_a_day_brings_as_many_as_the_rate_says(shape: Shape) -> None:
    chance, at_s, count = Random(5), 0.0, 0
    while (at_s := next_arrival(at_s, 5, lambda s: busyness(shape, s), chance)) < DAY_S:
        count += 1
    assert count == pytest.approx(5 * 1440, rel=0.05)


def test_mornings_are_busier_than_nights() -> None:
    assert busyness(Shape.SCHOOL_DAY, 8 * 3600) > 10 * busyness(Shape.SCHOOL_DAY, 3 * 3600) > 0


def test_no_moment_is_busier_than_the_highest() -> None:
    assert max(busyness(Shape.SCHOOL_DAY, second) for second in range(0, DAY_S, 60)) <= HIGHEST


def test_the_same_seed_brings_the_same_arrivals() -> None:
    times = [next_arrival(0, 60, lambda _: 1.0, Random(3)) for _ in range(2)]
    assert times[0] == times[1] > 0
