"""The forms and sorts of one log's JSON lines, and which of a chunk's lines are of which.

A line is looked up by where its quotes stand, which gives a form; and by its steady bytes, which give a sort; then they
are compared, all of them. Lines of one sort come to the same, save when it was and who it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doorward.log_line.eights import EIGHT, Eights, Flags, Places, masks, rows_with
from doorward.log_line.forms import LONGEST_LINE, LONGEST_STAMP, Form, Roles, form_of

# Half a megabyte of forms at most, and as much of sorts.
MOST_SORTS = 1024
_MARK_BITS = 16
NEWLINE, SPACE, QUOTE, BACKSLASH, FIRST_OTHER = ord("\n"), ord(" "), ord('"'), ord("\\"), 0x80
# Odd numbers that tell lines apart; two that look alike cost time, never a count.
_SPREAD = np.random.default_rng(1).integers(1 << 63, size=LONGEST_LINE // EIGHT + 1, dtype=np.uint64) * 2 + 1
_LENGTH = _SPREAD[-1]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sort of lines comes to: nothing if `verdict` is None."""

    verdict: str | None
    client: str | None = None
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind reads: what a line means, without who and when; the time in a text as seconds since 1970. Both raise
    ValueError for what is none of the kind's."""

    roles: Roles
    meaning: Callable[[bytes], Meaning]
    at_s: Callable[[bytes], float]


class Lines:
    """Where the lines of a chunk stand; `is_odd` those that hold what is not plain, or are too near to its end."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self.signs = np.frombuffer(chunk, dtype=np.uint8)
        controls = np.flatnonzero(self.signs < SPACE)
        is_end = self.signs[controls] == NEWLINE
        self.ends: Places = controls[is_end]
        self.starts: Places = np.concatenate(([0], self.ends[:-1] + 1))[: len(self.ends)]
        self.sizes: Places = self.ends - self.starts
        self.is_odd: Flags = self.starts > len(chunk) - LONGEST_LINE - LONGEST_STAMP
        odd = controls[~is_end]
        if b"\\" in chunk or not chunk.isascii():
            odd = np.concatenate((odd, np.flatnonzero((self.signs == BACKSLASH) | (self.signs >= FIRST_OTHER))))
        self.is_odd[np.searchsorted(self.ends, odd)] = True

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, number: int) -> bytes:
        """A line without its newline."""
        return self.chunk[self.starts[number] : self.ends[number]]

    def lines(self, chosen: Flags) -> bytes:
        """The chosen lines, each with its newline."""
        found = np.flatnonzero(chosen)
        edges = zip(self.starts[found].tolist(), self.ends[found].tolist(), strict=True)
        return self.chunk if chosen.all() else b"".join([self.chunk[start : end + 1] for start, end in edges])

    def eights(self, at: Places, number: int) -> Eights:
        """So many times eight bytes from each place on."""
        size = EIGHT * number
        found = np.ndarray((len(self.signs) - size + 1,), f"V{size}", self.signs.data, strides=(1,))[at]
        return found.view("<u8").reshape(*at.shape, number)


class _Marks:
    """Numbers that lines are looked up by, each with its place in a list; the place 0 is nobody's. Of two numbers that
    begin alike only the last is found."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._found = np.zeros(1 << _MARK_BITS, np.int16)

    def place(self, mark: int) -> int:
        """Its place; a new one if it has none."""
        place = self._places.setdefault(mark, len(self._places) + 1)
        self._found[mark >> 64 - _MARK_BITS] = place
        return place

    def find(self, marks: Eights) -> Places:
        """The place of each; 0, or that of another number, for an unknown one."""
        return self._found.take((marks >> np.uint64(64 - _MARK_BITS)).view(np.int64)).astype(np.int64)


class Known:
    """The forms and sorts of one log. Of a sort: its form, its steady bytes, and what it means."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.forms: list[Form] = [Form(b"", (0, 0), (0, 0), None, (), 0)]
        # What sorts mean, and whether their lines name somebody.
        self.meanings: list[tuple[Meaning, bool]] = [(Meaning(None), False)]
        self._texts, self._sort_forms, self._sort_meanings = [b""], [0], [0]
        self._form_marks, self._sort_marks = _Marks(), _Marks()
        self._eights = 1
        self._arrange()

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another sort."""
        return len(self._texts) >= MOST_SORTS

    def _arrange(self) -> None:
        width = EIGHT * self._eights
        self._steady = _padded([form.steady for form in self.forms], width)
        self._sort_texts = _padded(self._texts, width)
        self.form_of, self.meaning_of = np.array(self._sort_forms), np.array(self._sort_meanings)
        # By the length of a line: 1 for each byte that is in it.
        self._within = (np.arange(width) < np.arange(width + 1)[:, None]).view(np.uint64)
        self._sizes = np.array([len(form.steady) - 1 for form in self.forms])
        self._quotes = np.array([form.quotes for form in self.forms])
        most = max(len(form.numbers) for form in self.forms)
        self.numbers = np.array([[*form.numbers, *[(0, 0)] * (most - len(form.numbers))] for form in self.forms])
        self.numbers.shape = len(self.forms), most, 2
        self.times = np.array([form.time[0] for form in self.forms])
        ends = [[end - form.time[0] for end in (form.time[1], *form.fraction)] for form in self.forms]
        whole, first, last = masks(LONGEST_STAMP // EIGHT)[np.array(ends).T]
        self.fractions = first ^ last
        self.steady_times = whole ^ self.fractions
        self.who = np.array([-1 if form.who is None else form.who for form in self.forms])

    def find(self, lines: Lines, rows: Places) -> tuple[Places, Eights]:
        """Of each of these lines the place of its sort, 0 if it has none; and what it was looked up by."""
        blobs = lines.eights(lines.starts[rows], self._eights)
        sizes = lines.sizes[rows]
        quotes = (blobs.view(np.uint8) == QUOTE).view(np.uint64)
        quotes &= self._within.take(np.minimum(sizes, EIGHT * self._eights), axis=0)
        marks = _marks(quotes, sizes)
        forms = self._form_marks.find(marks)
        blobs &= self._steady.take(forms, axis=0)
        sort_marks = _marks(blobs, forms)
        sorts = self._sort_marks.find(sort_marks)
        sorts[rows_with(blobs != self._sort_texts.take(sorts, axis=0))] = 0
        sorts[(self.form_of[sorts] != forms) | (self._sizes[forms] != sizes)] = 0
        self._leave_quoted(sorts, quotes)
        return sorts, np.where(forms > 0, sort_marks, marks)

    def _leave_quoted(self, sorts: Places, quotes: Eights) -> None:
        """Lines with a quote among their free bytes are of no sort: they have more than their form, and none has
        less."""
        expected = self._quotes[self.form_of[sorts]]
        found = np.count_nonzero(quotes.view(np.bool_)) - np.count_nonzero(quotes[sorts == 0].view(np.bool_))
        if found != expected.sum():
            sorts[np.count_nonzero(quotes.view(np.bool_), axis=1) != expected] = 0

    def learn(self, lines: list[bytes]) -> bool:
        """Whether any of these lines is of a new sort."""
        is_new = [self._learn(line) for line in lines if not self.is_full]
        if any(is_new):
            self._arrange()
        return any(is_new)

    def _learn(self, line: bytes) -> bool:
        form = form_of(line, self._reader.roles)
        try:
            meaning = self._reader.meaning(line) if form is not None else None
        except ValueError:
            meaning = None
        if form is None or meaning is None:
            return False
        eights = len(line) // EIGHT + 1
        blob, steady = (_padded([text], EIGHT * eights) for text in (line + b"\n", form.steady))
        mark = _marks((blob.view(np.uint8) == QUOTE).view(np.uint64), np.array([len(line)]))
        place = self._form_marks.place(int(mark[0]))
        if place == len(self.forms):
            self.forms.append(form)
        # Two forms of which only one is found.
        if self.forms[place] != form:
            return False
        mark = _marks(blob & steady, np.array([place]))
        if self._sort_marks.place(int(mark[0])) < len(self._texts):
            return False
        means = meaning, form.who is not None
        if means not in self.meanings:
            self.meanings.append(means)
        self._texts.append((blob & steady).tobytes())
        self._sort_forms.append(place)
        self._sort_meanings.append(self.meanings.index(means))
        self._eights = max(self._eights, eights)
        return True


def _padded(texts: list[bytes], width: int) -> Eights:
    return np.frombuffer(b"".join(text[:width].ljust(width, b"\0") for text in texts), "<u8").reshape(len(texts), -1)


def _marks(rows: Eights, others: Places) -> Eights:
    marks: Eights = rows @ _SPREAD[: rows.shape[1]] + others.astype(np.uint64) * _LENGTH
    return marks
