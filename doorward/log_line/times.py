"""Times of log lines as aware UTC: ISO 8601, syslog's without year and zone, access logs', epochs.

The rules: a time with a zone keeps it; one without has the option `time_zone` (default UTC; the first of the two
readings in the hour that a change of summer time repeats). A time without a year has the option `year`, else the latest
year that puts it no more than a day after `latest` (the file's last change; for a live log the clock's now).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from doorward.log_line.options import LogOptions

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_GRACE = timedelta(days=1)
# The longest way back to a year in which a 29 February exists.
_YEARS_BACK = 8
# A line a millisecond for some seconds: most lines share their second with others.
_REMEMBERED = 4096


class Times:
    """Reads times with one log's options. Every method raises ValueError, without the text, for what is no time."""

    def __init__(self, options: LogOptions) -> None:
        self._zone = options.time_zone
        self._year = options.year
        fixed = options.latest
        self._latest: Callable[[], datetime] = (lambda: fixed) if fixed is not None else (lambda: datetime.now(UTC))
        self.iso = lru_cache(_REMEMBERED)(self._iso)
        self.clf = lru_cache(_REMEMBERED)(self._clf)
        self._bsd_of_day = lru_cache(_REMEMBERED)(self._bsd)

    def _iso(self, text: str) -> datetime:
        """2026-11-21T10:00:00.123456789+01:00, with a space or a comma too."""
        try:
            return self._aware(datetime.fromisoformat(text))
        except ValueError:
            raise ValueError("no time") from None

    def bsd(self, text: str) -> datetime:
        """Syslog's `Nov  2 15:40:14`."""
        limit = self._latest()
        return self._bsd_of_day(text, limit.toordinal())

    def _bsd(self, text: str, _day: int) -> datetime:
        month, day, clock = text.split()
        hour, minute, second = clock.split(":")
        number = _MONTHS.get(month)
        if number is None:
            raise ValueError("no time")
        rest = (number, int(day), int(hour), int(minute), int(second))
        if self._year is not None:
            return self._aware(datetime(self._year, *rest, tzinfo=self._zone))
        limit = self._latest() + _GRACE
        for year in range(limit.astimezone(self._zone).year, limit.year - _YEARS_BACK - 1, -1):
            try:
                at = self._aware(datetime(year, *rest, tzinfo=self._zone))
            except ValueError:
                continue
            if at <= limit:
                return at
        raise ValueError("no time")

    def _clf(self, text: str) -> datetime:
        """An access log's `21/Nov/2026:10:00:00 +0100`, or the same without a zone, or with a space for the colon."""
        try:
            date, rest = text[:11], text[12:]
            clock, _, offset = rest.partition(" ")
            day, month, year = date.split("/")
            hour, minute, second = clock.split(":")
            number = (int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second))
            return self._aware(datetime(*number, tzinfo=_offset(offset) if offset else None))
        except (ValueError, KeyError):
            raise ValueError("no time") from None

    def epoch(self, seconds: float) -> datetime:
        """Seconds since 1970."""
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError, ValueError):
            raise ValueError("no time") from None

    def strptime(self, text: str, pattern: str) -> datetime:
        """By a pattern of the user's; without %Y the year rule holds."""
        try:
            at = datetime.strptime(text, pattern)  # noqa: DTZ007  # the zone is added by the rule
        except ValueError:
            raise ValueError("no time") from None
        if "%Y" in pattern or "%y" in pattern or "%c" in pattern or "%G" in pattern:
            return self._aware(at)
        month = next(name for name, number in _MONTHS.items() if number == at.month)
        return self.bsd(f"{month} {at.day} {at:%H:%M:%S}")

    def _aware(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            at = at.replace(tzinfo=self._zone)
        try:
            return at.astimezone(UTC)
        except OverflowError:
            raise ValueError("no time") from None


def _offset(text: str) -> timezone:
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5])))
