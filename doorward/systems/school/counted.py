"""The fields of the school's lines that are counted, and a decoder that knows the words a log repeats.

In: a chunk of lines. Out: a row for each. A word that is known costs no text of its own: it is quicker to decode, and
much quicker to sort by. Any other word is decoded as well, only not as fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal, cast

import msgspec

from doorward.systems.school.log import Line

# A log has some ten words in each field, and all of them in its first chunks.
_MOST_WORDS = 64
_LONGEST_WORD = 80
_MOST_LESSONS = 8
_KEYS = re.compile(rb'"([a-z]{1,20})":')


class Counted(Line, frozen=True, gc=False, kw_only=True):
    """A line of which the time is told with its zone: what has none is the parser's. All fields have their types, lest
    a line pass here that fails there."""

    time: Annotated[datetime, msgspec.Meta(tz=True)]


_Decode = Callable[[bytes], list[Counted]]
_DECODE: _Decode = msgspec.json.Decoder(Counted).decode_lines
_REPEATED = ("event", "config", "client", "agent", "outcome", "reason", "route", "grant")


def rows_of(chunk: bytes) -> list[Counted]:
    """A row for each line; none at all if one of them is not the school's."""
    try:
        return _DECODE(chunk)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


class Words:
    """The words of one log, learned from its first chunk, and some times more from a chunk that has others."""

    def __init__(self) -> None:
        self._known: dict[str, set[str | None]] = {field: set() for field in _REPEATED}
        self._decode: _Decode | None = None
        self._lessons = _MOST_LESSONS

    def rows_of(self, chunk: bytes) -> list[Counted]:
        """As the function, quicker for words that are known."""
        if self._decode is not None:
            try:
                return self._decode(chunk)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                # A line is not the school's, or has another word.
                if not self._lessons:
                    self._decode = None
        rows = rows_of(chunk)
        if rows and self._lessons:
            self._learn(rows, _KEYS.findall(chunk, 0, chunk.find(b"\n")))
        return rows

    def _learn(self, rows: list[Counted], order: list[bytes]) -> None:
        self._lessons -= 1
        for field, words in self._known.items():
            words.update(map(attrgetter(field), rows))
        # What is of many words, such as what outsiders may say, is decoded as any text.
        self._known = {field: words for field, words in self._known.items() if _are_few(words)}
        self._decode = _knowing(self._known, [key.decode("ascii") for key in order])


def _are_few(words: set[str | None]) -> bool:
    return len(words) <= _MOST_WORDS and all(word is None or len(word) <= _LONGEST_WORD for word in words)


def _knowing(known: dict[str, set[str | None]], order: list[str]) -> _Decode:
    """A decoder of rows in which some fields are nothing but these words. Fields in the order of the lines are found
    sooner: a tenth of the time."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(Counted):
        words = known.get(field.name)
        kind = field.type if words is None else Literal[tuple(words)]
        fields.append((field.name, kind) if field.required else (field.name, kind, field.default))
    fields.sort(key=lambda told: order.index(told[0]) if told[0] in order else len(order))
    row = cast(type[Counted], msgspec.defstruct("Row", fields, frozen=True, gc=False, kw_only=True))
    return msgspec.json.Decoder(row).decode_lines
