"""Text looked at eight bytes at once, as numbers: what outlines and forms share."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Eights = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EIGHT = 8
_U = np.uint64
# For each of eight bytes: 0 to 9 of a digit stay below 0x80, all other ASCII rises above it.
_ZEROS, _RISE, _HIGH = _U(0x3030303030303030), _U(0x7676767676767676), _U(0x8080808080808080)
_LOW, _ONE, _SEVEN = _U(0x7F7F7F7F7F7F7F7F), _U(1), _U(7)
_FIRST, _SECOND, _SIGN = _U(0xFF), _U(0x8000), _U(0x80)
# What a point is where a digit is its value.
_POINT, _POINTS = _U(0x1E), _U(0x1E1E1E1E1E1E1E1E)


@lru_cache(maxsize=32)
def masks(eights: int) -> Eights:
    """By as many bytes as are looked at, from none to all of so many eights."""
    sizes = range(EIGHT * eights + 1)
    made = b"".join(((1 << EIGHT * size) - 1).to_bytes(EIGHT * eights, "little") for size in sizes)
    return np.frombuffer(made, dtype="<u8").reshape(-1, eights)


def others(eights: Eights) -> Eights:
    """The highest bit of each byte that is no digit; of ASCII."""
    found: Eights = ((eights ^ _ZEROS) + _RISE) & _HIGH
    return found


def digits(eights: Eights) -> Places:
    """How many digits each begins with; -1 where all eight are digits."""
    found = others(eights)
    lowest = found & (~found + _ONE)
    # A power of two is exact as a float.
    return (np.frexp(lowest.astype(np.float64))[1] >> 3).astype(np.int64) - 1


def are_numbers(eights: Eights, sizes: Places) -> Flags:
    """Whether the first bytes, one to eight of ASCII, are a number as JSON writes it, without sign and exponent."""
    known = masks(1)[:, 0].take(sizes)
    # Of a digit its value; 0 also behind the number.
    values = (eights ^ _ZEROS) & known
    fits: Flags = ((values + _RISE) & _HIGH == 0) & (values & _FIRST != 0)
    doubtful = np.flatnonzero(~fits)
    if len(doubtful):
        fits[doubtful] = _are_fractions_or_zero(values[doubtful], sizes[doubtful])
    return fits


def _are_fractions_or_zero(values: Eights, sizes: Places) -> Flags:
    points = ~(((values ^ _POINTS) & _LOW) + _LOW) & _HIGH
    first_and_last = _SIGN << ((sizes - 1).astype(np.uint64) << _U(3)) | _SIGN
    fits: Flags = (points & (points - _ONE) == 0) & (points & first_and_last == 0)
    fits &= ((values ^ (points >> _SEVEN) * _POINT) + _RISE) & _HIGH == 0
    # No zero before other digits.
    fits &= (values & _FIRST != 0) | (sizes == 1) | (points & _SECOND != 0)
    return fits


def rows_with(flags: npt.NDArray[np.bool_ | np.uint64]) -> Places:
    """The rows in which anything is true, or not 0: some more than once."""
    found: Places = np.flatnonzero(flags) // flags.shape[1]
    return found
