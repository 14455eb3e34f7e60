"""Parts: segments that are made when they first come (a client, a network, a provider, a browser), within one budget.

In: observations of the whole. Out: at most one Detection, of a part that fails where the whole still looks usual.
Bounded whatever comes: `slots` parts are watched at most, each with an equal part of the budget; a name must come
`_ADMITTED_AFTER` times before it has a slot, and takes the one of the quiet part that was fed least recently.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from doorward.model.detection import Detection
from doorward.watch.localisation import DIMENSIONS
from doorward.watch.plans import PartPlan, Seen
from doorward.watch.segment import Identity
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

Name = tuple[str, str]

_ADMITTED_AFTER = 5
_MOST_CANDIDATES = 4096
_KEPT = 512


class Parts:
    """The parts of one plan in one component; `forgotten` counts those that had to make room."""

    def __init__(self, plan: PartPlan, whole: Identity, settings: WatchSettings) -> None:
        self.plan = plan
        self.forgotten = 0
        self._whole = whole
        self._settings = settings
        self._made: OrderedDict[Name, ShareSegment] = OrderedDict()
        self._candidates: OrderedDict[Name, int] = OrderedDict()

    @property
    def segments(self) -> tuple[ShareSegment, ...]:
        """Those that are watched now."""
        return tuple(self._made.values())

    def observe(self, seen: Seen, failed: bool, whole_is_detected: Callable[[], bool]) -> Detection | None:
        """Feed every part that the event belongs to. What the whole tells already, or another part, is not told;
        `whole_is_detected` is asked only where a part has something to tell."""
        told: Detection | None = None
        for dimension in self.plan.dimensions or DIMENSIONS:
            value = DIMENSIONS[dimension](seen.event)
            segment = self._segment((dimension, value)) if value is not None else None
            if segment is None:
                continue
            event = seen.event
            found = segment.observe(seen.at_s, self.plan.key(event), failed, event.reason, event, seen.since_s)
            if found is None:
                continue
            if told is not None or whole_is_detected() or self._is_told_by_another(segment):
                segment.recover()
            else:
                told = found
        return told

    def _is_told_by_another(self, segment: ShareSegment) -> bool:
        return any(part.is_detected for part in self._made.values() if part is not segment)

    def _segment(self, name: Name) -> ShareSegment | None:
        """The part of that name; None as long as it has no slot."""
        segment = self._made.get(name)
        if segment is not None:
            self._made.move_to_end(name)
            return segment
        if not self._is_admitted(name) or not self._has_room():
            return None
        identity = Identity(
            self._whole.signal,
            (*self._whole.labels, name),
            self._whole.budget / self.plan.slots,
            self._whole.per_min / self.plan.slots,
        )
        made = ShareSegment(identity, self.plan.prior(self._settings), self._settings, most_kept=_KEPT)
        self._made[name] = made
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
        for name, segment in self._made.items():
            if not segment.is_suspicious:
                del self._made[name]
                self.forgotten += 1
                return True
        return False
