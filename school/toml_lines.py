"""Text of a TOML file in, the line of every key out, so that a problem can say where it stands.

The standard parser keeps no positions. This index is lenient: it is only asked about text that already parsed.
"""

import re

Location = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.?)""")
_DELIMITERS = ('"""', "'''", '"', "'")


def index_lines(text: str) -> dict[Location, int]:
    """Line numbers (from 1) by location, e.g. ("client", 0, "id"); a table's own line is that of its header."""
    found: dict[Location, int] = {}
    lengths: dict[Location, int] = {}
    table: Location = ()
    value = _Value()
    for number, line in enumerate(text.splitlines(), start=1):
        if value.is_open:
            value.feed(line)
            continue
        content = line.strip()
        if content.startswith("["):
            table = _header(content, lengths)
            _note(found, table, 0, number)
        elif content and not content.startswith("#"):
            path, rest = _key(content)
            _note(found, (*table, *path), len(table), number)
            value.feed(rest.lstrip(" \t="))
    return found


def line_of(lines: dict[Location, int], location: Location) -> int | None:
    """The line of the location, else of the nearest thing that encloses it; None for a missing top-level key."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return None


def _note(found: dict[Location, int], location: Location, table_length: int, number: int) -> None:
    """A dotted key or a header also opens the tables on its way."""
    for length in range(table_length + 1, len(location) + 1):
        found.setdefault(location[:length], number)


def _header(content: str, lengths: dict[Location, int]) -> Location:
    """The location of a [table] or [[array of tables]]; a table below an array belongs to the array's last element."""
    is_array = content.startswith("[[")
    path, _ = _key(content.lstrip("["))
    location: Location = ()
    for position, part in enumerate(path):
        location = (*location, part)
        if is_array and position == len(path) - 1:
            lengths[location] = lengths.get(location, 0) + 1
        if location in lengths:
            location = (*location, lengths[location] - 1)
    return location


def _key(content: str) -> tuple[tuple[str, ...], str]:
    parts: list[str] = []
    position = 0
    while match := _PART.match(content, position):
        parts.append(next(group for group in match.groups()[:3] if group is not None))
        position = match.end()
        if not match.group(4):
            break
    return tuple(parts), content[position:]


class _Value:
    """Knows whether a value goes on in the next line: an open bracket, or a string of three quotes."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""

    @property
    def is_open(self) -> bool:
        return self._depth > 0 or bool(self._quote)

    def feed(self, line: str) -> None:
        position = 0
        while position < len(line):
            if self._quote:
                position = self._inside(line, position)
            elif line[position] == "#":
                return
            else:
                position = self._outside(line, position)
        if len(self._quote) == 1:
            self._quote = ""

    def _inside(self, line: str, position: int) -> int:
        if line[position] == "\\" and '"' in self._quote:
            return position + 2
        if line.startswith(self._quote, position):
            length, self._quote = len(self._quote), ""
            return position + length
        return position + 1

    def _outside(self, line: str, position: int) -> int:
        for delimiter in _DELIMITERS:
            if line.startswith(delimiter, position):
                self._quote = delimiter
                return position + len(delimiter)
        self._depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(line[position], 0)
        return position + 1
