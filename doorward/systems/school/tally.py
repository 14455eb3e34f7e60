"""The school's log by the chunk: each line decoded into the fields that are counted, and no event made of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from math import floor
from typing import Annotated

import msgspec

from doorward.log_line.tally import Tallied, words
from doorward.systems.school.log import KINDS, Line, verdict

# Where a bad line stands among no more than this, each is left to the parser.
_FEW = 8


class Counted(msgspec.Struct, frozen=True, gc=False):
    """The fields of `Line` that are counted, and the types of the others, lest a line pass here that fails there."""

    time: Annotated[datetime, msgspec.Meta(tz=True)]
    event: str
    config: str | None = None
    synthetic: bool = False
    outcome: str | None = None
    reason: str | None = None
    person: str | None = None
    session: str | None = None
    source: str | None = None
    client: str | None = None
    agent: str | None = None
    route: str | None = None
    status: int | None = None
    ms: float | None = None
    exception: str | None = None
    topic: str | None = None


_DECODE = msgspec.json.Decoder(Counted).decode_lines
_ANY_TIME = datetime.fromtimestamp(0, UTC)
_Told = tuple[int, str, str | None, str | None, int | None, str | None, bool]


def tally(chunk: bytes, width_s: float) -> Tallied:
    """What the chunk comes to."""
    tallied = Tallied()
    told: dict[_Told, list[str | None]] = {}
    _gather(chunk, width_s, told, tallied.rest)
    for (window, event, outcome, reason, status, client, synthetic), people in told.items():
        kind = KINDS.get(event)
        if kind is None:
            tallied.silent += len(people)
        elif synthetic:
            tallied.probes += len(people)
        else:
            said = Line(_ANY_TIME, event, outcome=outcome, reason=reason, status=status)
            meant, why, _ = verdict(kind, said)
            tallied.groups.setdefault((window, words(kind, meant, why), client), []).extend(people)
    return tallied


def _gather(chunk: bytes, width_s: float, told: dict[_Told, list[str | None]], rest: list[bytes]) -> None:
    """Sort who it was by what was told; halve a chunk with a bad line until it is found."""
    lines = chunk.count(b"\n")
    try:
        rows = _DECODE(chunk)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        rows = []
    # An object that spans lines, and an empty line, are not what the parser takes for one.
    if len(rows) == lines:
        _sort(rows, width_s, told)
    elif lines <= _FEW:
        rest.extend(chunk.split(b"\n")[:-1])
    else:
        middle = chunk.index(b"\n", len(chunk) // 2) + 1
        if middle == len(chunk):
            middle = chunk.rindex(b"\n", 0, len(chunk) // 2) + 1
        _gather(chunk[:middle], width_s, told, rest)
        _gather(chunk[middle:], width_s, told, rest)


def _sort(rows: Iterable[Counted], width_s: float, told: dict[_Told, list[str | None]]) -> None:
    for row in rows:
        key = (
            floor(row.time.timestamp() / width_s),
            row.event,
            row.outcome,
            row.reason,
            row.status,
            row.client,
            row.synthetic,
        )
        people = told.get(key)
        if people is None:
            told[key] = people = []
        people.append(row.person or row.session or row.source)
