"""Streams: bounded, and one look at the store serves them all."""

from __future__ import annotations

from datetime import datetime

import pytest

from doorward.web import events
from doorward.web.events import SharedPulse, Streams

from . import story


def test_streams_are_bounded_and_places_come_back() -> None:
    streams = Streams(most=2)
    assert [streams.enter(), streams.enter(), streams.enter()] == [True, True, False]
    streams.leave()
    assert streams.enter()


@pytest.mark.usefixtures("guarded")
def test_the_pulse_changes_with_the_log_and_with_counts_but_not_by_itself(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "POLL_S", 0.0)
    pulse = SharedPulse()
    before = pulse.take()
    assert pulse.take() == before
    story.tell(now, "declared")
    told = pulse.take()
    assert told.seq > before.seq
    story.traffic(now, minutes=1)
    assert pulse.take().rest != told.rest


@pytest.mark.usefixtures("guarded")
def test_streams_share_one_look_a_second(now: datetime) -> None:
    pulse = SharedPulse()
    before = pulse.take()
    story.tell(now, "declared")
    assert pulse.take() == before
