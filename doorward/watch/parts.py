"""Parts: segments that are made when they first come (a client, a network, a provider, a browser), within one budget.

In: observations of the whole. Out: at most one Detection, of a part that fails where the whole still looks usual.
Bounded whatever comes: `slots` parts are watched at most, each with an equal part of the budget; a name must come
`_ADMITTED_AFTER` times before it has a slot, and takes the one of the quiet part that was fed least recently.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.watch.localisation import DIMENSIONS
from doorward.watch.plans import PartPlan, Seen, keys
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

Name = tuple[str, str]

_ADMITTED_AFTER = 5
_MOST_CANDIDATES = 4096
_KEPT = 512


@dataclass(slots=True)
class _Part:
    """A part that has a slot, and who came and did not fail since it last took them in."""

    segment: ShareSegment
    came: list[Seen] = field(default_factory=list)

    def take_in(self, key: Callable[[SignInEvent], str | None]) -> None:
        if self.came:
            self.segment.observe_each(self.came, keys(self.came, key))
            self.came = []


class Parts:
    """The parts of one plan in one component; `forgotten` counts those that had to make room."""

    def __init__(self, plan: PartPlan, whole: Identity, settings: WatchSettings) -> None:
        self.plan = plan
        self.forgotten = 0
        self._whole = whole
        self._settings = settings
        # Those that were fed least recently first.
        self._made: OrderedDict[Name, _Part] = OrderedDict()
        self._dimensions = tuple((name, DIMENSIONS[name]) for name in plan.dimensions or DIMENSIONS)
        self._candidates: OrderedDict[Name, int] = OrderedDict()

    @property
    def segments(self) -> tuple[ShareSegment, ...]:
        """Those that are watched now."""
        return tuple(part.segment for part in self._made.values())

    def feed(
        self, came: Sequence[Seen], failed: Sequence[bool | None], whole_is_detected: Callable[[], bool]
    ) -> list[Detection]:
        """Feed every part that an event belongs to. What the whole tells already, or another part, is not told;
        `whole_is_detected` is asked only where a part has something to tell: at an event that failed."""
        found: list[Detection] = []
        for seen, verdict in zip(came, failed, strict=True):
            if verdict:
                self._take_in()
                found += self._fail(seen, whole_is_detected)
            elif verdict is False:
                for part in self._parts_of(seen):
                    part.came.append(seen)
        self._take_in()
        return found

    def _take_in(self) -> None:
        for part in self._made.values():
            part.take_in(self.plan.key)

    def _fail(self, seen: Seen, whole_is_detected: Callable[[], bool]) -> list[Detection]:
        found: list[Detection] = []
        event, key = seen.event, self.plan.key(seen.event)
        for part in self._parts_of(seen):
            told = part.segment.observe(seen.at_s, key, True, event.reason, event, seen.since_s)
            if told is None:
                continue
            if found or whole_is_detected() or self._is_told_by_another(part):
                part.segment.recover()
            else:
                found.append(told)
        return found

    def _is_told_by_another(self, told: _Part) -> bool:
        return any(part.segment.is_detected for part in self._made.values() if part is not told)

    def _parts_of(self, seen: Seen) -> Iterator[_Part]:
        """The parts that the event belongs to, of those that have a slot."""
        for dimension, value_of in self._dimensions:
            value = value_of(seen.event)
            if value is None:
                continue
            name = dimension, value
            part = self._made.get(name)
            if part is not None:
                self._made.move_to_end(name)
            else:
                part = self._new(name)
            if part is not None:
                yield part

    def _new(self, name: Name) -> _Part | None:
        """The part of a name that has no slot; None unless it has come often and there is room for it."""
        if not self._is_admitted(name) or not self._has_room():
            return None
        identity = Identity(
            self._whole.signal,
            (*self._whole.labels, name),
            self._whole.budget / self.plan.slots,
            self._whole.per_min / self.plan.slots,
        )
        segment = ShareSegment(identity, self.plan.prior(self._settings), self._settings, most_kept=_KEPT)
        self._made[name] = made = _Part(segment)
        return made

    def _is_admitted(self, name: Name) -> bool:
        """Whether it came often enough; those who came least recently are forgotten first."""
        came = self._candidates.pop(name, 0) + 1
        if came >= _ADMITTED_AFTER:
            return True
        self._candidates[name] = came
        if len(self._candidates) > _MOST_CANDIDATES:
            self._candidates.popitem(last=False)
        return False

    def _has_room(self) -> bool:
        if len(self._made) < self.plan.slots:
            return True
        for name, part in self._made.items():
            part.take_in(self.plan.key)
            if not part.segment.is_suspicious:
                del self._made[name]
                self.forgotten += 1
                return True
        return False
