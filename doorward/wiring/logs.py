"""Follow every component's log, count what was read, and commit counts and cursors together.

On start the recent past is read again for memory and detectors, and not counted again: a kill loses no suspicion.
A line that does not parse and a log that cannot be read are told in `trouble`, and never stop the others.
"""

from __future__ import annotations

import contextlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path

from doorward.errors import InputInvalid, Problem, StoreUnavailable
from doorward.model.sign_in import SignInEvent
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import watching
from doorward.systems import system
from doorward.watch import Counting, Partial, buckets
from doorward.watch.follow import Parse, Parsed, parsed
from doorward.watch.sources.file import FileSource
from doorward.watch.sources.source import Source, Taken
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource
from doorward.wiring.log_options import log_options

POLL_BYTES = 8 * 1024 * 1024
# How much of the past a start reads again: what detectors need to be as suspicious as before.
PAST = timedelta(minutes=30)
PAST_BYTES = 64 * 1024 * 1024
# For how long a line that did not parse is told in the health.
TOLD_FOR = timedelta(minutes=10)


class Logs:
    """The logs of all components that name one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._components = tuple(table for table in settings.component if table.log or table.source.kind != "file")
        self._parsers = {component.name: _parser(settings, component) for component in self._components}
        self.spools = {
            component.name: Spool(settings.state / "spool" / component.name)
            for component in self._components
            if component.source.kind != "file"
        }
        self._unplaced: dict[str, FileSource] = {}
        self._sources = {component.name: self._source(component) for component in self._components}
        self.unparsed: Counter[str] = Counter()
        self.samples: dict[str, tuple[str, ...]] = {}
        self._unparsed_at: dict[str, datetime] = {}
        self._is_behind = False
        self._unreadable: dict[str, str] = {}
        self._uncommitted_cursors: dict[str, str] = {}
        self._uncommitted: dict[str, Partial] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Components with a log."""
        return tuple(self._sources)

    def _source(self, component: ComponentTable) -> Source:
        if component.name in self.spools:
            kept = watching.cursor(f"spool:{component.name}")
            return SpoolSource(component.name, self.spools[component.name], kept)
        path = self.path(component)
        stored = watching.cursor(str(path))
        source = FileSource(path, stored)
        if stored is None:
            self._unplaced[component.name] = source
        return source

    def path(self, component: ComponentTable) -> Path:
        """Where the component's log is, if it is a file."""
        assert component.log is not None
        return self._settings.place(component.log)

    def past(self, now: datetime) -> tuple[SignInEvent, ...]:
        """The events before the cursors, as far back as detectors need, in the order of their times. What stands after
        a cursor is left to `poll`, lest it weigh twice."""
        events: list[SignInEvent] = []
        for component in self._components:
            lines = self._sources[component.name].past(PAST_BYTES)
            events.extend(e for e in self._events(component, now - PAST, lines) if e.at <= now)
        return tuple(sorted(events, key=lambda event: event.at))

    def history(self, component: ComponentTable, since: datetime) -> tuple[SignInEvent, ...]:
        """The component's events since a time, read anew from its log and the one rotated before it."""
        source = self._sources.get(component.name)
        return tuple(self._events(component, since, source.history(PAST_BYTES))) if source else ()

    def _events(self, component: ComponentTable, since: datetime, lines: Iterable[bytes]) -> Iterator[SignInEvent]:
        parse = self._parsers[component.name]
        for line in lines:
            try:
                event = parse(line, component.name)
            except ValueError:
                continue
            if event is not None and event.at >= since:
                yield event

    def poll(self) -> tuple[SignInEvent, ...]:
        """What was written since the last poll, in the order of its times."""
        batches = self._batches()
        found = {name: parsed(batch.lines, self._parsers[name], name) for name, batch in batches.items()}
        # Within a log its own order stands, as in a replay: lines of several workers may be out of order.
        events = tuple(heapq.merge(*(told.events for told in found.values()), key=attrgetter("at")))
        for name, batch in batches.items():
            if batch.lines:
                self._uncommitted_cursors[name] = batch.cursor
        self._is_behind = any(batch.more for batch in batches.values())
        self._count(found)
        self._note_unparsed(found)
        return events

    def _batches(self) -> dict[str, Taken]:
        batches = {}
        self._unreadable = {}
        self._store_places()
        for name, source in self._sources.items():
            if name in self._unplaced:
                continue
            try:
                batches[name] = source.take(POLL_BYTES)
            except OSError as error:
                self._unreadable[name] = f"cannot be read: {error.strerror}"
        return batches

    def _store_places(self) -> None:
        """Where a log begins is stored before anything of it is read: what was read and not committed is then found
        again after a kill, also if the log turned. A log waits for that while the database is away."""
        if not self._unplaced:
            return
        places = {}
        for name, source in self._unplaced.items():
            try:
                places[name] = source.place()
            except OSError as error:
                self._unreadable[name] = f"cannot be read: {error.strerror}"
        with contextlib.suppress(StoreUnavailable):
            watching.commit({self._sources[name].key: place for name, place in places.items()}, ())
            for name in places:
                del self._unplaced[name]

    def _count(self, found: dict[str, Parsed]) -> None:
        """Counts, not events, wait for the database: a night without it must not fill the memory."""
        for name, told in found.items():
            if told.events and name not in self._uncommitted:
                self._uncommitted[name] = Partial(name, Counting(width_s=self._settings.watch.window_s))
            if told.events:
                self._uncommitted[name].add_events(told.events)

    @property
    def is_behind(self) -> bool:
        """Whether the last poll left lines unread."""
        return self._is_behind

    def commit(self) -> None:
        """Store the counts of what was polled and the cursors, both or neither. Raises StoreUnavailable; what was not
        stored stays to be committed by the next call."""
        if self._uncommitted_cursors:
            cursors = {self._sources[name].key: cursor for name, cursor in self._uncommitted_cursors.items()}
            watching.commit(cursors, chain.from_iterable(map(buckets, self._uncommitted.values())))
            stored, self._uncommitted_cursors, self._uncommitted = self._uncommitted_cursors, {}, {}
            for name, cursor in stored.items():
                self._sources[name].committed(cursor)

    def _note_unparsed(self, found: dict[str, Parsed]) -> None:
        for name, told in found.items():
            if told.unparsed:
                self.unparsed[name] += told.unparsed
                self.samples[name] = told.samples
                self._unparsed_at[name] = datetime.now(UTC)

    def trouble(self, now: datetime) -> str:
        """What people should know of lines that did not parse lately, with the shape of one and never its content;
        empty if there is nothing. Raises InputInvalid if a log cannot be read at all."""
        if self._unreadable:
            fix = "check path and rights; the other logs are followed"
            raise InputInvalid(
                tuple(
                    Problem("log.unreadable", f"the log of {name} {why}", "", fix)
                    for name, why in self._unreadable.items()
                )
            )
        told = [name for name, at in self._unparsed_at.items() if now - at <= TOLD_FOR]
        return "; ".join(
            f"{self.unparsed[name]} lines of the log of {name} did not parse (the last at "
            f"{self._unparsed_at[name]:%H:%M:%S} UTC), such as one of {self.samples[name][-1]}"
            for name in told
        )


def _parser(settings: Settings, component: ComponentTable) -> Parse:
    source = system(component.log_kind or component.kind)
    return source.parser(None if source.log is None else log_options(settings, component))
