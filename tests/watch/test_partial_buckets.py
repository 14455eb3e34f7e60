"""Buckets are the counts of a partial aggregate, and a batch counts as the stream does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.sign_in import Bucket, Kind, Outcome, Reason, SignInEvent
from doorward.watch.partial_buckets import buckets
from doorward.watch.partial_counts import Counting, Partial
from tests.watch.crowd import BEGAN, Crowd

EVENT = SignInEvent(BEGAN, "auth", Kind.SESSION, Outcome.FAILURE, Reason.SESSION_EXPIRED, person="p")
KEY = (EVENT.kind, EVENT.outcome, EVENT.reason)


def of(*events: SignInEvent, most_windows: int = 6) -> tuple[Bucket, ...]:
    made = Partial("auth", Counting(most_windows=most_windows))
    made.add_events(events)
    return buckets(made)


def test_events_and_distinct_people_are_counted() -> None:
    (bucket,) = of(*(replace(EVENT, person=person) for person in ("p", "p", "q")))
    assert (bucket.opened_at, bucket.counts, bucket.people) == (BEGAN, {KEY: 3}, {KEY: 2})


def test_clients_are_summed_up_and_who_uses_two_of_them_is_one() -> None:
    (bucket,) = of(*(replace(EVENT, client=client) for client in ("mail", "portal", None)))
    assert (bucket.counts, bucket.people) == ({KEY: 3}, {KEY: 1})


def test_many_people_of_several_clients_are_told_within_a_few_in_a_hundred() -> None:
    (bucket,) = of(*(replace(EVENT, person=f"p{n % 3000}", client=f"c{n % 2}") for n in range(6000)))
    assert (bucket.counts[KEY], bucket.people[KEY]) == (6000, pytest.approx(3000, rel=0.05))


def test_a_late_event_is_added_to_its_window_and_one_too_late_is_left_out() -> None:
    late = [replace(EVENT, at=BEGAN + timedelta(seconds=second)) for second in (50, 10, 100, 10, 0)]
    told = [((bucket.opened_at - BEGAN).seconds, bucket.total(Kind.SESSION)) for bucket in of(*late, most_windows=3)]
    assert told == [(10, 2), (50, 1), (100, 1)]


def test_probes_are_left_out() -> None:
    assert of(replace(EVENT, probe=True)) == ()


def test_the_counts_of_batches_add_up_to_the_counts_of_the_whole() -> None:
    events = Crowd(1, 120).events
    pieces = [bucket for start in range(0, len(events), 17) for bucket in of(*events[start : start + 17])]
    added: Counter[object] = Counter()
    for bucket in pieces:
        for key, count in bucket.counts.items():
            added[bucket.opened_at, key] += count
    whole = of(*events, most_windows=1000)
    assert added == {(b.opened_at, key): count for b in whole for key, count in b.counts.items()}
