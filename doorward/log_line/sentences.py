"""A tally for syslog: its sentences repeat but for names, times and ports, and the parser reads only what is new.

In: a pattern that fits every line of a chunk. Out: what the chunk comes to. Left to the parser are lines that the
pattern is not made for, and those whose person is nobody or a probe.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from doorward.log_line.options import LogOptions
from doorward.log_line.remembered import Names, Numbers, room
from doorward.log_line.said import Parse
from doorward.log_line.secrecy import Hasher
from doorward.log_line.tally import Tallied, who, words

_Row = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
_Frame = tuple[bytes, bytes]
# Window (None where the time is none), frame and end.
_Key = tuple[int | None, bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a frame comes to: nothing if `verdict` is None. Who it was is told by `names`, or else is always `name`."""

    verdict: str | None
    client: str | None = None
    is_probe: bool = False
    name: str | None = None
    names: Names | None = None


class Sentences:
    """`pattern` fits each line once. Its nine groups are the time and one of: a frame, a person and an end, where what
    the line comes to hangs on frame and end; the same with a network; the start of a sentence that decides all; a whole
    sentence. All are empty for a line that is left to the parser.

    `time` reads what `times` fits, as seconds since 1970.
    """

    def __init__(
        self,
        parse: Parse,
        options: LogOptions,
        pattern: re.Pattern[bytes],
        times: re.Pattern[bytes],
        time: Callable[[str], float],
    ) -> None:
        self._parse = parse
        hasher = Hasher(options.hash_key)
        self._people = Names(hasher.person_anew, frozenset(hasher.person(name) for name in options.probe_accounts))
        self._networks = Names(hasher.source_anew)
        self._found: Callable[[bytes], list[_Row]] = pattern.findall
        self._times, self._time = times, time
        self._meanings: dict[_Frame, _Meaning] = {}

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        rows = self._found(chunk)
        rows.pop()  # What stands behind the last newline.
        numbers = Numbers(self._times, self._time, width_s)
        told: dict[_Key, list[bytes]] = defaultdict(list)
        for time, frame, person, end, where, network, tail, start, whole in rows:
            told[numbers[time], frame or where or start or whole, end or tail].append(person or network)
        tallied, lines = Tallied(), _Lines(chunk, rows, numbers)
        for key, names in told.items():
            window, frame, end = key
            meaning = self._meaning((frame, end), lines) if window is not None else None
            if window is None or meaning is None:
                lines.leave(key, set(names))
            else:
                lines.leave(key, _add(tallied, window, meaning, names))
        tallied.rest = lines.left()
        return tallied

    def _meaning(self, frame: _Frame, lines: _Lines) -> _Meaning | None:
        """What a frame comes to, by the first line with it; None if that says nothing of the others."""
        known = self._meanings.get(frame)
        if known is not None:
            return known
        row, line = lines.first(frame)
        try:
            event = self._parse(line, "")
        except ValueError:
            return None
        names = self._people if row[2] else self._networks if row[5] else None
        if event is None:
            made = _Meaning(None)
        elif event.probe and names is not None:
            return None
        else:
            verdict = words(event.kind, event.outcome, event.reason)
            made = _Meaning(verdict, event.client, event.probe, who(event), names)
        room(self._meanings)[frame] = made
        return made


def _add(tallied: Tallied, window: int, meaning: _Meaning, names: list[bytes]) -> set[bytes]:
    """Count lines of one meaning; the names of those that are left to the parser."""
    if meaning.verdict is None:
        tallied.silent += len(names)
        return set()
    if meaning.is_probe:
        tallied.probes += len(names)
        return set()
    key = (window, meaning.verdict, meaning.client)
    if meaning.names is None:
        tallied.add(key, len(names), {meaning.name})
        return set()
    mark = meaning.names.__getitem__
    people = set(map(mark, names))
    if None not in people:
        tallied.add(key, len(names), people)
        return set()
    left = {name for name in names if mark(name) is None}
    if len(people) > 1:
        tallied.add(key, sum(name not in left for name in names), people - {None})
    return left


class _Lines:
    """The lines of a chunk, which are looked at only where one is new or is left."""

    def __init__(self, chunk: bytes, rows: list[_Row], numbers: Numbers) -> None:
        self._chunk, self._rows, self._numbers = chunk, rows, numbers
        self._left: dict[_Key, set[bytes]] = {}

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._chunk.split(b"\n")

    @cached_property
    def _firsts(self) -> dict[_Frame, int]:
        numbers: dict[_Frame, int] = {}
        for number, row in enumerate(self._rows):
            _, frame, end = self._key(row)
            numbers.setdefault((frame, end), number)
        return numbers

    def first(self, frame: _Frame) -> tuple[_Row, bytes]:
        """The first line with that frame."""
        number = self._firsts[frame]
        return self._rows[number], self._lines[number]

    def leave(self, key: _Key, names: set[bytes]) -> None:
        """The lines with these names are the parser's."""
        if names:
            self._left[key] = names

    def left(self) -> list[bytes]:
        """The lines that are the parser's."""
        if not self._left:
            return []
        none: set[bytes] = set()
        return [
            self._lines[number]
            for number, row in enumerate(self._rows)
            if (row[2] or row[5]) in self._left.get(self._key(row), none)
        ]

    def _key(self, row: _Row) -> _Key:
        time, frame, _, end, where, _, tail, start, whole = row
        return self._numbers[time], frame or where or start or whole, end or tail
