"""JSON and JSON5 text in; the value, and the line of every key and item by pointer (`clients[0].redirectUris`), out.

JSON5 as teams write it: comments, commas at the end, keys without quotes, single quotes. Of a key that stands twice the
last one counts. Errors carry line and column and never quote what was read: that may be a part of a secret.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from doorward.errors import InputInvalid, Problem

_TOKEN = re.compile(
    r"(?:\s+|\ufeff|//[^\n]*|/\*.*?\*/)*"
    r"(?:(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|([{}\[\],:])|([^\s{}\[\],:\"'/]+)|(\Z))?",
    re.DOTALL,
)
_STRING, _MARK, _WORD, _END = 1, 2, 3, 4
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)")
_DEEPEST = 100
"""An export nests some ten deep."""
_MOST_DIGITS = 400
"""Python refuses to make a whole number of more than 4,300 digits."""


@dataclass(slots=True)
class _Reading:
    """A text and how far it is read."""

    text: str
    name: str
    place: int = 0
    token: str = ""
    kind: int = 0
    start: int = 0
    counted: int = 0
    line: int = 1
    lines: dict[str, int] = field(default_factory=dict)

    def step(self) -> None:
        """To the next token."""
        match = _TOKEN.match(self.text, self.place)
        assert match is not None  # every part of the pattern may be empty
        kind = match.lastindex
        if not kind:
            self.start = match.end()
            raise self.refused("holds a sign that JSON does not allow, or a text without its end")
        self.kind = kind
        self.start, self.place = match.span(kind)
        self.token = match[kind]

    def here(self) -> int:
        """The line of the token; counted onwards, for tokens come in order."""
        self.line += self.text.count("\n", self.counted, self.start)
        self.counted = self.start
        return self.line

    def refused(self, what: str) -> InputInvalid:
        line = self.text.count("\n", 0, self.start) + 1
        column = self.start - self.text.rfind("\n", 0, self.start)
        problem = Problem("json.syntax", f"is not JSON: {what}", f"{self.name}:{line}:{column}", "mend the syntax here")
        return InputInvalid((problem,))

    def value(self, pointer: str, depth: int) -> object:
        """The value that begins with the token; leaves the token after it."""
        if self.kind == _STRING:
            text = _unquoted(self.token)
            self.step()
            return text
        if self.kind == _MARK and self.token in "{[" and depth < _DEEPEST:
            return self.mapping(pointer, depth) if self.token == "{" else self.sequence(pointer, depth)
        found = self.scalar()
        self.step()
        return found

    def mapping(self, pointer: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        before = f"{pointer}." if pointer else ""
        self.step()
        while self.token != "}" or self.kind != _MARK:
            if self.kind not in (_STRING, _WORD):
                raise self.refused("a key is expected here")
            key = _unquoted(self.token) if self.kind == _STRING else self.token
            below = before + key
            self.lines[below] = self.here()
            self.step()
            self.passed(":")
            found[key] = self.value(below, depth + 1)
            self.comma("}")
        self.step()
        return found

    def sequence(self, pointer: str, depth: int) -> list[object]:
        found: list[object] = []
        self.step()
        while self.token != "]" or self.kind != _MARK:
            below = f"{pointer}[{len(found)}]"
            self.lines[below] = self.here()
            found.append(self.value(below, depth + 1))
            self.comma("]")
        self.step()
        return found

    def comma(self, end: str) -> None:
        if self.kind != _MARK or self.token != end:
            self.passed(",")

    def passed(self, mark: str) -> None:
        if self.kind != _MARK or self.token != mark:
            raise self.refused(f"{mark} is expected here")
        self.step()

    def scalar(self) -> object:
        if self.kind == _WORD and self.token in _WORDS:
            return _WORDS[self.token]
        if self.kind == _WORD and _NUMBER.fullmatch(self.token):
            return _number(self.token)
        raise self.refused("a value is expected here")


def parse(text: str, name: str) -> tuple[object, dict[str, int]]:
    """The value and the lines. Raises InputInvalid (`json.syntax`) with file, line and column."""
    reading = _Reading(text, name)
    reading.step()
    found = reading.value("", 0)
    if reading.kind != _END:
        raise reading.refused("the file goes on after its end")
    return found, reading.lines


def _unquoted(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    if token[0] == '"':
        try:
            return str(json.loads(token))
        except json.JSONDecodeError:
            pass  # escapes that only JSON5 has
    return _ESCAPE.sub(_escaped, token[1:-1])


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16))
    return "" if match[3] else _LETTERS.get(match[4], match[4])


def _number(token: str) -> int | float:
    if "x" in token.lower():
        return int(token, 16)
    bare = token.lstrip("+-")
    return int(token) if bare.isdigit() and len(bare) < _MOST_DIGITS else float(token)
