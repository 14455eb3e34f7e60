"""The school's log by the chunk: lines that are alike but for who and when are counted by their form, the others are
decoded into the fields that are counted; no event is made of either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Annotated

import msgspec

from doorward.log_line.forms import Roles
from doorward.log_line.forms_known import Meaning, Reader
from doorward.log_line.forms_tally import LEAST_BYTES, Forms
from doorward.log_line.tally import Tallied, lines_in, marks_of, runs, words
from doorward.systems.school.counted import Counted, Words, rows_of
from doorward.systems.school.log import KINDS, Line, verdict

# The school knows some fifty.
_MEANINGS = 256
# Where a bad line stands among no more than this, each is left to the parser.
_FEW = 8
# Rows of more take longer each: a tenth at eight times as much.
_PART_BYTES = 128 * 1024

_ANY_TIME = datetime.fromtimestamp(0, UTC)
_ROLES = Roles(
    time="time",
    who=("person", "session", "source"),
    deciding=frozenset(("event", "outcome", "reason", "grant", "status", "client", "synthetic")),
)
_DECODE_TIME: Callable[[bytes], datetime] = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)]).decode
# What a verdict hangs on (event, outcome, reason, grant, status), the client, and whether it is a probe's: the rest of
# a line is who it was and when.
_Told = tuple[str, str | None, str | None, str | None, int | None, str | None, bool]
_TIME = attrgetter("time")
_Read = Callable[[bytes], list[Counted]]
_Windows = dict[int, defaultdict[_Told, list[str | None]]]


class SchoolTally:
    """Tallies the chunks of one log, and remembers its forms and the words that it repeats."""

    def __init__(self, least_bytes: int = LEAST_BYTES) -> None:
        self._words = Words()
        self._forms = Forms(Reader(_ROLES, _meaning, _at_s), least_bytes)

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        tallied = Tallied()
        for part in _parts(self._forms.count(chunk, width_s, tallied)):
            windows: _Windows = {}
            _gather(part, self._words.rows_of, width_s, windows, tallied.rest)
            _add(tallied, windows)
        return tallied


def _parts(chunk: bytes) -> Iterator[bytes]:
    """The chunk's lines, no more at once than a processor's cache holds the rows of."""
    start = 0
    while start < len(chunk):
        end = chunk.find(b"\n", start + _PART_BYTES) + 1 or len(chunk)
        yield chunk[start:end]
        start = end


def _add(tallied: Tallied, windows: _Windows) -> None:
    for window, told in windows.items():
        for (event, outcome, reason, grant, status, client, synthetic), people in told.items():
            meant = _meant(event, outcome, reason, grant, status)
            if meant is None:
                tallied.silent += len(people)
            elif synthetic:
                tallied.probes += len(people)
            else:
                key, marks = (window, meant, client), marks_of(people)
                if marks is None:
                    tallied.add(key, len(people), people)
                else:
                    tallied.add_marks(key, len(people), marks)


@lru_cache(_MEANINGS)
def _meant(event: str, outcome: str | None, reason: str | None, grant: str | None, status: int | None) -> str | None:
    """The verdict as one text; None for an event that says nothing of sign-in."""
    kind = KINDS.get(event)
    if kind is None:
        return None
    said = Line(_ANY_TIME, event, outcome=outcome, reason=reason, status=status, grant=grant)
    meant, why, _ = verdict(kind, said)
    return words(kind, meant, why)


def _meaning(line: bytes) -> Meaning:
    """What a line means. Raises ValueError if it is not the school's."""
    for row in rows_of(line):
        meant = _meant(row.event, row.outcome, row.reason, row.grant, row.status)
        return Meaning(meant, row.client, row.synthetic)
    raise ValueError("not the school's")


def _at_s(stamp: bytes) -> float:
    """The time of a line. Raises ValueError for what is none."""
    return _DECODE_TIME(b'"%b"' % stamp).timestamp()


def _gather(chunk: bytes, read: _Read, width_s: float, windows: _Windows, rest: list[bytes]) -> None:
    """Sort who it was by what was told; halve a chunk with a bad line until it is found."""
    lines = lines_in(chunk)
    rows = read(chunk)
    # An object that spans lines, and an empty line, are not what the parser takes for one.
    if len(rows) == lines:
        _sort(rows, width_s, windows)
    elif lines <= _FEW:
        rest.extend(chunk.split(b"\n")[:-1])
    else:
        middle = chunk.index(b"\n", len(chunk) // 2) + 1
        if middle == len(chunk):
            middle = chunk.rindex(b"\n", 0, len(chunk) // 2) + 1
        _gather(chunk[:middle], rows_of, width_s, windows, rest)
        _gather(chunk[middle:], rows_of, width_s, windows, rest)


def _sort(rows: list[Counted], width_s: float, windows: _Windows) -> None:
    """Rows of a stretch within one window need not be asked for their time each. The fields by name: attrgetter's tuple
    takes a third longer."""
    for window, start, end in runs(list(map(_TIME, rows)), width_s):
        told = windows.get(window)
        if told is None:
            windows[window] = told = defaultdict(list)
        for row in rows[start:end]:
            key = row.event, row.outcome, row.reason, row.grant, row.status, row.client, row.synthetic
            told[key].append(row.person or row.session or row.source)
