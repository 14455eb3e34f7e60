"""What was already received: by sequence of a sender, by identity of a line, by position of whoever is asked.

In: marks in the order in which they were written. Out: which deliveries and lines are repeated. Bounded in number.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

# A sender is a name of at most 100 characters: 10,000 of them are about 2 MB.
MOST_SENDERS = 10_000
# 16 characters each: about 30 MB at worst, and an hour of 50 lines a second.
MOST_IDS = 200_000


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Written with the lines it belongs to. `position`: where a source that is asked goes on; `ids`: of these lines;
    `at`: when they came, in seconds since 1970."""

    at: float = 0.0
    sender: str = ""
    sequence: int | None = None
    position: str | None = None
    ids: tuple[str, ...] = ()


class Marks:
    """All marks together; identities are known for `window_s` seconds, and the last `MOST_IDS` of them."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._sequences: OrderedDict[str, int] = OrderedDict()
        self._ids: OrderedDict[str, float] = OrderedDict()
        self.position: str | None = None

    def add(self, mark: Mark) -> None:
        """Remember a mark."""
        if mark.position is not None:
            self.position = mark.position
        if mark.sequence is not None:
            self._sequences[mark.sender] = mark.sequence
            self._sequences.move_to_end(mark.sender)
            if len(self._sequences) > MOST_SENDERS:
                self._sequences.popitem(last=False)
        for name in mark.ids:
            self._ids[name] = mark.at
            self._ids.move_to_end(name)
        if mark.ids:
            self._forget(mark.at)

    def _forget(self, now: float) -> None:
        while self._ids and (len(self._ids) > MOST_IDS or next(iter(self._ids.values())) < now - self._window_s):
            self._ids.popitem(last=False)

    @property
    def forgotten_at(self) -> float:
        """When the oldest identity came that is known, if there is no room for more; else 0."""
        return next(iter(self._ids.values())) if len(self._ids) >= MOST_IDS else 0.0

    def is_repeated(self, sender: str, sequence: int) -> bool:
        """Whether the sender's sequence was already received, or one after it."""
        known = self._sequences.get(sender)
        return known is not None and sequence <= known

    def is_known(self, name: str, now: float) -> bool:
        """Whether a line of this identity was received within the window."""
        seen_at = self._ids.get(name)
        return seen_at is not None and seen_at >= now - self._window_s

    def all(self) -> Iterable[Mark]:
        """Marks that, added in order, give the same again."""
        if self.position is not None:
            yield Mark(position=self.position)
        for sender, sequence in self._sequences.items():
            yield Mark(sender=sender, sequence=sequence)
        together: list[str] = []
        since = 0.0
        for name, at in self._ids.items():
            if together and at != since:
                yield Mark(at=since, ids=tuple(together))
                together = []
            since = at
            together.append(name)
        if together:
            yield Mark(at=since, ids=tuple(together))
