"""The text of a TOML file in, the line of every key out. The standard parser keeps no positions.

Lenient: it is only asked about text that already parsed. Keys are pointers: `session.cookie_name`, `client.0.id`.
"""

from __future__ import annotations

import re

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))\s*""")
_QUOTES = ('"""', "'''", '"', "'")


def lines_of(text: str) -> dict[str, int]:
    """Line numbers from 1 by pointer; a table's own line is that of its header."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    scan = _Scan()
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if scan.is_open:
            scan.feed(content)
        elif content.startswith("["):
            table = _header(content, counts)
            found.setdefault(table, number)
        elif content and not content.startswith("#"):
            parts, rest = _key(content)
            found.setdefault(".".join((table, *parts)) if table else ".".join(parts), number)
            scan.feed(rest.lstrip("= \t"))
    return found


def _header(content: str, counts: dict[str, int]) -> str:
    """The pointer of `[table]` or `[[array of tables]]`; what lies below an array belongs to its last element."""
    parts, _ = _key(content.lstrip("["))
    pointer = ""
    for position, part in enumerate(parts, start=1):
        pointer = f"{pointer}.{part}" if pointer else part
        if content.startswith("[[") and position == len(parts):
            counts[pointer] = counts.get(pointer, 0) + 1
        if pointer in counts:
            pointer = f"{pointer}.{counts[pointer] - 1}"
    return pointer


def _key(content: str) -> tuple[tuple[str, ...], str]:
    """The parts of a dotted key, and what follows it."""
    parts: list[str] = []
    position = 0
    while match := _PART.match(content, position):
        parts.append(next(group for group in match.groups() if group is not None))
        position = match.end()
        if not content.startswith(".", position):
            break
        position += 1
    return tuple(parts), content[position:]


class _Scan:
    """Whether a value goes on in the next line: an open bracket, or a string of three quotes."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    @property
    def is_open(self) -> bool:
        return self.depth > 0 or bool(self.quote)

    def feed(self, line: str) -> None:
        position = 0
        while position < len(line):
            if self.quote:
                position = self._inside(line, position)
            elif line[position] == "#":
                return
            else:
                position = self._outside(line, position)

    def _inside(self, line: str, position: int) -> int:
        if line[position] == "\\" and self.quote.startswith('"'):
            return position + 2
        if line.startswith(self.quote, position):
            position += len(self.quote)
            self.quote = ""
            return position
        return position + 1

    def _outside(self, line: str, position: int) -> int:
        for quote in _QUOTES:
            if line.startswith(quote, position):
                self.quote = quote
                return position + len(quote)
        self.depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(line[position], 0)
        return position + 1
