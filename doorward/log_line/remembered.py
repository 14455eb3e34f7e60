"""What a tally remembers from line to line: hashes of names, windows of times, and whatever else repeats; bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from doorward.log_line.said import known
from doorward.log_line.tally import window_of

_K = TypeVar("_K")
_V = TypeVar("_V")
# Of each sort: some 10 MB.
MOST_REMEMBERED = 65536


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
