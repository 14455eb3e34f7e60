"""Server-sent events: pages learn within about a second that something changed, and fetch themselves anew.

In: the store, looked at once a second for all streams together. Out: `incident` when the log grew, `status` when
counts, probes or health changed, and a heartbeat comment. A stream carries no content, so it can leak none.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from doorward.errors import DoorwardError
from doorward.store import log, watching
from doorward.store.connection import release
from doorward.web import ports

POLL_S = 1.0
HEARTBEAT_S = 15.0
# Counts change with every sign-in; a page need not be fetched for each.
STATUS_EVERY_S = 3.0
# Each stream holds a connection and a task; a team and its wall screens fit, a runaway tab does not.
MOST_STREAMS = 32
RETRY_MS = 3000

# Set when the server stops, so that streams end by themselves and do not hold the shutdown up.
stopping = threading.Event()


@dataclass(frozen=True, slots=True)
class Pulse:
    """The state of the store as far as pages show it: the log's last line, and a digest of everything else."""

    seq: int
    rest: int


class SharedPulse:
    """One look at the store a second, shared by all streams."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken_at_s = float("-inf")
        self._pulse = Pulse(0, 0)

    def take(self) -> Pulse:
        """The pulse, at most a second old; runs in a thread. A store that does not answer is a pulse of its own."""
        with self._lock:
            if time.monotonic() - self._taken_at_s >= POLL_S * 0.9:
                try:
                    self._pulse = _look(self._pulse.seq, timezone.now())
                except DoorwardError as error:
                    self._pulse = Pulse(self._pulse.seq, hash(error.problem.code))
                finally:
                    release()
                self._taken_at_s = time.monotonic()
            return self._pulse


def _look(known_seq: int, now: datetime) -> Pulse:
    fresh = log.entries(after_seq=known_seq)
    since = now - timedelta(minutes=2)
    names = [component.name for component in ports.doorward_settings().component]
    counts = [
        (name, bucket.opened_at, sum(bucket.counts.values()))
        for name in names
        for bucket in watching.buckets(name, since)
    ]
    runs = [(result.journey, result.at) for result in watching.probes(since)]
    health = [(part, state, detail) for part, state, detail, _ in watching.health()]
    return Pulse(fresh[-1].seq if fresh else known_seq, hash((tuple(counts), tuple(runs), tuple(health))))


class Streams:
    """How many streams are open, and never more than the limit."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._lock = threading.Lock()
        self._most = most
        self.open = 0

    def enter(self) -> bool:
        """Take a place; False if all are taken."""
        with self._lock:
            if self.open >= self._most:
                return False
            self.open += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self.open -= 1


_pulse = SharedPulse()
streams = Streams()


async def events(request: HttpRequest) -> HttpResponseBase:
    """`/events/?after=SEQ`: `after` is the log's last line that the page shows, so that nothing between is missed."""
    after = request.GET.get("after", "")
    if not streams.enter():
        return HttpResponse(
            "Too many open streams; the page refreshes by itself.", status=503, headers={"Retry-After": "30"}
        )
    response = StreamingHttpResponse(
        _stream(int(after) if after.isdecimal() and len(after) < 19 else None), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(after: int | None) -> AsyncIterator[str]:
    try:
        yield f"retry: {RETRY_MS}\n\n"
        told = await _take()
        if after is not None:
            told = Pulse(after, told.rest)
        status_at_s = sent_at_s = time.monotonic()
        while not stopping.is_set():
            pulse, now_s = await _take(), time.monotonic()
            if pulse.seq != told.seq:
                yield f"event: incident\ndata: {pulse.seq}\n\n"
                told, status_at_s, sent_at_s = pulse, now_s, now_s
            elif pulse.rest != told.rest and now_s - status_at_s >= STATUS_EVERY_S:
                yield f"event: status\ndata: {pulse.seq}\n\n"
                told, status_at_s, sent_at_s = pulse, now_s, now_s
            elif now_s - sent_at_s >= HEARTBEAT_S:
                yield ": still here\n\n"
                sent_at_s = now_s
            await asyncio.sleep(POLL_S)
    finally:
        streams.leave()


async def _take() -> Pulse:
    return await sync_to_async(_pulse.take, thread_sensitive=False)()
