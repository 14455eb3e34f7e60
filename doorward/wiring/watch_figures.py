"""Figures of the watch at one moment, for those who keep their dashboards elsewhere; bounded, safe for threads."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.detection import SegmentState
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason, SignInEvent
from doorward.watch import Watcher
from doorward.wiring.logs import Logs

EventKey = tuple[str, Kind, Outcome, Reason]


@dataclass(frozen=True, slots=True)
class LogFigures:
    """What a component's log gave; `last_at` None before its first event."""

    component: str
    last_at: datetime | None
    unparsed: int


@dataclass(frozen=True, slots=True)
class WatchFigures:
    """`windows`: of each component the last window that has ended, if there was an event in it; `is_behind`: lines that
    were written are not read yet; `forgotten`: parts that had to make room for others."""

    events: dict[EventKey, int]
    windows: tuple[Bucket, ...]
    segments: tuple[SegmentState, ...]
    logs: tuple[LogFigures, ...]
    is_behind: bool = False
    forgotten: int = 0


class EventCounts:
    """Events since the start, probes left out."""

    def __init__(self) -> None:
        self._counts: Counter[EventKey] = Counter()
        self._last_at: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def add(self, events: Iterable[SignInEvent]) -> None:
        """Count these as well."""
        with self._lock:
            for event in events:
                self._last_at[event.component] = max(event.at, self._last_at.get(event.component, event.at))
                if not event.probe:
                    self._counts[(event.component, event.kind, event.outcome, event.reason)] += 1

    def figures(self, watcher: Watcher, logs: Logs, now: datetime) -> WatchFigures:
        """Everything at this moment; the caller keeps others from feeding the watcher meanwhile."""
        with self._lock:
            counts, last_at = dict(self._counts), dict(self._last_at)
        windows = (_ended(watcher.series(name), now, watcher.settings.late_s) for name in logs.names)
        return WatchFigures(
            events=counts,
            windows=tuple(window for window in windows if window is not None),
            segments=watcher.states(),
            logs=tuple(LogFigures(name, last_at.get(name), logs.unparsed[name]) for name in logs.names),
            is_behind=logs.is_behind,
            forgotten=watcher.forgotten(),
        )


def _ended(series: tuple[Bucket, ...], now: datetime, late_s: float) -> Bucket | None:
    """The window before the present one; a log may lag by `late_s`."""
    for bucket in reversed(series):
        age_s = (now - bucket.opened_at - timedelta(seconds=late_s)).total_seconds()
        if bucket.width_s <= age_s:
            return bucket if age_s < 2 * bucket.width_s else None
    return None
