"""Follow every component's log, count what was read, and commit counts and cursors together.

On start the recent past is read again for memory and detectors, and not counted again: a kill loses no suspicion.
A line that does not parse and a log that cannot be read are told in `trouble`, and never stop the others.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.model.sign_in import Bucket, SignInEvent
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import watching
from doorward.systems import system
from doorward.watch import Cursor, partial
from doorward.watch import cursor as cursors
from doorward.watch.follow import Batch, Follower, Parse
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
        self._components = tuple(component for component in settings.component if component.log)
        self._parsers = {component.name: _parser(settings, component) for component in self._components}
        self._followers = {component.name: self._follower(component) for component in self._components}
        self.unparsed: Counter[str] = Counter()
        self.samples: dict[str, tuple[str, ...]] = {}
        self._unparsed_at: dict[str, datetime] = {}
        self._is_behind = False
        self._unreadable: dict[str, str] = {}
        self._uncommitted_cursors: dict[str, str] = {}
        self._uncommitted: dict[tuple[str, datetime], Bucket] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Components with a log."""
        return tuple(self._followers)

    def _follower(self, component: ComponentTable) -> Follower:
        path = self.path(component)
        kept = watching.cursor(str(path))
        return Follower(path, component.name, self._parsers[component.name], cursors.decode(kept) if kept else None)

    def path(self, component: ComponentTable) -> Path:
        """Where the component's log is."""
        assert component.log is not None
        return self._settings.place(component.log)

    def past(self, now: datetime) -> tuple[SignInEvent, ...]:
        """The events before the cursors, as far back as detectors need, in the order of their times. What stands after
        a cursor is left to `poll`, lest it weigh twice."""
        events: list[SignInEvent] = []
        for component in self._components:
            limit = self._followers[component.name].cursor
            if limit is not None:
                events.extend(e for e in self._read(component, now - PAST, limit) if e.at <= now)
        return tuple(sorted(events, key=lambda event: event.at))

    def history(self, component: ComponentTable, since: datetime) -> tuple[SignInEvent, ...]:
        """The component's events since a time, read anew from its log and the one rotated before it."""
        return tuple(self._read(component, since, None))

    def _read(self, component: ComponentTable, since: datetime, limit: Cursor | None) -> Iterator[SignInEvent]:
        path, parse = self.path(component), self._parsers[component.name]
        for name in (path.with_name(path.name + ".1"), path):
            for line in _lines(name, limit):
                try:
                    event = parse(line, component.name)
                except ValueError:
                    continue
                if event is not None and event.at >= since:
                    yield event
            if limit is not None and _inode(name) == limit.inode:
                return

    def poll(self) -> tuple[SignInEvent, ...]:
        """What was written since the last poll, in the order of its times."""
        batches = self._batches()
        events = sorted((event for batch in batches.values() for event in batch.events), key=lambda event: event.at)
        for name, batch in batches.items():
            if batch.lines:
                self._uncommitted_cursors[str(self._followers[name].path)] = batch.cursor.encode()
        self._is_behind = any(batch.more for batch in batches.values())
        self._count(events)
        self._note_unparsed(batches)
        return tuple(events)

    def _batches(self) -> dict[str, Batch]:
        batches = {}
        self._unreadable = {}
        for name, follower in list(self._followers.items()):
            before = follower.cursor
            try:
                batches[name] = follower.poll(POLL_BYTES)
            except OSError as error:
                self._unreadable[name] = f"cannot be read: {error.strerror}"
                # Part of the poll may have been read before it failed: it is read again.
                follower.close()
                self._followers[name] = Follower(follower.path, name, self._parsers[name], before)
        return batches

    def _count(self, events: Iterable[SignInEvent]) -> None:
        """Counts, not events, wait for the database: a night without it must not fill the memory."""
        for bucket in partial(events, self._settings.watch.window_s):
            known = self._uncommitted.setdefault((bucket.component, bucket.opened_at), bucket)
            if known is not bucket:
                for key, number in bucket.counts.items():
                    known.counts[key] = known.counts.get(key, 0) + number

    @property
    def is_behind(self) -> bool:
        """Whether the last poll left lines unread."""
        return self._is_behind

    def commit(self) -> None:
        """Store the counts of what was polled and the cursors, both or neither. Raises StoreUnavailable; what was not
        stored stays to be committed by the next call."""
        if self._uncommitted_cursors:
            watching.commit(self._uncommitted_cursors, self._uncommitted.values())
            self._uncommitted_cursors, self._uncommitted = {}, {}

    def _note_unparsed(self, batches: dict[str, Batch]) -> None:
        for name, batch in batches.items():
            if batch.unparsed:
                self.unparsed[name] += batch.unparsed
                self.samples[name] = batch.unparsed_samples
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


def _lines(path: Path, limit: Cursor | None) -> Iterator[bytes]:
    """The file's last lines; up to the cursor if it stands in this file, and none that began after it."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            end = limit.offset if limit is not None and os.fstat(file.fileno()).st_ino == limit.inode else size
            file.seek(max(0, min(end, size) - PAST_BYTES))
            at = file.tell()
            for line in file:
                at += len(line)
                if at > end:
                    return
                yield line
    except OSError:
        return


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
