"""The form of a JSON line: what stands in it where, and which of its bytes may be any others.

In: a line that its parser reads, and what the values under its keys are to the count. Out: its form. A line of the same
length, with its quotes at the same places, is alike but for when it was and who it was, if its steady bytes are the
same and the free ones are plain: no quote, backslash or control, ASCII. Nothing is guessed: of a line in which anything
else might matter no form is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from doorward.log_line.eights import EIGHT
from doorward.log_line.tally import MARK_BYTES

# Newline included: a line of the school has some 300, and all that is done to lines is done to so many bytes of each.
LONGEST_LINE = 512
LONGEST_STAMP = 32
MOST_NUMBERS = 4

_PAIR = re.compile(rb'[{,] ?"(?P<key>[^"\\]*)": ?(?:"(?P<text>[^"\\]*)"|(?P<bare>[^",{}\[\]\s]+))')
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?(?:Z|[+-]\d\d:\d\d)")
_NUMBER = re.compile(rb"(?:0|[1-9]\d*)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Roles:
    """The keys of a kind's objects that have a role: when it was; who it was, by the first of `who` that is there and
    not empty; what decides what a line comes to. Under other keys any text is as good as another, and any number."""

    time: str
    who: tuple[str, ...]
    deciding: frozenset[str]


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Form:
    """`steady`: 255 for each byte of the line and its newline that is the same in others, else 0; where the time is,
    and the digits of its fraction; where who it was begins, None if nobody is named; where numbers are."""

    steady: bytes
    time: Span
    fraction: Span
    who: int | None
    numbers: tuple[Span, ...]
    quotes: int


def form_of(line: bytes, roles: Roles) -> Form | None:
    """The form of a line without its newline; None for one that is long or nested, has escapes, a key twice or no time,
    or names somebody by no hash."""
    pairs = _pairs(line)
    if pairs is None or roles.time not in pairs or len(line) >= LONGEST_LINE or not line.isascii():
        return None
    stamp = _STAMP.fullmatch(pairs[roles.time]["text"] or b"")
    named = next((key for key in roles.who if key in pairs and pairs[key]["text"]), None)
    if stamp is None or (named is not None and len(pairs[named]["text"]) != MARK_BYTES):
        return None
    # Who would be named first, but is not, stays unnamed in all lines of the form.
    deciding = roles.deciding.union(roles.who if named is None else roles.who[: roles.who.index(named)])
    texts = [pair.span("text") for key, pair in pairs.items() if pair["text"] is not None and key not in deciding]
    numbers = [pair.span("bare") for key, pair in pairs.items() if _is_number(pair["bare"]) and key not in deciding]
    steady = bytearray(b"\xff" * (len(line) + 1))
    for start, end in (*texts, *numbers):
        steady[start:end] = bytes(end - start)
    if len(numbers) > MOST_NUMBERS:
        return None
    time = pairs[roles.time].span("text")
    fraction = (time[0] + stamp.start(1), time[0] + stamp.end(1)) if stamp[1] else (time[0], time[0])
    who = None if named is None else pairs[named].start("text")
    return Form(bytes(steady), time, fraction, who, tuple(numbers), line.count(b'"'))


def _pairs(line: bytes) -> dict[bytes | str, re.Match[bytes]] | None:
    """The pairs of a flat object by their keys; None if it is none, or has one twice."""
    found, at = list[re.Match[bytes]](), 0
    while (pair := _PAIR.match(line, at)) is not None:
        found.append(pair)
        at = pair.end()
    pairs: dict[bytes | str, re.Match[bytes]] = {pair["key"].decode("ascii", "replace"): pair for pair in found}
    return pairs if line[at:] == b"}" and len(pairs) == len(found) else None


def _is_number(bare: bytes | None) -> bool:
    return bare is not None and len(bare) <= EIGHT and _NUMBER.fullmatch(bare) is not None
