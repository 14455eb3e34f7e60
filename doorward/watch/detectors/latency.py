"""Latency: requests that take longer than a person waits gladly, counted once a minute for each network and page.

The share of slow requests is watched, not a mean: one page that hangs is no crowd, and many that crawl are. What is
slow is a setting (2 s); how many usually are is learned like any other share. A service that has just started is slow
for a moment, which nobody needs to be woken for.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind
from doorward.watch.plans import Detector, Seen, SharePlan, by_source_and_route

SLOW_MS = 2000.0


def _slow(seen: Seen) -> bool | None:
    """None where the log tells no time."""
    return None if seen.event.ms is None else seen.event.ms >= SLOW_MS


DETECTOR = Detector(
    id="latency",
    signal=Signal.LATENCY,
    weight=1,
    shares=(
        SharePlan(
            id="slow",
            labels=(("reason", "slow"),),
            kind=Kind.REQUEST,
            prior=lambda settings: settings.slow_requests,
            failed=_slow,
            key=by_source_and_route,
            per_attempt=6.0,
            waits=True,
        ),
    ),
)
