"""Replay: logs of the past, read to their end, give the same detections as the live stream did.

In: paths of logs. Out: detections in order of time. A log's component is its file name up to the first dot.
"""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.watch.follow import Follower, Parse
from doorward.watch.settings import WatchSettings
from doorward.watch.shape import shape
from doorward.watch.watcher import Watcher


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
    if not path.is_file():
        raise FileNotFoundError(path)
    if path.suffix == ".gz":
        yield from _compressed(path, parse, unparsed, component or component_of(path))
        return
    follower = Follower(path, component or component_of(path), parse)
    try:
        more = True
        while more:
            batch = follower.poll()
            more = batch.more
            if unparsed is not None:
                unparsed.lines += batch.unparsed
                unparsed.samples = (*unparsed.samples, *batch.unparsed_samples)[:5]
            yield from batch.events
    finally:
        follower.close()


def _compressed(path: Path, parse: Parse, unparsed: Unparsed | None, component: str) -> Iterator[SignInEvent]:
    with gzip.open(path, "rb") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                event = parse(line.rstrip(b"\n"), component)
            except ValueError:
                if unparsed is not None:
                    unparsed.lines += 1
                    unparsed.samples = (*unparsed.samples, shape(line))[:5]
                continue
            if event is not None:
                yield event


def merged(paths: Iterable[Path], parse: Parse, unparsed: Unparsed | None = None) -> Iterator[SignInEvent]:
    """The events of several logs by time; within a log its own order stands."""
    return heapq.merge(*(events_of(path, parse, unparsed) for path in paths), key=attrgetter("at"))


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
    last: SignInEvent | None = None
    for event in events:
        watcher.feed((event,))
        last = event if last is None or event.at >= last.at else last
    return watcher.advance(last.at) if last is not None else ()
