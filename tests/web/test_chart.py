"""The chart: bars add up to the counts, marks stand where they happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.web import chart

SINCE = datetime(2026, 11, 21, 21, 0, 0, tzinfo=UTC)
SUCCEEDED = (Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK)
FAILED = (Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD)
REJECTED = (Kind.SESSION, Outcome.FAILURE, Reason.NETWORK_CHANGED)


def window(second: int, succeeded: int, failed: int = 0, rejected: int = 0) -> Bucket:
    """A window of 10 s that opens so long after the start."""
    counts = {SUCCEEDED: succeeded, FAILED: failed, REJECTED: rejected}
    return Bucket("auth", SINCE + timedelta(seconds=second), 10.0, counts)


def test_windows_are_added_up_into_bars_and_rows() -> None:
    made = chart.draw([window(0, 5, 1), window(20, 7), window(30, 3, 0, 9)], SINCE, 30, 2)
    assert made.rows == (chart.Row("21:00:30", 3, 0, 9), chart.Row("21:00:00", 12, 1, 0))
    assert made.top == 13
    assert made.summary == "15 sign-ins succeeded, 1 failed and 9 sessions were rejected in 1 min."


def test_layers_stand_on_each_other_and_never_leave_the_drawing() -> None:
    made = chart.draw([window(0, 6, 3, 3), window(30, 1)], SINCE, 30, 3)
    y = float(chart.HEIGHT)
    for part in made.bars[0].parts:
        assert abs(part.y + part.height - y) < 0.02
        y = part.y
    assert y >= 0
    assert [part.css for part in made.bars[0].parts] == ["succeeded", "failed", "rejected"]


def test_counts_outside_of_the_time_shown_are_left_out() -> None:
    assert chart.draw([window(-10, 5), window(60, 5)], SINCE, 30, 2).rows == ()


def test_an_empty_chart_is_a_chart_with_words() -> None:
    made = chart.draw([], SINCE, 30, 60)
    assert made.bars == ()
    assert made.summary.startswith("0 sign-ins succeeded")


def test_marks_are_numbered_by_time_and_placed_to_scale() -> None:
    moments = [
        (SINCE + timedelta(seconds=45), "incident declared", "bad"),
        (SINCE + timedelta(seconds=15), "configuration changed", "change"),
        (SINCE - timedelta(seconds=1), "too early", "change"),
    ]
    made = chart.draw([], SINCE, 30, 2, moments)
    assert [(mark.number, mark.x, mark.clock) for mark in made.marks] == [(1, 5.0, "21:00:15"), (2, 15.0, "21:00:45")]


def test_only_the_last_window_is_still_being_counted() -> None:
    made = chart.draw([window(0, 1), window(30, 1)], SINCE, 30, 2)
    assert [bar.css for bar in made.bars] == ["past", "now"]
