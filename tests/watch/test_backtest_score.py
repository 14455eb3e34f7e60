"""Detections are held against incidents in counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from doorward.model.detection import Detection, Direction, Signal
from doorward.watch.backtest import Replay, Span
from doorward.watch.backtest_recorded import RecordedIncident
from doorward.watch.backtest_score import score
from doorward.watch.settings import WatchSettings

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def told(minutes: float) -> Detection:
    segment = (("component", "auth"),)
    return Detection(at(minutes), at(minutes), Signal.SIGN_IN_FAILURES, segment, 0.5, 0.02, Direction.UP, 20.0, 18.0, 9)


def replay(*minutes: float) -> Replay:
    return Replay(WatchSettings(), tuple(told(one) for one in minutes), 1000, Span(BEGAN, at(30 * 1440)))


def test_met_missed_false_and_outside_are_counted_apart() -> None:
    known = [
        RecordedIncident(at(100), at(200), "met"),
        RecordedIncident(at(5000), at(5100), "missed"),
        RecordedIncident(at(-500), at(-400), "before the logs"),
    ]
    found = score(replay(101, 105, 190, 1000, 1010, 9000), known)
    assert (found.met, found.missed, found.outside) == (1, 1, 1)
    assert [len(alarm) for alarm in found.false_alarms] == [2, 1]
    assert found.alarms == 3
    assert found.incidents[0].delay_s == 60
    assert found.median_delay_s == 60
    assert found.days == 30


def test_a_detection_after_an_incident_is_a_false_alarm_of_its_own() -> None:
    found = score(replay(199, 201), [RecordedIncident(at(100), at(200), "met")])
    assert (found.met, len(found.false_alarms)) == (1, 1)


def test_alarms_two_hours_apart_are_two() -> None:
    assert len(score(replay(0, 119, 238), []).false_alarms) == 1
    assert len(score(replay(0, 121), []).false_alarms) == 2


def test_without_logs_nothing_is_covered() -> None:
    empty = Replay(WatchSettings(), (), 0, None)
    found = score(empty, [RecordedIncident(at(0), at(1), "any")])
    assert (found.outside, found.missed, found.median_delay_s) == (1, 0, None)
