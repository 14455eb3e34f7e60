"""A parsed TOML document in, TOML text that means the same out. Pure; comments and order of tables are not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

Table = Mapping[str, object]


def text(table: Table) -> str:
    """The whole document."""
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Table, header: str) -> Iterator[str]:
    """The table as TOML: its own keys first, then the tables below it."""
    below = {key: value for key, value in table.items() if isinstance(value, dict) or _is_array_of_tables(value)}
    for key, value in table.items():
        if key not in below:
            yield f"{_quoted(key)} = {_value(value)}"
    for key, value in below.items():
        name = f"{header}.{_quoted(key)}" if header else _quoted(key)
        yield from _below(value, name)


def _below(value: object, name: str) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        yield f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
        if isinstance(one, dict):
            yield from _lines(one, name)


def _is_array_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _value(value: object) -> str:
    """A value in TOML; JSON's texts, numbers and truths are TOML's too, dates are their own text."""
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (str, bool, int, float)):
        return _quoted(value)
    return str(value)


def _quoted(value: str | float) -> str:
    # What JSON leaves as it is and TOML refuses is the one control character above the printable ones.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
