"""What a tally remembers from line to line: hashes of names, windows of times, and whatever else repeats; bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from doorward.log_line.eights import Eights, Places
from doorward.log_line.outlines import Words
from doorward.log_line.said import known
from doorward.log_line.tally import window_of

_K = TypeVar("_K")
_V = TypeVar("_V")
# Of each sort: some 10 MB.
MOST_REMEMBERED = 65536
# As many places: 2 MB.
_PLACE_BITS = 16
_HALF = 8
_NONE = "\0" * 16
# Odd numbers that spread the bits of a name; two names in one place cost time, never a count.
_SPREAD_1, _SPREAD_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def room(held: dict[_K, _V]) -> dict[_K, _V]:
    """The same, with room for one more."""
    if len(held) >= MOST_REMEMBERED:
        held.clear()
    return held


class Names(dict[bytes | str, str | None]):
    """The keyed hashes of names; None for nobody and for those `left` to the parser."""

    def __init__(self, mark: Callable[[str], str], left: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._mark, self._left = mark, left

    def __missing__(self, text: bytes | str) -> str | None:
        name = known(text if isinstance(text, str) else text.decode("ascii"))
        mark = None if name is None else self._mark(name)
        if mark in self._left:
            mark = None
        room(self)[text] = mark
        return mark


class Marks:
    """The same for the names of a whole chunk: an array of names of up to 16 bytes and of their hashes, in which each
    name has one place, and the last that came there has it. The others are looked up one by one."""

    def __init__(self, names: Names) -> None:
        self._names = names
        # A name's two halves, and its hash's.
        self._held = np.zeros((1 << _PLACE_BITS, 4), dtype=np.uint64)

    def __call__(self, words: Words, starts: Places, ends: Places) -> Eights:
        """Two numbers for each name between these places, the bytes of its hash; 0 for None."""
        first, second = words.names(starts, ends)
        places = (first * _SPREAD_1 ^ second * _SPREAD_2) >> np.uint64(64 - _PLACE_BITS)
        held = self._held.take(places.view(np.int64), axis=0)
        is_held = (held[:, 0] == first) & (held[:, 1] == second)
        is_held &= ends - starts <= 2 * _HALF
        marks = held[:, 2:]
        others = np.flatnonzero(~is_held)
        if len(others):
            edges = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
            found = "".join([self._names[words.chunk[start:end]] or _NONE for start, end in edges])
            marks[others] = np.frombuffer(found.encode("ascii"), dtype="<u8").reshape(-1, 2)
            kept = others[(ends - starts)[others] <= 2 * _HALF]
            self._held[places[kept]] = np.column_stack((first[kept], second[kept], marks[kept]))
        return marks


class Numbers(dict[bytes, int | None]):
    """The numbers of the windows that times fall in; None for what is no time. `time` reads what `pattern` fits."""

    def __init__(self, pattern: re.Pattern[bytes], time: Callable[[str], float], width_s: float) -> None:
        super().__init__()
        self._pattern, self._time, self._width_s = pattern, time, width_s

    def __missing__(self, text: bytes) -> int | None:
        try:
            fits = self._pattern.fullmatch(text) is not None
            found = window_of(self._time(text.decode("ascii")), self._width_s) if fits else None
        except ValueError:
            found = None
        self[text] = found
        return found


class Agents(dict[bytes | str, bool]):
    """Whether a User-Agent is that of a probe."""

    def __init__(self, marks: tuple[str, ...]) -> None:
        super().__init__()
        self._marks = marks

    def __missing__(self, agent: bytes | str) -> bool:
        shown = agent if isinstance(agent, str) else agent.decode("utf-8", "replace")
        room(self)[agent] = found = any(mark in shown for mark in self._marks)
        return found
