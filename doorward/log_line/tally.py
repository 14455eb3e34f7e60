"""Tally: what a chunk of lines comes to, without an event for each line: for batches, clusters and busy live logs.

In: bytes of whole lines and the width of a window. Out: who was counted under which key, and lines left to the parser.

A kind may have a tally of its own; it must come to what its parser comes to (test: both are compared on every log we
have and on damaged ones). Where it is not certain, it leaves the line to the parser.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import floor

import numpy as np

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

# (number of the window since 1970, "kind/outcome/reason", client)
Key = tuple[int, str, str | None]
# A chunk of lines, each ended by a newline, and the width of a window in seconds.
Tally = Callable[[bytes, float], "Tallied"]

# An enum's member is hashed by slow means, its text is not.
_WORDS = {
    f"{kind}/{outcome}/{reason}": (kind, outcome, reason) for kind in Kind for outcome in Outcome for reason in Reason
}
NEWLINE = ord("\n")
# Of a keyed hash.
MARK_BYTES = 16


@dataclass(slots=True)
class Tallied:
    """`counts`: events under each key; `people`, by the same keys in the same order: who they were (keyed hashes), some
    of them again and again, None among them for nobody known; `marks`: more of them under some keys, `MARK_BYTES` each,
    one behind the other. `silent` lines say nothing of sign-in, `rest` are left to the parser."""

    counts: dict[Key, int] = field(default_factory=dict)
    people: dict[Key, list[str | None]] = field(default_factory=dict)
    marks: dict[Key, bytes] = field(default_factory=dict)
    probes: int = 0
    silent: int = 0
    rest: list[bytes] = field(default_factory=list)

    def add(self, key: Key, count: int, people: Iterable[str | None]) -> None:
        """So many events more, by these."""
        if key in self.counts:
            self.counts[key] += count
            self.people[key].extend(people)
        else:
            self.counts[key], self.people[key] = count, list(people)

    def add_marks(self, key: Key, count: int, marks: bytes) -> None:
        """So many events more, by these."""
        self.add(key, count, ())
        self.marks[key] = self.marks.get(key, b"") + marks


def marks_of(people: Iterable[str | None]) -> bytes | None:
    """Their keyed hashes one behind the other; None if one of them is no hash."""
    known = list(filter(None, people))
    if not set(map(len, known)) <= {MARK_BYTES}:
        return None
    text = "".join(known)
    return text.encode("ascii") if text.isascii() else None


def words(kind: Kind, outcome: Outcome, reason: Reason) -> str:
    """The verdict as one text."""
    return f"{kind}/{outcome}/{reason}"


def verdict(text: str) -> tuple[Kind, Outcome, Reason]:
    """The verdict back from its text. Raises KeyError for what is none."""
    return _WORDS[text]


def who(event: SignInEvent) -> str | None:
    """Who counts once: the person, else the session, else the network; None if the line tells none of them."""
    return event.person or event.session or event.source


def window_of(at_s: float, width_s: float) -> int:
    """The number of the window that holds a time."""
    return floor(at_s / width_s)


def lines_in(chunk: bytes) -> int:
    """How many newlines; four times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == NEWLINE))


def runs(times: list[datetime], width_s: float) -> Iterator[tuple[int, int, int]]:
    """Stretches of times that fall in one window: its number, and where the stretch begins and ends.

    Times in order are asked for by halving; others one by one.
    """
    is_ordered = times == sorted(times)
    start, number = 0, len(times)
    while start < number:
        window = _window_at(times[start], width_s)
        if is_ordered:
            end = bisect_right(times, window, start, key=lambda at: _window_at(at, width_s))
        else:
            end = start + 1
            while end < number and _window_at(times[end], width_s) == window:
                end += 1
        yield window, start, end
        start = end


def _window_at(at: datetime, width_s: float) -> int:
    return window_of(at.timestamp(), width_s)
