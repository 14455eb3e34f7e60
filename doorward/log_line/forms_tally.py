"""Counts JSON lines by their forms: what a sort of lines comes to is read once, by the kind's own parser.

In: a chunk of lines. Out: counts of those of a known form and sort, and the other lines. A line is looked up by where
its quotes stand, which gives a form; and by its steady bytes, which give a sort; all of them are then compared. Forms
and sorts are learned from lines that come more than once, and both are few: where most lines are of ever new ones they
are left to others, and looked at less and less often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doorward.log_line.eights import EIGHT, Eights, Flags, Places, are_numbers, masks, others, rows_with
from doorward.log_line.forms import LONGEST_STAMP, Form
from doorward.log_line.forms_known import Known, Lines, Reader
from doorward.log_line.tally import MARK_BYTES, Tallied, window_of

# Of less, some 200 lines, each is sooner read by itself.
LEAST_BYTES = 64 * 1024
# Lines whose bytes a processor's cache holds some times.
_AT_ONCE = 1024
# Lines that sorts may be learned of: at first, and one more for so many that are counted, and for each chunk that is
# looked at. A lesson takes as long as some forty lines, and the first of a chunk as long as some hundreds.
_MOST_LESSONS, _LEAST_LESSONS, _LINES_A_LESSON, _LESSONS_A_CHUNK = 256, 64, 512, 8
# Chunks after which what was in vain is tried again, at most.
_LONGEST_PAUSE = 63
# Of a time, where the last digit of the second stands.
_SECOND = 18
_SECONDS = masks(LONGEST_STAMP // EIGHT)[_SECOND + 1] ^ masks(LONGEST_STAMP // EIGHT)[_SECOND]
_NO_SECONDS = masks(LONGEST_STAMP // EIGHT)[0]


class Forms:
    """Counts the chunks of one log."""

    def __init__(self, reader: Reader, least_bytes: int = LEAST_BYTES) -> None:
        self._reader, self._least_bytes = reader, least_bytes
        self._known = Known(reader)
        self._looking, self._lessons = _Patience(), _MOST_LESSONS

    def count(self, chunk: bytes, width_s: float, tallied: Tallied) -> bytes:
        """Count the lines that are known; the others."""
        if len(chunk) < self._least_bytes or not self._looking.is_due():
            return chunk
        lines = Lines(chunk)
        rows = np.flatnonzero(~lines.is_odd)
        if not len(rows):
            return chunk
        sorts, marks = self._find(lines, rows)
        unknown = np.flatnonzero(sorts == 0)
        if len(unknown) and self._learn(lines, rows[unknown], marks[unknown], len(rows)):
            sorts[unknown], _ = self._find(lines, rows[unknown])
        found = _Found(lines, self._known, rows, sorts).chosen(sorts > 0)
        counted = _counted(found, _Windows(self._reader.at_s, width_s), tallied) if len(found.rows) else found.rows
        # Looking takes as long as reading half of the lines one by one.
        is_worth = 5 * len(counted) > 3 * len(lines)
        self._looking.tried(is_worth)
        self._lessons = min(self._lessons + len(counted) // _LINES_A_LESSON + _LESSONS_A_CHUNK, _MOST_LESSONS)
        if self._known.is_full and not is_worth:
            self._known = Known(self._reader)
        is_left = np.ones(len(lines), dtype=bool)
        is_left[counted] = False
        return lines.lines(is_left)

    def _find(self, lines: Lines, rows: Places) -> tuple[Places, Eights]:
        parts = [self._known.find(lines, rows[at : at + _AT_ONCE]) for at in range(0, len(rows), _AT_ONCE)]
        return np.concatenate([sorts for sorts, _ in parts]), np.concatenate([marks for _, marks in parts])

    def _learn(self, lines: Lines, unknown: Places, marks: Eights, number: int) -> bool:
        """Learn what comes most of the unknown lines, of so many in all. What comes once is learned only if few do,
        else it is of ever new values."""
        if self._lessons < _LEAST_LESSONS:
            return False
        _, firsts, counts = np.unique(marks, return_index=True, return_counts=True)
        least = 1 if 16 * len(unknown) < number else 2
        chosen = [firsts[at] for at in np.argsort(-counts).tolist() if counts[at] >= least][: self._lessons]
        self._lessons -= len(chosen)
        return self._known.learn([lines.line(line) for line in unknown[chosen].tolist()])


class _Patience:
    """What was in vain is tried again after 1, 3, 7 … times, `_LONGEST_PAUSE` at most."""

    def __init__(self) -> None:
        self._pause = self._left = 0

    def is_due(self) -> bool:
        """Whether to try; asked once each time."""
        self._left -= 1
        return self._left < 0

    def tried(self, is_done: bool) -> None:
        """Whether it was worth it."""
        self._pause = 0 if is_done else min(2 * self._pause + 1, _LONGEST_PAUSE)
        self._left = self._pause


class _Windows:
    """The windows that the times of a chunk fall in, numbered as they come."""

    def __init__(self, at_s: Callable[[bytes], float], width_s: float) -> None:
        self._at_s, self._width_s = at_s, width_s
        self._places: dict[bytes, int] = {}
        self._numbers: dict[int, int] = {}
        # Ten seconds are mostly in one window: their last digit is then as good as one of the fraction.
        self.is_coarse = width_s % 10 == 0

    def numbers(self) -> list[int]:
        """The windows, by their places."""
        return list(self._numbers)

    def place(self, stamp: bytes, start: int, end: int) -> int:
        """The place of the window of all times that differ in nothing but the digits that are free; -1 if they do not
        fall in one. The digits of the fraction stand between start and end."""
        first, last = (self._with(digit, stamp, start, end) for digit in (b"0", b"9"))
        place = self._places.get(first)
        if place is None:
            window, other = self._window(first), self._window(last)
            is_one = window is not None and window == other
            place = self._numbers.setdefault(window, len(self._numbers)) if window is not None and is_one else -1
            self._places[first] = place
        return place

    def _with(self, digit: bytes, stamp: bytes, start: int, end: int) -> bytes:
        second = digit if self.is_coarse else stamp[_SECOND : _SECOND + 1]
        made = stamp[:_SECOND] + second + stamp[_SECOND + 1 :]
        return made[:start] + digit * (end - start) + made[end:]

    def _window(self, stamp: bytes) -> int | None:
        try:
            return window_of(self._at_s(stamp), self._width_s)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class _Found:
    """Lines of a chunk, and of what sort each is."""

    lines: Lines
    known: Known
    rows: Places
    sorts: Places

    @property
    def forms(self) -> Places:
        """Of what form each is."""
        found: Places = self.known.form_of[self.sorts]
        return found

    @property
    def starts(self) -> Places:
        """Where each begins."""
        found: Places = self.lines.starts[self.rows]
        return found

    def chosen(self, which: Flags) -> _Found:
        """Some of them."""
        return self if which.all() else _Found(self.lines, self.known, self.rows[which], self.sorts[which])


def _counted(found: _Found, windows: _Windows, tallied: Tallied) -> Places:
    """Count lines by window and meaning; which of them are counted, save those with a time or number that is none."""
    places = _places(found, windows)
    places[_odd_numbers(found)] = -1
    found, places = found.chosen(places >= 0), places[places >= 0]
    if len(places):
        _add(found, places, windows.numbers(), tallied)
    return found.rows


def _places(found: _Found, windows: _Windows) -> Places:
    """Of each line the place of its window; -1 for one with a time that is none."""
    known, forms = found.known, found.forms
    starts = found.starts + known.times[forms]
    extra = _SECONDS if windows.is_coarse else _NO_SECONDS
    times = found.lines.eights(starts, LONGEST_STAMP // EIGHT)
    odd = rows_with(others(times) & (known.fractions | extra).take(forms, axis=0))
    times &= (known.steady_times & ~extra).take(forms, axis=0)
    is_new = np.zeros(len(forms), dtype=bool)
    is_new[0] = True
    is_new[rows_with(times[1:] != times[:-1]) + 1] = True
    begins = np.flatnonzero(is_new)
    told = [
        _place(known.forms[form], found.lines.chunk, start, windows)
        for form, start in zip(forms[begins].tolist(), starts[begins].tolist(), strict=True)
    ]
    places: Places = np.array(told)[np.cumsum(is_new) - 1]
    places[odd] = -1
    return places


def _place(form: Form, chunk: bytes, start: int, windows: _Windows) -> int:
    begin, end = form.time
    return windows.place(chunk[start : start + end - begin], form.fraction[0] - begin, form.fraction[1] - begin)


def _odd_numbers(found: _Found) -> Places:
    """The places of lines with a number that is none."""
    odd, starts = [np.zeros(0, np.int64)], found.starts
    spans = found.known.numbers.take(found.forms, axis=0)
    for column in range(spans.shape[1]):
        begins, ends = spans[:, column].T
        has_number = np.flatnonzero(ends)
        values = found.lines.eights((starts + begins)[has_number], 1)[:, 0]
        odd.append(has_number[~are_numbers(values, (ends - begins)[has_number])])
    return np.concatenate(odd)


def _add(found: _Found, places: Places, windows: list[int], tallied: Tallied) -> None:
    known = found.known
    who = found.lines.eights(found.starts + known.who[found.forms], MARK_BYTES // EIGHT)
    groups = places * len(known.meanings) + known.meaning_of[found.sorts]
    is_short = len(windows) * len(known.meanings) <= 1 << 16
    order = np.argsort(groups.astype(np.uint16) if is_short else groups, kind="stable")
    groups, marks = groups[order], who[order].tobytes()
    edges = [0, *(np.flatnonzero(groups[1:] != groups[:-1]) + 1).tolist(), len(groups)]
    for first, last in pairwise(edges):
        place, number = divmod(int(groups[first]), len(known.meanings))
        meaning, is_named = known.meanings[number]
        if meaning.verdict is None:
            tallied.silent += last - first
        elif meaning.is_probe:
            tallied.probes += last - first
        else:
            people = marks[MARK_BYTES * first : MARK_BYTES * last] if is_named else b""
            tallied.add_marks((windows[place], meaning.verdict, meaning.client), last - first, people)
