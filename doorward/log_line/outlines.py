"""Lines that are alike but for names, addresses and numbers, found by the chunk and not one by one.

In: a chunk of lines, and outlines: the texts that such a line has in common, and what stands between them. Out: which
lines fit an outline, and where the name in each stands. A line fits if its bytes are those of the outline: nothing is
guessed, and what fits no outline is for others to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

import numpy as np
import numpy.typing as npt

from doorward.log_line.eights import EIGHT, Eights, Flags, Places, digits, masks

NEWLINE, SPACE = ord("\n"), ord(" ")
# Texts of an outline in all: so far behind the chunk's end may be looked.
_MOST_TEXT = 256
_ROOM = bytes(2 * _MOST_TEXT)
# Of RFC 3164's stamp `Nov  2 15:40:14`: where a second space is, if the day has one digit.
_DAY = 4
_FIRST_OTHER = 0x80

_U = np.uint64
# By as many bytes as are looked at.
_MASKS = masks(1)[:, 0]


class After(Enum):
    """What follows a text of an outline: the name that tells who it was, any other word, a number of at most seven
    digits, or nothing more."""

    NAME = auto()
    WORD = auto()
    NUMBER = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Outline:
    """Texts with what follows each, from where the message begins to its newline."""

    parts: tuple[tuple[bytes, After], ...]

    @property
    def gaps(self) -> int:
        """How many spaces and newlines it has."""
        return 1 + sum(text.count(b" ") for text, _ in self.parts)

    @property
    def is_short(self) -> bool:
        """Whether it is short enough to be looked for, and begins with enough to be told from others."""
        texts = [text for text, _ in self.parts]
        return len(texts[0]) >= EIGHT and sum(map(len, texts)) <= _MOST_TEXT


class Words:
    """Where the lines and words of a chunk of syslog stand. Lines that hold what is neither printed ASCII nor a space
    fit nothing."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self._signs = np.frombuffer(chunk + _ROOM, dtype=np.uint8)
        self._eights = np.ndarray((len(self._signs) - EIGHT,), dtype="<u8", buffer=self._signs.data, strides=(1,))
        signs = self._signs[: len(chunk)]
        self._gaps = np.flatnonzero(signs <= SPACE)
        self._between = signs[self._gaps]
        # The gaps that are the ends of lines.
        self._last = np.flatnonzero(self._between == NEWLINE)
        self.ends: Places = self._gaps[self._last]
        self.starts: Places = np.concatenate(([0], self.ends[:-1] + 1))[: len(self.ends)]

    def eights(self, places: Places) -> Eights:
        """The eight bytes from each place on, as a number."""
        found: Eights = self._eights[places]
        return found

    @cached_property
    def leads(self) -> npt.NDArray[np.uint8]:
        """The first byte of each line."""
        found: npt.NDArray[np.uint8] = self._signs[self.starts]
        return found

    @cached_property
    def is_dated(self) -> Flags:
        """Whether a line begins with a digit: its stamp is that of RFC 3339."""
        return (self.leads >= ord("0")) & (self.leads <= ord("9"))

    @cached_property
    def _message_gaps(self) -> Places:
        """The gap before each line's message: behind the stamp, the host and the program."""
        first = np.concatenate(([0], self._last[:-1] + 1))
        in_stamp = np.where(self.is_dated, 0, 2 + (self._signs[self.starts + _DAY] == SPACE))
        gaps: Places = np.minimum(first + in_stamp + 2, self._last)
        return gaps

    @cached_property
    def _firsts(self) -> Eights:
        """The first eight bytes of each message."""
        return self.eights(self._gaps[self._message_gaps] + 1)

    @cached_property
    def _sizes(self) -> Places:
        """How many gaps are in each message; 0 for a line that fits nothing."""
        sizes = self._last - self._message_gaps
        odd = self._gaps[(self._between != SPACE) & (self._between != NEWLINE)]
        if not self.chunk.isascii():
            odd = np.concatenate((odd, np.flatnonzero(self._signs >= _FIRST_OTHER)))
        sizes[np.searchsorted(self.ends, odd)] = 0
        return sizes

    def leave(self, start: int, end: int) -> None:
        """Let these lines fit nothing."""
        self._sizes[start:end] = 0

    def leave_other_programs(self, programs: Sequence[bytes]) -> None:
        """Let those lines fit nothing that are not of these programs; a process's number follows in brackets."""
        gaps = self._message_gaps - 1
        starts, is_mine = self._gaps[gaps] + 1, np.zeros(len(gaps), dtype=bool)
        has_host = starts - self._gaps[gaps - 1] > 2
        for program in programs:
            if not is_mine.all():
                fits, ends = self._follow(((program + b"[", After.NUMBER), (b"]: ", After.NOTHING)), starts, gaps)[:2]
                is_mine |= fits & (ends == self._gaps[gaps + 1] + 1)
        self._sizes[~(is_mine & has_host)] = 0

    def fitting(self, outline: Outline) -> tuple[Places, Places, Places]:
        """The lines that fit, where the name in each begins, and where it ends."""
        text = int.from_bytes(outline.parts[0][0][:EIGHT], "little")
        lines = np.flatnonzero((self._firsts == _U(text)) & (self._sizes == outline.gaps))
        if not len(lines):
            return lines, lines, lines
        gaps = self._message_gaps[lines]
        fits, _, starts, ends = self._follow(outline.parts, self._gaps[gaps] + 1, gaps)
        return (lines, starts, ends) if fits.all() else (lines[fits], starts[fits], ends[fits])

    def _follow(
        self, parts: Sequence[tuple[bytes, After]], at: Places, gaps: Places
    ) -> tuple[Flags, Places, Places, Places]:
        """Whether the parts stand there, each behind its gap; where they end; where the name begins and ends."""
        fits, starts, ends = np.ones(len(at), dtype=bool), at, at
        for text, after in parts:
            fits &= self._reads(text, at)
            at, gaps = at + len(text), gaps + text.count(b" ")
            if after is After.NUMBER:
                size = digits(self.eights(at))
                fits &= size > 0
                at = at + size
            elif after is not After.NOTHING:
                end = self._gaps[gaps + 1]
                fits &= end > at
                starts, ends = (at, end) if after is After.NAME else (starts, ends)
                at = end
        return fits, at, starts, ends

    def _reads(self, text: bytes, at: Places) -> Flags:
        """Whether the text stands at the places."""
        fits = np.ones(len(at), dtype=bool)
        for start in range(0, len(text), EIGHT):
            piece = text[start : start + EIGHT]
            found = self.eights(at + start)
            if len(piece) < EIGHT:
                found &= _MASKS[len(piece)]
            fits &= found == _U(int.from_bytes(piece, "little"))
        return fits

    def names(self, starts: Places, ends: Places) -> tuple[Eights, Eights]:
        """The first eight bytes of each name and the next eight, as numbers; 0 beyond its end."""
        sizes = ends - starts
        first = self.eights(starts) & _MASKS[np.minimum(sizes, EIGHT)]
        return first, self.eights(starts + EIGHT) & _MASKS[np.clip(sizes - EIGHT, 0, EIGHT)]

    def lines(self, chosen: Flags) -> bytes:
        """The chosen lines, each with its newline."""
        if chosen.all():
            return self.chunk
        found = np.flatnonzero(chosen)
        edges = zip(self.starts[found].tolist(), self.ends[found].tolist(), strict=True)
        return b"".join([self.chunk[start : end + 1] for start, end in edges])
