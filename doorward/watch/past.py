"""Replay: logs of the past, read to their end, give the same detections as the live stream did.

In: paths of logs. Out: detections in order of time. A log's component is its file name up to the first dot.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain, islice
from operator import itemgetter
from pathlib import Path

from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.watch.follow import MOST_SAMPLES, Follower, Parse, Parsed, parsed
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher

_READ_BYTES = 1024 * 1024
_AT_ONCE = 4096


@dataclass(slots=True)
class Unparsed:
    """What a replay could not read: lines, and the shapes of a few."""

    lines: int = 0
    samples: tuple[str, ...] = ()


def component_of(path: Path) -> str:
    """The component that a log belongs to: `auth` for logs/auth.jsonl and for auth.jsonl.1."""
    return path.name.partition(".")[0]


def events_of(path: Path, parse: Parse, unparsed: Unparsed | None = None, component: str = "") -> Iterator[SignInEvent]:
    """The events of one file in its order, also of a .gz. Raises FileNotFoundError if there is none."""
    return chain.from_iterable(batches_of(path, parse, unparsed, component))


def batches_of(
    path: Path, parse: Parse, unparsed: Unparsed | None = None, component: str = ""
) -> Iterator[Sequence[SignInEvent]]:
    """The same, some thousands at once."""
    if not path.is_file():
        raise FileNotFoundError(path)
    name, told = component or component_of(path), unparsed or Unparsed()
    for found in _compressed(path, parse, name) if path.suffix == ".gz" else _plain(path, parse, name):
        told.lines += found.unparsed
        told.samples = (*told.samples, *found.samples)[:MOST_SAMPLES]
        if found.events:
            yield found.events


def _plain(path: Path, parse: Parse, component: str) -> Iterator[Parsed]:
    follower = Follower(path, component, parse)
    try:
        more = True
        while more:
            lines, more = follower.take(_READ_BYTES)
            yield parsed(lines, parse, component)
    finally:
        follower.close()


def _compressed(path: Path, parse: Parse, component: str) -> Iterator[Parsed]:
    with gzip.open(path, "rb") as file:
        while lines := file.readlines(_READ_BYTES):
            yield parsed((line.rstrip(b"\n") for line in lines), parse, component)


def merged(paths: Iterable[Path], parse: Parse, unparsed: Unparsed | None = None) -> Iterator[SignInEvent]:
    """The events of several logs by time; within a log its own order stands."""
    return chain.from_iterable(by_time([batches_of(path, parse, unparsed) for path in paths]))


@dataclass(slots=True)
class _Stream:
    """What was read of a log and not told yet; `times` are those by which it is merged, `latest` the last of them."""

    batches: Iterator[Sequence[SignInEvent]]
    events: Sequence[SignInEvent] = ()
    times: Sequence[datetime] = ()
    latest: datetime | None = None

    def read(self) -> bool:
        """Read on if all was told; False at the end."""
        if not self.events:
            self.events = next(self.batches, ())
            # An event that is late is told right after the one before it.
            times = (event.at for event in self.events)
            self.times = list(accumulate(times if self.latest is None else chain((self.latest,), times), max))
            self.times = self.times[len(self.times) - len(self.events) :]
            self.latest = self.times[-1] if self.times else self.latest
        return bool(self.events)

    def take(self, count: int) -> Iterator[tuple[datetime, SignInEvent]]:
        taken = zip(self.times[:count], self.events[:count], strict=True)
        self.times, self.events = self.times[count:], self.events[count:]
        return taken


def by_time(streams: Sequence[Iterator[Sequence[SignInEvent]]]) -> Iterator[Sequence[SignInEvent]]:
    """The events of several streams by time, some thousands at once; within a stream its own order stands, and of one
    moment the earlier stream comes first."""
    if len(streams) == 1:
        yield from streams[0]
        return
    open_streams = [stream for stream in map(_Stream, streams) if stream.read()]
    while open_streams:
        until, last = min((stream.times[-1], place) for place, stream in enumerate(open_streams))
        found: list[tuple[datetime, SignInEvent]] = []
        for place, stream in enumerate(open_streams):
            # What the others have of that very moment may not be all that they have of it.
            end = bisect_right(stream.times, until) if place <= last else bisect_left(stream.times, until)
            found += stream.take(end)
        found.sort(key=itemgetter(0))
        yield [event for _, event in found]
        open_streams = [stream for stream in open_streams if stream.read()]


def replay(
    paths: Iterable[Path], parse: Parse, settings: WatchSettings | None = None, unparsed: Unparsed | None = None
) -> tuple[Detection, ...]:
    """The detections that the live watch would have raised on these lines, in order of time."""
    named = tuple(paths)
    return replayed(merged(named, parse, unparsed), map(component_of, named), settings)


def replayed(
    events: Iterable[SignInEvent], components: Iterable[str], settings: WatchSettings | None = None
) -> tuple[Detection, ...]:
    """The same of events in the order of their times."""
    watcher = Watcher(settings or WatchSettings(), tuple(dict.fromkeys(components)))
    stream, last = iter(events), None
    while batch := tuple(islice(stream, _AT_ONCE)):
        watcher.feed(batch)
        last = max(event.at for event in batch) if last is None else max(last, *(event.at for event in batch))
    return watcher.advance(last) if last is not None else ()
