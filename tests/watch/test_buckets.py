"""Buckets count events by window, and a batch counts as the stream does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.buckets import Buckets, partial
from tests.watch.crowd import BEGAN, Crowd

EVENT = SignInEvent(BEGAN, "auth", Kind.SESSION, Outcome.FAILURE, Reason.SESSION_EXPIRED, person="p")
KEY = (EVENT.kind, EVENT.outcome, EVENT.reason)


def test_events_and_distinct_people_are_counted() -> None:
    buckets = Buckets("auth", 10, 6)
    for person in ("p", "p", "q"):
        buckets.add(replace(EVENT, person=person))
    (bucket,) = buckets.series()
    assert (bucket.opened_at, bucket.counts, bucket.people) == (BEGAN, {KEY: 3}, {KEY: 2})


def test_a_late_event_is_added_to_its_window_and_one_too_late_is_left_out() -> None:
    buckets = Buckets("auth", 10, 6)
    for second in (50, 0, 100, 0):
        buckets.add(replace(EVENT, at=BEGAN + timedelta(seconds=second)))
    assert [(bucket.opened_at - BEGAN).seconds for bucket in buckets.series()] == [50, 100]


def test_probes_are_left_out() -> None:
    assert partial([replace(EVENT, probe=True)], 10) == ()


def test_the_counts_of_batches_add_up_to_the_counts_of_the_whole() -> None:
    events = Crowd(1, 120).events
    pieces = [bucket for start in range(0, len(events), 17) for bucket in partial(events[start : start + 17], 10)]
    whole = partial(events, 10)
    added: Counter[object] = Counter()
    for bucket in pieces:
        for key, count in bucket.counts.items():
            added[bucket.component, bucket.opened_at, key] += count
    assert added == {(b.component, b.opened_at, key): count for b in whole for key, count in b.counts.items()}
