"""When people come to sign in: a Poisson process whose rate follows the shape of a day. Pure.

Source for the thinning: Lewis & Shedler 1979.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from random import Random

_DAY_S = 86_400.0
_HOUR_S = 3_600.0
# (hour of the peak, its width in hours, its weight): before lessons, the break after noon, homework in the evening.
_PEAKS = ((8.0, 0.8, 1.0), (12.5, 1.2, 0.45), (18.5, 2.2, 0.7))
_NIGHT = 0.03  # of the highest peak: somebody is always awake


class Shape(StrEnum):
    FLAT = "flat"
    SCHOOL_DAY = "school-day"


def busyness(shape: Shape, second_of_day: float) -> float:
    """How busy it is, relative to the mean of the whole day, which is 1."""
    return 1.0 if shape is Shape.FLAT else _raw(second_of_day) / _MEAN


def next_arrival(now_s: float, per_min: float, busyness_at: Callable[[float], float], chance: Random) -> float:
    """Time of the next arrival after `now_s`, in the same seconds; the rate is `per_min` times the busyness."""
    highest = per_min / 60 * HIGHEST
    at_s = now_s
    while True:
        at_s += chance.expovariate(highest)
        if chance.random() * HIGHEST <= busyness_at(at_s):
            return at_s


def _raw(second_of_day: float) -> float:
    hour = second_of_day % _DAY_S / _HOUR_S
    return _NIGHT + sum(weight * math.exp(-(((hour - at) / width) ** 2)) for at, width, weight in _PEAKS)


_QUARTERS = [_raw(quarter * _DAY_S / 96) for quarter in range(96)]
_MEAN = sum(_QUARTERS) / len(_QUARTERS)
HIGHEST = max(_QUARTERS) / _MEAN * 1.01  # a peak between two quarters of an hour is at most this high
