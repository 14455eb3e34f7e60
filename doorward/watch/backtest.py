"""Backtest: what the watch would have told on the logs of the past, at one budget or at several in the same pass.

In: events in their logs' order, and WatchSettings. Out: for each of the settings a Replay: the detections, when and
why, and the span of the logs. Every one is a Watcher of its own, fed as `doorward run` feeds it, so that the answers
equal the live ones on the same lines. What no log tells, the results of Doorward's own probes, is not replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.uncollected import uncollected
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher

_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last event of all logs."""

    began: datetime
    ended: datetime

    @property
    def days(self) -> float:
        """Its length."""
        return (self.ended - self.began).total_seconds() / 86400


@dataclass(frozen=True, slots=True)
class Replay:
    """What was told at these settings; `span` None where the logs held no event."""

    settings: WatchSettings
    detections: tuple[Detection, ...]
    events: int
    span: Span | None


@uncollected()
def backtest(
    components: tuple[str, ...], events: Iterable[SignInEvent], settings: Sequence[WatchSettings]
) -> tuple[Replay, ...]:
    """One Replay for each of the settings, in their order."""
    watchers = [Watcher(one, components, windows=False) for one in settings]
    began = ended = None
    count = 0
    for batch in _batches(events):
        times = [event.at for event in batch]
        first, last = min(times), max(times)
        began, ended = first if began is None else min(began, first), last if ended is None else max(ended, last)
        count += len(batch)
        for watcher in watchers:
            watcher.feed(batch)
    span = None if began is None or ended is None else Span(began, ended)
    # Time is moved on once, at the end: a line with a clock of its own must not silence what the others say.
    return tuple(
        Replay(one, watcher.advance(span.ended) if span else (), count, span)
        for one, watcher in zip(settings, watchers, strict=True)
    )


def _batches(events: Iterable[SignInEvent]) -> Iterator[tuple[SignInEvent, ...]]:
    stream = iter(events)
    while batch := tuple(islice(stream, _BATCH)):
        yield batch
