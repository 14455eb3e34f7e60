"""The rules of zones and years."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.log_line import LogOptions
from doorward.log_line.times import Times

LATEST = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def times(**options: object) -> Times:
    return Times(LogOptions(**{"latest": LATEST, **options}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Mar  1 00:30:00", 2026),
        ("Mar  2 00:29:59", 2026),
        ("Mar  2 00:30:01", 2025),
        ("Dec 31 23:59:59", 2025),
        ("Jan  1 00:00:00", 2026),
        ("Feb 29 12:00:00", 2024),
    ],
)
def test_a_time_without_a_year_is_in_the_latest_that_is_no_more_than_a_day_ahead(text: str, year: int) -> None:
    assert times().bsd(text).year == year


def test_a_year_that_is_given_holds() -> None:
    assert times(year=2019).bsd("Nov  2 15:40:14") == datetime(2019, 11, 2, 15, 40, 14, tzinfo=UTC)


def test_a_log_that_is_followed_over_new_year_has_both_years() -> None:
    eve, day = (Times(LogOptions(latest=datetime(2026, 1, 1, 0, second, tzinfo=UTC))) for second in (0, 1))
    assert eve.bsd("Dec 31 23:59:59").year == 2025
    assert day.bsd("Jan  1 00:00:00").year == 2026


def test_a_time_without_a_zone_is_in_the_zone_that_is_named() -> None:
    named = times(time_zone=BERLIN)
    assert named.iso("2026-01-15 12:00:00,500") == datetime(2026, 1, 15, 11, 0, 0, 500000, UTC)
    assert named.iso("2025-07-15T12:00:00") == datetime(2025, 7, 15, 10, tzinfo=UTC)
    assert named.bsd("Jul 15 12:00:00") == datetime(2025, 7, 15, 10, tzinfo=UTC)
    assert named.clf("15/Jul/2025 12:00:00") == datetime(2025, 7, 15, 10, tzinfo=UTC)


def test_a_time_with_a_zone_keeps_it() -> None:
    named = times(time_zone=BERLIN)
    assert named.iso("2026-01-15T12:00:00.1234567Z") == datetime(2026, 1, 15, 12, 0, 0, 123456, UTC)
    assert named.clf("15/Jul/2025:12:00:00 -0330") == datetime(2025, 7, 15, 15, 30, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_the_first_one() -> None:
    assert times(time_zone=BERLIN).iso("2025-10-26T02:30:00") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


def test_a_pattern_of_the_user_s_follows_the_same_rules() -> None:
    assert times().strptime("02.11 15:40:14", "%d.%m %H:%M:%S") == datetime(2025, 11, 2, 15, 40, 14, tzinfo=UTC)
    assert times(time_zone=BERLIN).strptime("02.11.2024 15:40", "%d.%m.%Y %H:%M").hour == 14


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("iso", "yesterday"),
        ("iso", ""),
        ("iso", "0001-01-01T00:00:00+14:00"),
        ("clf", "31/Feb/2026:10:00:00 +0000"),
        ("clf", "x"),
        ("bsd", "Feb 30 10:00:00"),
        ("bsd", "Foo  1 10:00:00"),
    ],
)
def test_what_is_no_time_is_a_value_error_that_does_not_repeat_it(method: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^no time$|month|day") as raised:
        getattr(times(), method)(text)
    assert not text or text not in str(raised.value)


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers_otherwise(text: str) -> None:
    for method in ("iso", "clf"):
        try:
            assert getattr(times(), method)(text).tzinfo is not None
        except ValueError:
            continue


@given(st.floats())
def test_no_number_breaks_an_epoch_otherwise(number: float) -> None:
    try:
        assert times().epoch(number).tzinfo is UTC
    except ValueError:
        return
