"""The shape of a line that did not parse: its length, and the names and lengths of its fields; never a value.

In: bytes of a log line. Out: text that may be shown and stored whatever the line held.
"""

from __future__ import annotations

import re

import msgspec

# Longer names are not names of fields but values in the wrong place.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_MOST_FIELDS = 20


def shape(line: bytes) -> str:
    """For example `212 bytes, JSON object: time=str(24) person=str(16) status=int`, or `87 bytes, not JSON`."""
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"{len(line)} bytes, not JSON"
    if not isinstance(value, dict):
        return f"{len(line)} bytes, JSON {type(value).__name__}"
    fields = [f"{_name(key)}={_kind(item)}" for key, item in list(value.items())[:_MOST_FIELDS]]
    more = f" and {len(value) - _MOST_FIELDS} more" if len(value) > _MOST_FIELDS else ""
    return f"{len(line)} bytes, JSON object: {' '.join(fields)}{more}"


def _name(key: str) -> str:
    return key if _NAME.fullmatch(key) else f"?({len(key)})"


def _kind(value: object) -> str:
    if isinstance(value, str | list | dict):
        return f"{type(value).__name__}({len(value)})"
    return type(value).__name__
