"""Lengths of time as configurations write them, in seconds. Pure."""

from __future__ import annotations

import re

_GO = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_WORDS = re.compile(r"\s*(?:(?:\d+)\s*[a-zA-Z]+(?:\s+and\s+|\s*,\s*|\s*))+")
_WORD_PART = re.compile(r"(\d+)\s*([a-zA-Z]+)")
_DAY = 86_400
_WORD_UNITS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * _DAY),
    **dict.fromkeys(("M", "month", "months"), 30 * _DAY),
    **dict.fromkeys(("y", "year", "years"), 365 * _DAY),
}


def go_seconds(text: str) -> float | None:
    """Go's own format (`2160h`, `1h30m`, `0`), which knows no days; None if it is not that.

    Source: https://pkg.go.dev/time#ParseDuration
    """
    if text == "0":
        return 0.0
    if not _GO.fullmatch(text):
        return None
    return sum(float(number) * _GO_UNITS[unit] for number, unit in _GO_PART.findall(text))


def worded_seconds(value: object) -> float | None:
    """Authelia's format: a bare number of seconds, `5m`, `1 hour and 30 minutes`; None if it is not that.

    Source: https://www.authelia.com/configuration/prologue/common/#duration
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    if re.fullmatch(r"-?\d+", text):
        return float(text)
    parts = _WORD_PART.findall(text)
    if not parts or not _WORDS.fullmatch(text) or any(unit not in _WORD_UNITS for _, unit in parts):
        return None
    return float(sum(int(number) * _WORD_UNITS[unit] for number, unit in parts))
