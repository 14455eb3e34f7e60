"""A tally for syslog: its sentences repeat but for names, times and ports, and the parser reads only what is new.

In: a pattern that fits every line of a chunk. Out: what the chunk comes to. Left to the parser are lines that the
pattern is not made for, and those whose person is nobody or a probe. The pattern looks at each line; of what it has
found often an outline is made, by which a chunk's lines are found at once (a third of the time).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise, repeat

import numpy as np

from doorward.log_line.eights import Flags
from doorward.log_line.options import LogOptions
from doorward.log_line.outlines import After, Outline, Words
from doorward.log_line.remembered import Marks, Names, Numbers, room
from doorward.log_line.said import Parse
from doorward.log_line.secrecy import Hasher
from doorward.log_line.tally import Tallied, who, words

_Row = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
_Frame = tuple[bytes, bytes]
# A window (None where the time is none), and from which line to which.
_Stretch = tuple[int | None, int, int]

# How a line of syslog begins. Source: RFC 3164 §4.1.2 (15 characters), RFC 3339; a valid time is found in one way only.
STAMP = rb"(?:.{15}|\d{4}-[!-~]+) "
_STAMP = re.compile(STAMP)
# Of a line that the pattern leaves to the parser.
_NOTHING = (b"", b"")
# RFC 3164's stamp and what follows it, as two numbers.
_HALF_BYTES = 8
# sshd has some ten sentences that are frequent.
_MOST_OUTLINES = 32
# Where times go to and fro, lines are sorted one by one.
_MOST_STRETCHES = 64


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a frame comes to: nothing if `verdict` is None. Who it was is told by `names`, or else is always `name`."""

    verdict: str | None
    client: str | None = None
    is_probe: bool = False
    name: str | None = None
    names: Names | None = None


class Sentences:
    """`pattern` fits each line once. Its eight groups are one of: a frame, a person and an end, where what the line
    comes to hangs on frame and end; the same with a network; the start of a sentence that decides all; a whole
    sentence. All are empty for a line that is left to the parser.

    `time` reads what `times` fits, as seconds since 1970: the stamps that lines begin with. `programs` are the only
    ones whose lines have frames.
    """

    def __init__(
        self,
        parse: Parse,
        options: LogOptions,
        pattern: re.Pattern[bytes],
        times: re.Pattern[bytes],
        time: Callable[[str], float],
        programs: Sequence[bytes],
    ) -> None:
        self._parse = parse
        hasher = Hasher(options.hash_key)
        self._people = Names(hasher.person_anew, frozenset(hasher.person(name) for name in options.probe_accounts))
        self._networks = Names(hasher.source_anew)
        self._found: Callable[[bytes], list[_Row]] = pattern.findall
        self._times, self._time = times, time
        self._programs = programs
        self._marks = {id(names): Marks(names) for names in (self._people, self._networks)}
        self._meanings: dict[_Frame, _Meaning] = {}
        self._outlines: list[tuple[Outline, _Meaning]] = []

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        tallied, words = Tallied(), Words(chunk)
        numbers = Numbers(self._times, self._time, width_s)
        stretches = list(_stretches(words, numbers))
        if 0 < len(stretches) <= _MOST_STRETCHES and self._outlines:
            left = words.lines(self._outlined(words, stretches, tallied))
            if not left:
                return tallied
            if len(left) < len(chunk):
                chunk, stretches = left, list(_stretches(Words(left), numbers))
        self._look(chunk, stretches, tallied)
        return tallied

    def _outlined(self, words: Words, stretches: list[_Stretch], tallied: Tallied) -> Flags:
        """Count the lines that fit an outline; which do not, or name nobody or a probe."""
        for window, start, end in stretches:
            if window is None:
                words.leave(start, end)
        words.leave_other_programs(self._programs)
        is_left = np.ones(len(words.starts), dtype=bool)
        begins = [start for _, start, _ in stretches]
        for outline, meaning in self._outlines:
            lines, starts, ends = words.fitting(outline)
            if meaning.verdict is None or meaning.names is None:
                tallied.silent += len(lines)
            elif len(lines):
                marks = self._marks[id(meaning.names)](words, starts, ends)
                is_known = marks[:, 0] != 0
                lines, marks = lines[is_known], marks[is_known]
                edges = [*np.searchsorted(lines, begins).tolist(), len(lines)]
                for (window, _, _), (first, last) in zip(stretches, pairwise(edges), strict=True):
                    if window is not None and first < last:
                        key = (window, meaning.verdict, meaning.client)
                        tallied.add_marks(key, last - first, marks[first:last].tobytes())
            is_left[lines] = False
        return is_left

    def _look(self, chunk: bytes, stretches: list[_Stretch], tallied: Tallied) -> None:
        """Count lines by the pattern."""
        rows = self._found(chunk)
        rows.pop()  # What stands behind the last newline.
        windows: dict[int, defaultdict[_Frame, list[bytes]]] = {}
        lines = _Lines(chunk, rows, stretches)
        for window, start, end in stretches:
            if window is not None:
                told = windows.get(window)
                if told is None:
                    windows[window] = told = defaultdict(list)
                _sort(rows[start:end], told)
        for window, told in windows.items():
            for frame, names in told.items():
                meaning = None if frame == _NOTHING else self._meaning(frame, lines)
                left = set(names) if meaning is None else _add(tallied, window, meaning, names)
                if left:
                    lines.left[window, frame] = left
        tallied.rest = lines.rest()

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
        names = self._people if row[1] else self._networks if row[4] else None
        if event is None:
            made = _Meaning(None)
        elif event.probe and names is not None:
            return None
        else:
            verdict = words(event.kind, event.outcome, event.reason)
            made = _Meaning(verdict, event.client, event.probe, who(event), names)
        room(self._meanings)[frame] = made
        outline = _outline(row)
        if outline is not None and len(self._outlines) < _MOST_OUTLINES:
            self._outlines.append((outline, made))
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
    people = list(map(mark, names))
    if all(people):
        tallied.add(key, len(names), people)
        return set()
    left = {name for name in names if mark(name) is None}
    if len(left) < len(set(names)):
        tallied.add(key, sum(name not in left for name in names), filter(None, people))
    return left


def _sort(rows: list[_Row], told: defaultdict[_Frame, list[bytes]]) -> None:
    """Sort who it was by frame and end."""
    for frame, person, end, where, network, tail, start, whole in rows:
        told[frame or where or start or whole, end or tail].append(person or network)


def _frame(row: _Row) -> _Frame:
    frame, _, end, where, _, tail, start, whole = row
    return frame or where or start or whole, end or tail


def _outline(row: _Row) -> Outline | None:
    """The outline of lines of a frame; None if it is too long to be looked for, or decides by all its words."""
    frame, person, end, where, network, tail, start, _ = row
    number = (b" port ", After.NUMBER)
    if person:
        made = Outline(((frame, After.NAME), (b" from ", After.WORD), number, (end + b"\n", After.NOTHING)))
    elif network:
        made = Outline(((where, After.NAME), number, (tail + b"\n", After.NOTHING)))
    elif start:
        made = Outline(((start, After.WORD), (b"\n", After.NOTHING)))
    else:
        return None
    return made if made.is_short else None


def _stretches(words: Words, numbers: Numbers) -> Iterator[_Stretch]:
    """Stretches of lines that fall in one window. Only where a stamp is not that of the line before is it looked at."""
    starts = words.starts
    if not len(starts):
        return
    first, second = words.eights(starts), words.eights(starts + _HALF_BYTES)
    is_new = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    # RFC 3339's stamp is longer.
    is_new |= words.is_dated[1:]
    begun, last = 0, numbers[_stamp(words.chunk, 0)]
    for line in (np.flatnonzero(is_new) + 1).tolist():
        window = numbers[_stamp(words.chunk, int(starts[line]))]
        if window != last:
            yield last, begun, line
            begun, last = line, window
    yield last, begun, len(starts)


def _stamp(chunk: bytes, start: int) -> bytes:
    found = _STAMP.match(chunk, start)
    return b"" if found is None else found[0][:-1]


class _Lines:
    """The lines of a chunk, which are looked at only where one is new or is left; `left` are names by window and frame
    whose lines are the parser's."""

    def __init__(self, chunk: bytes, rows: list[_Row], stretches: list[_Stretch]) -> None:
        self._chunk, self._rows, self._stretches = chunk, rows, stretches
        self.left: dict[tuple[int, _Frame], set[bytes]] = {}

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._chunk.split(b"\n")

    @cached_property
    def _firsts(self) -> dict[_Frame, int]:
        numbers: dict[_Frame, int] = {}
        for number, row in enumerate(self._rows):
            numbers.setdefault(_frame(row), number)
        return numbers

    def first(self, frame: _Frame) -> tuple[_Row, bytes]:
        """The first line with that frame."""
        number = self._firsts[frame]
        return self._rows[number], self._lines[number]

    def rest(self) -> list[bytes]:
        """The lines that are the parser's: also those without a time."""
        if not self.left and all(window is not None for window, _, _ in self._stretches):
            return []
        windows = chain.from_iterable(repeat(window, end - start) for window, start, end in self._stretches)
        return [
            self._lines[number]
            for number, (window, row) in enumerate(zip(windows, self._rows, strict=True))
            if window is None or (row[1] or row[4]) in self.left.get((window, _frame(row)), ())
        ]
