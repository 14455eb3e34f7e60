"""The text of an nginx configuration in, its words with their lines out. Pure.

Raises InputInvalid with the line for a quote that is not closed. Marks of templates (`{{ … }}`, `{% … %}`) are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorward.errors import InputInvalid, Problem

_SPACE = re.compile(r"\s+")
_REMARK = re.compile(r"#[^\n]*")
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'", re.DOTALL)
_BARE = re.compile(r"(?:\$\{[^}\s]*\}|\{\{.*?\}\}|\{%.*?%\}|\\.|[^\s;{}])+", re.DOTALL)
_MARKS = ";{}"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or one of `;`, `{`, `}`; `raw` is the text between the braces of a block in another language."""

    text: str
    line: int
    is_mark: bool = False


def tokens(text: str, name: str) -> Iterator[Token]:
    """Every word and mark in order."""
    at, line, word = 0, 1, ""
    while at < len(text):
        found = _SPACE.match(text, at) or _REMARK.match(text, at)
        if found is None:
            token, end = _token(text, at, line, name)
            if token.is_mark and token.text == "{" and word.endswith("_by_lua_block"):
                end = _past_block(text, at)
            yield token
            if token.is_mark and end > at + 1:
                yield Token("}", line, is_mark=True)
            word = token.text if word == "" or token.is_mark else word
            word = "" if token.is_mark else word
        else:
            end = found.end()
        line += text.count("\n", at, end)
        at = end


def _token(text: str, at: int, line: int, name: str) -> tuple[Token, int]:
    """The token that begins there, and where it ends."""
    bare = _BARE.match(text, at)
    if text[at] in _MARKS and not (bare and text.startswith(("{{", "{%"), at)):
        return Token(text[at], line, is_mark=True), at + 1
    if text[at] in "\"'":
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise InputInvalid((Problem("nginx.quote", "a quote is not closed", f"{name}:{line}", "close it"),))
        inner = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
        return Token(re.sub(r"\\([\"'\\])", r"\1", inner), line), quoted.end()
    assert bare is not None
    return Token(bare.group(0), line), bare.end()


def _past_block(text: str, at: int) -> int:
    """Where the block that opens there ends, braces counted; the end of the text if it does not."""
    depth = 0
    for position in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return len(text)
