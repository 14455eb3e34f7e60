"""Windows of the partial aggregate: counts of segments, and the people in them."""

from __future__ import annotations

from doorward.watch.partial_people import People

# "kind/outcome/reason" and client
Segment = tuple[str, str | None]


class Window:
    """The segments of one window, and once they are too many the rank of each that stays."""

    __slots__ = ("counts", "people", "ranks")

    def __init__(self) -> None:
        self.counts: dict[Segment, int] = {}
        self.people: dict[Segment, People] = {}
        self.ranks: list[tuple[int, Segment]] = []

    def total(self) -> int:
        """Events of all segments."""
        return sum(self.counts.values())

    def room(self, segment: Segment, count: int) -> People:
        """The people of a segment whose count rises."""
        known = self.counts.get(segment)
        if known is None:
            self.counts[segment] = count
            self.people[segment] = people = People()
            return people
        self.counts[segment] = known + count
        return self.people[segment]

    def move(self, segment: Segment, to: Segment) -> None:
        """Count a segment under another's name."""
        self.room(to, self.counts.pop(segment)).join(self.people.pop(segment))
