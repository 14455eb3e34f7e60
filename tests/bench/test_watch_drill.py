"""Live and replayed detections are compared by what makes them the same."""

from __future__ import annotations

import json

from bench.watch_drill import live, replayed
from doorward.model.detection import Signal
from doorward.model.entry import Declared, Entry, Joined, Noted
from doorward.watch import detection_json
from tests.watch.test_backtest_score import at, told


def test_a_detection_of_the_incident_log_is_the_one_that_is_printed() -> None:
    first, second = told(1), told(2)
    bodies = (
        Declared("School", "title", "first-of-its-kind", first),
        Noted("x"),
        Joined(second, "same-onset", "title"),
    )
    entries = tuple(Entry(n, "i", at(n), "doorward", body, "", "") for n, body in enumerate(bodies))
    printed = [json.dumps(detection_json(one)) for one in (first, second)]
    assert live(entries) == replayed([*printed, '{"schema": "doorward.backtest/1"}'])
    assert len(live(entries)) == 2
    assert first.signal is not Signal.PROBE_FAILURES
