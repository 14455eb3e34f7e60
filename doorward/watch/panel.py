"""A panel: share segments that look at every event of one kind, so that a person is looked up once for all of them.

Nearly everybody succeeds, and who succeeds does so in every segment. A success is only noted; the segments take in what
was noted when one of them fails, a stretch ends or somebody asks. What they come to is what each would have by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf

from doorward.model.detection import Detection
from doorward.model.sign_in import Outcome, Reason, SignInEvent
from doorward.watch.observation import Observation
from doorward.watch.people import Once
from doorward.watch.plans import Seen, SharePlan, keys
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

# More than this is taken in at once: a segment keeps no more.
_MOST_NOTED = 4096
_FAILURE = Outcome.FAILURE


class Panel:
    """Segments of `by_reason` plans with one key, in the order in which they were added."""

    def __init__(self, key: Callable[[SignInEvent], str | None], settings: WatchSettings) -> None:
        self.key = key
        self._block_s = settings.block_s
        self._once = Once(settings.person_s)
        self._plans: list[SharePlan] = []
        self._segments: list[ShareSegment] = []
        self._bits: dict[Reason, int] = {}
        self._noted: list[Seen] = []
        # How many of the noted each has taken in.
        self._taken: list[int] = []
        # Places of those that stand detected: what comes is theirs at once.
        self._standing: list[int] = []
        self._block_ends_s = -inf

    def add(self, plan: SharePlan, segment: ShareSegment) -> None:
        """One more segment."""
        self._plans.append(plan)
        self._segments.append(segment)
        self._taken.append(0)

    def feed(self, came: Sequence[Seen]) -> list[Detection]:
        """Events in their order; the detections that they bring."""
        found: list[Detection] = []
        start = 0
        for place in [place for place, seen in enumerate(came) if seen.event.outcome is _FAILURE]:
            self._succeed_each(came[start:place])
            found += self._observe(came[place], self._failing(came[place]))
            start = place + 1
        self._succeed_each(came[start:])
        return found

    def _observe(self, seen: Seen, failing: int) -> list[Detection]:
        event, at_s = seen.event, seen.at_s
        apart = self._apart(seen) if self._standing else 0
        key = self.key(event)
        is_new, counting = self._once.look(key, at_s, failing & ~apart)
        if not is_new and not counting:
            return []
        if at_s >= self._block_ends_s:
            self._turn(at_s)
        found = []
        for place in _places(counting):
            self._take_in(place)
            one = Observation(at_s, key, True, event.reason, 1, event, seen.since_s)
            if (detection := self._segments[place].admit(one)) is not None:
                found.append(detection)
                self._standing.append(place)
        if is_new:
            self._note(seen, failing | apart)
        if self._standing:
            self._follow()
        return found

    def _succeed_each(self, came: Sequence[Seen]) -> None:
        if any(self._segments[place].is_setting_aside for place in self._standing):
            for seen in came:
                self._observe(seen, 0)
            return
        for seen in self._once.new(came, keys(came, self.key)):
            if seen.at_s >= self._block_ends_s:
                self._turn(seen.at_s)
            self._noted.append(seen)
        if self._standing:
            self._follow()
        if len(self._noted) >= _MOST_NOTED:
            self.settle()

    def settle(self) -> None:
        """Every segment takes in what was noted: before anybody looks at them."""
        for place in range(len(self._segments)):
            self._take_in(place)
        self._noted = []
        self._taken = [0] * len(self._segments)

    def _failing(self, seen: Seen) -> int:
        """The places of those for which a failure of that reason is one of the bad kind."""
        reason = seen.event.reason
        if reason not in self._bits:
            self._bits[reason] = sum(1 << place for place, plan in enumerate(self._plans) if plan.failed(seen))
        return self._bits[reason]

    def _apart(self, seen: Seen) -> int:
        """Those that have set the event aside: it is of the attack or ripple that was told."""
        return sum(1 << place for place in set(self._standing) if self._segments[place].sets_aside(seen))

    def _note(self, seen: Seen, otherwise: int) -> None:
        """A success in all segments but those."""
        for place in _places(otherwise):
            self._take_in(place)
        self._noted.append(seen)
        for place in _places(otherwise):
            self._taken[place] += 1
        if len(self._noted) >= _MOST_NOTED:
            self.settle()

    def _take_in(self, place: int) -> None:
        taken = self._taken[place]
        if taken < len(self._noted):
            self._segments[place].succeed_each(self._noted[taken:] if taken else self._noted)
            self._taken[place] = len(self._noted)

    def _turn(self, at_s: float) -> None:
        self.settle()
        for segment in self._segments:
            segment.turn(at_s)
        self._block_ends_s = (at_s // self._block_s + 1) * self._block_s

    def _follow(self) -> None:
        for place in set(self._standing):
            self._take_in(place)
        self._standing = [place for place in set(self._standing) if self._segments[place].is_detected]


def _places(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    place = 0
    while bits:
        if bits & 1:
            yield place
        bits >>= 1
        place += 1
