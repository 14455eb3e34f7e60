"""Recent events in memory, for statistics, impact and diagnosis; bounded in time and number, safe for threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from doorward.model.sign_in import Kind, SignInEvent

KEEP = timedelta(minutes=45)
# About 300 bytes each: 60 MB at the most.
MOST_EVENTS = 200_000


class Memory:
    """The last events of all components, in the order in which they were read."""

    def __init__(self) -> None:
        self._events: deque[SignInEvent] = deque(maxlen=MOST_EVENTS)
        self._lock = threading.Lock()
        self._loaded: dict[str, str] = {}

    def add(self, events: Iterable[SignInEvent]) -> None:
        """Take further events in and forget those that are too old."""
        with self._lock:
            for event in events:
                self._events.append(event)
                if event.kind is Kind.CONFIGURATION and event.config:
                    self._loaded[event.component] = event.config
            while self._events and self._events[-1].at - self._events[0].at > KEEP:
                self._events.popleft()

    def since(self, at: datetime) -> tuple[SignInEvent, ...]:
        """Events from then on."""
        with self._lock:
            return tuple(event for event in self._events if event.at >= at)

    def reaches(self, at: datetime) -> bool:
        """Whether memory goes back to that time."""
        with self._lock:
            return bool(self._events) and self._events[0].at <= at

    def all(self) -> tuple[SignInEvent, ...]:
        """Every event that is remembered."""
        with self._lock:
            return tuple(self._events)

    def loaded(self, component: str) -> str | None:
        """The configuration digest that the component's log last said it runs with; None if it never said."""
        with self._lock:
            return self._loaded.get(component)
