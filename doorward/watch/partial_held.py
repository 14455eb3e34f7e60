"""The windows that a partial aggregate holds: the latest ones, and no more than memory allows.

Those that are counted in are open; if their segments are many they are sealed into bytes, and opened again for an event
that comes late. A window goes that has `most_windows` windows after it, or `most_rows` segments in those: how many
events were in it is told as late. What stays hangs only on what was counted, never on the cut or the order of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from doorward.watch.partial_people import People
from doorward.watch.partial_windows import Segment, Window

# About 1 KB each, 5 KB where hundreds of people are in each.
_MOST_OPEN = 16_384
# Each look at a window adds a segment at most, and one for all others.
_LOOKS = 2_048
# Verdict, client, events, sketch of the people.
Sealed = list[tuple[str, str | None, int, bytes]]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Sealed).decode


class Held:
    """Windows by their number; `late` counts the events of those that went."""

    def __init__(self, most_windows: int, most_rows: int) -> None:
        self._most_windows, self._most_rows = most_windows, most_rows
        self._open: dict[int, Window] = {}
        self._sealed: dict[int, bytes] = {}
        self._sealed_rows: dict[int, int] = {}
        self._before: int | None = None
        self._looks = 0
        self.late = 0

    def window(self, number: int) -> Window | None:
        """The window of that number to count in; None if it is earlier than those that are held."""
        window = self._open.get(number)
        if window is None:
            if self._before is not None and number < self._before:
                return None
            window = self._opened(number)
        self._looks += 1
        if self._looks >= _LOOKS or len(self) >= 2 * self._most_windows:
            self._settle(number)
            return self._open.get(number)
        return window

    def __len__(self) -> int:
        return len(self._open) + len(self._sealed)

    def _opened(self, number: int) -> Window:
        sealed = self._sealed.pop(number, None)
        window = self._open[number] = Window()
        if sealed is not None:
            del self._sealed_rows[number]
            for verdict, client, count, people in _decode(sealed):
                window.room((verdict, client), count).unite(people)
        return window

    def _settle(self, number: int) -> None:
        """Make room, but leave the window of that number open if it stays."""
        self._looks = 0
        rows = sum(len(window.counts) for window in self._open.values())
        if rows + sum(self._sealed_rows.values()) > 1.25 * self._most_rows or len(self) >= 2 * self._most_windows:
            self.forget()
        if rows > _MOST_OPEN:
            for other in [one for one in self._open if one != number]:
                self._seal(other)

    def _seal(self, number: int) -> None:
        sealed = rows(self._open.pop(number))
        self._sealed[number], self._sealed_rows[number] = _encode(sealed), len(sealed)

    def forget(self) -> None:
        """Let the oldest go: those with too many windows after them, or too many segments in the windows after them."""
        newer = 0
        for place, number in enumerate(sorted((*self._open, *self._sealed), reverse=True)):
            if place < self._most_windows and newer < self._most_rows:
                newer += self._rows(number)
                continue
            self._before = max(number + 1, self._before or number + 1)
            self.late += self._opened_or_open(number).total()
            del self._open[number]

    def _rows(self, number: int) -> int:
        window = self._open.get(number)
        return self._sealed_rows[number] if window is None else len(window.counts)

    def _opened_or_open(self, number: int) -> Window:
        return self._open.get(number) or self._opened(number)

    def sealed(self) -> Iterator[tuple[int, Sealed]]:
        """The windows with what is in them, oldest first."""
        self.forget()
        for number in sorted((*self._open, *self._sealed)):
            sealed = self._sealed.get(number)
            yield number, rows(self._open[number]) if sealed is None else _decode(sealed)

    def windows(self) -> Iterator[tuple[int, Window]]:
        """The same, opened."""
        self.forget()
        for number in sorted((*self._open, *self._sealed)):
            yield number, self._opened_or_open(number)


def rows(window: Window) -> Sealed:
    """What is in a window."""
    people: dict[Segment, People] = window.people
    return [
        (verdict, client, count, people[verdict, client].sketch()) for (verdict, client), count in window.counts.items()
    ]
