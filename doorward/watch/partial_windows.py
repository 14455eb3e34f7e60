"""Windows of the partial aggregate: counts of segments, and sketches of the people in them.

A sketch is an Apache DataSketches HLL (HLL_8, lgK 12): a union of two is the sketch of both, and Spark reads the same
bytes.
"""

from __future__ import annotations

import datasketches

# Source: the errors of lgK 12 are 1.6 % (one standard deviation) in 4 KB.
LG_K = 12
_TYPE = datasketches.tgt_hll_type.HLL_8
# As many hashes take about the room of a sketch.
_FEW = 32

# "kind/outcome/reason" and client
Segment = tuple[str, str | None]


class People:
    """Distinct people: by their hashes while they are few, then by a sketch."""

    __slots__ = ("few", "sketch")

    def __init__(self) -> None:
        self.few: set[str | None] = set()
        self.sketch: datasketches.hll_sketch | None = None

    def add(self, people: set[str | None]) -> None:
        """These too; None is nobody."""
        if self.sketch is None and len(self.few) + len(people) <= _FEW:
            self.few |= people
            return
        if self.sketch is not None:
            self.few = people
        else:
            self.few |= people
        self.sketch = self.sketched()
        self.few = set()

    def sketched(self) -> datasketches.hll_sketch:
        """All of them as a sketch."""
        sketch = datasketches.hll_sketch(LG_K, _TYPE) if self.sketch is None else self.sketch
        update = sketch.update
        for person in self.few:
            if person is not None:
                update(person)
        return sketch

    def join(self, others: People) -> None:
        """Those of another segment too."""
        if others.sketch is not None:
            self.unite(others.sketch)
        if others.few:
            self.add(others.few)

    def number(self) -> int:
        """About how many they are; exact while they are few."""
        if self.sketch is None:
            return len(self.few - {None})
        return distinct(self.sketched().serialize_compact())

    def unite(self, others: datasketches.hll_sketch) -> None:
        """Those of a sketch too."""
        union = datasketches.hll_union(LG_K)
        union.update(self.sketched())
        union.update(others)
        self.sketch, self.few = union.get_result(_TYPE), set()


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
        self.room(to, self.counts.pop(segment)).unite(self.people.pop(segment).sketched())


def distinct(sketch: bytes) -> int:
    """About how many people a sketch has seen: within 2 % or so, exact below some hundreds.

    A sketch's own estimate depends also on the order in which it was filled; one united with itself forgets that.
    """
    union, read = datasketches.hll_union(LG_K), datasketches.hll_sketch.deserialize(sketch)
    union.update(read)
    union.update(read)
    estimate: float = union.get_estimate()
    return round(estimate)
