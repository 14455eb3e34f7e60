"""Slow requests are those above two seconds; a line without a time says nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors.latency import DETECTOR
from doorward.watch.plans import Seen
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher
from tests.watch.detectors.cases import seen


@pytest.mark.parametrize(("ms", "slow"), [(None, None), (120.0, False), (1999.0, False), (2000.0, True), (9e4, True)])
def test_a_request_is_slow_from_two_seconds_on(ms: float | None, slow: bool | None) -> None:
    moment = seen(Kind.REQUEST, Reason.OK)
    assert DETECTOR.shares[0].failed(Seen(replace(moment.event, ms=ms), moment.at_s)) is slow


def detected(restarts: tuple[int, ...], slow: range) -> bool:
    """Six pages a second of six networks, three of them slow in those seconds; restarts at these."""
    watcher = Watcher(WatchSettings(), ("auth",), (DETECTOR,))
    for second in range(120):
        at = datetime.fromtimestamp(1_000_000 + second, UTC)
        if second in restarts:
            watcher.feed([SignInEvent(at, "auth", Kind.CONFIGURATION, Outcome.SUCCESS, Reason.OK)])
        for page in range(6):
            ms = 3000.0 if second in slow and page < 3 else 20.0
            source = f"n{second}-{page}"
            watcher.feed([SignInEvent(at, "auth", Kind.REQUEST, Outcome.SUCCESS, Reason.OK, source=source, ms=ms)])
    return bool(watcher.advance(datetime.fromtimestamp(1_000_120, UTC)))


def test_the_first_answers_after_a_restart_may_be_slow() -> None:
    assert detected((), range(60, 72))
    assert not detected((60, 61), range(60, 72))


def test_who_stays_slow_after_a_restart_is_told() -> None:
    assert detected((60,), range(60, 100))


def test_a_service_that_is_restarted_again_and_again_is_not_waited_for() -> None:
    assert detected(tuple(range(60, 110, 10)), range(60, 110))
