"""Follow every component's log, count what was read, and commit counts and cursors together.

On start the recent past is read again for memory and detectors, and not counted again: a kill loses no suspicion.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from doorward.model.sign_in import SignInEvent
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import watching
from doorward.systems import system
from doorward.watch import cursor as cursors
from doorward.watch import partial
from doorward.watch.follow import Batch, Follower, Parse

POLL_BYTES = 8 * 1024 * 1024
# How much of the past a start reads again: what detectors need to be as suspicious as before.
PAST = timedelta(minutes=30)
PAST_BYTES = 64 * 1024 * 1024


class Logs:
    """The logs of all components that name one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._components = tuple(component for component in settings.component if component.log)
        self._followers = {component.name: self._follower(component) for component in self._components}
        self.unparsed: Counter[str] = Counter()
        self.samples: dict[str, tuple[str, ...]] = {}
        self._uncommitted_cursors: dict[str, str] = {}
        self._uncommitted_events: list[SignInEvent] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Components with a log."""
        return tuple(self._followers)

    def _follower(self, component: ComponentTable) -> Follower:
        path = self.path(component)
        kept = watching.cursor(str(path))
        return Follower(path, component.name, self._parser(component), cursors.decode(kept) if kept else None)

    def path(self, component: ComponentTable) -> Path:
        """Where the component's log is."""
        assert component.log is not None
        return self._settings.place(component.log)

    @staticmethod
    def _parser(component: ComponentTable) -> Parse:
        return system(component.log_kind or component.kind).parser()

    def past(self, now: datetime) -> tuple[SignInEvent, ...]:
        """The events before the cursors, as far back as detectors need, in the order of their times."""
        events: list[SignInEvent] = []
        for component in self._components:
            limit = self._followers[component.name].cursor
            if limit is not None:
                events.extend(e for e in self.history(component, now - PAST) if e.at <= now)
        return tuple(sorted(events, key=lambda event: event.at))

    def history(self, component: ComponentTable, since: datetime) -> tuple[SignInEvent, ...]:
        """The component's events since a time, read anew from its log and the one rotated before it."""
        path, parse = self.path(component), self._parser(component)
        events: list[SignInEvent] = []
        for name in (path.with_name(path.name + ".1"), path):
            if not name.exists():
                continue
            with name.open("rb") as file:
                file.seek(max(0, name.stat().st_size - PAST_BYTES))
                for line in file:
                    try:
                        event = parse(line, component.name)
                    except ValueError:
                        continue
                    if event is not None and event.at >= since:
                        events.append(event)
        return tuple(events)

    def poll(self) -> tuple[SignInEvent, ...]:
        """What was written since the last poll, in the order of its times."""
        batches = {name: follower.poll(POLL_BYTES) for name, follower in self._followers.items()}
        events = sorted((event for batch in batches.values() for event in batch.events), key=lambda event: event.at)
        for name, batch in batches.items():
            if batch.lines:
                self._uncommitted_cursors[str(self._followers[name].path)] = batch.cursor.encode()
        self._uncommitted_events.extend(events)
        self._note_unparsed(batches)
        return tuple(events)

    def commit(self) -> None:
        """Store the counts of what was polled and the cursors, both or neither. Raises StoreUnavailable; what was not
        stored stays to be committed by the next call."""
        if self._uncommitted_cursors:
            watching.commit(self._uncommitted_cursors, partial(self._uncommitted_events, self._settings.watch.window_s))
            self._uncommitted_cursors, self._uncommitted_events = {}, []

    def _note_unparsed(self, batches: dict[str, Batch]) -> None:
        for name, batch in batches.items():
            if batch.unparsed:
                self.unparsed[name] += batch.unparsed
                self.samples[name] = batch.unparsed_samples
