"""Lines that are asked for by their times: each once, also those that come late, whoever is killed in between.

In: a spool and pages of a source. Out: lines in the spool, with the time up to which was asked. Each question begins
`late_s` before that time again; what is found a second time is known by its identity. A first start asks for the last
half hour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from doorward.watch.sources.answers import TooLarge
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Delivery, Spool

NS_PER_S = 1_000_000_000
FIRST_S = 1800
# As many pages as one step asks for before others have their turn.
PAGES_A_STEP = 20
# Seconds as a float are so exact in this century.
_ROUNDED_NS = 1000
# How often the position is stored when there are no lines.
STORED_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A line, its time in ns since 1970, and by what it is known when it is found again."""

    at_ns: int
    name: str
    line: bytes


class Pages(Protocol):
    """What a source answers."""

    # How many lines are asked for at once, usually and at most; the steps in which it tells times.
    usual: int
    most: int
    tick_ns: int

    def page(self, since_ns: int, until_ns: int, limit: int) -> list[Found]:
        """The oldest lines from `since_ns` to `until_ns`, both included, in the order of their times, at most `limit`;
        fewer mean that there are no more. Raises Away, TooLarge."""


@dataclass(slots=True)
class _Question:
    """Lines are asked for from `since_ns` on; everything before `asked_ns` was asked for by questions before it.

    `until_ns` stays while it is asked page by page: what comes late to a page that was read is found by the next one.
    """

    asked_ns: int
    since_ns: int
    until_ns: int


class Asked:
    """Asks one source. `clock` gives seconds since 1970."""

    def __init__(self, spool: Spool, pages: Pages, late_s: float, clock: Callable[[], float] = time.time) -> None:
        self._spool = spool
        self._pages = pages
        self._late_ns = int(late_s * NS_PER_S)
        self._clock = clock
        self._limit = pages.usual
        self._asked_ns: int | None = None
        self._question: _Question | None = None

    def step(self) -> str:
        """Ask up to now, or `PAGES_A_STEP` pages of it; the next step goes on. Raises Away, SpoolFull, OSError."""
        now_ns = int(self._clock() * NS_PER_S)
        question = self._question = self._question or self._next(now_ns)
        said = ""
        for _ in range(PAGES_A_STEP):
            found = self._page(question.since_ns, question.until_ns)
            if found is None:
                continue
            if len(found) < self._limit:
                self._store(found, question, question.until_ns)
                self._question, self._limit = None, self._pages.usual
                break
            last_ns = found[-1].at_ns
            self._store(found, question, max(question.asked_ns, last_ns))
            if last_ns > question.since_ns:
                question.since_ns = last_ns
            elif not self._ask_for_more():
                said = f"more than {self._limit} lines at one moment: some of them were left out"
                question.since_ns += self._pages.tick_ns
        return said

    def _next(self, now_ns: int) -> _Question:
        """Begin `late_s` before what was asked; at the very first, where that is is stored before anything is."""
        if self._spool.position is None:
            self._spool.append(Delivery((), position=str(now_ns - FIRST_S * NS_PER_S)))
        if self._asked_ns is None:
            self._asked_ns = int(self._spool.position or 0)
        # A clock that went wrong and back again must not keep us from asking.
        asked_ns = self._asked_ns if self._asked_ns <= now_ns + self._late_ns else now_ns
        forgotten_ns = int(self._spool.forgotten_at * NS_PER_S)
        known_ns = forgotten_ns + _ROUNDED_NS if forgotten_ns else 0
        since_ns = max(asked_ns - self._late_ns, min(known_ns, asked_ns))
        return _Question(asked_ns, since_ns, max(asked_ns, now_ns))

    def _page(self, since_ns: int, until_ns: int) -> list[Found] | None:
        """None if the answer was too large: the next one is asked to be half of it."""
        try:
            return self._pages.page(since_ns, until_ns, self._limit)
        except TooLarge as error:
            if self._limit == 1:
                raise Away("holds a line that is longer than any answer may be") from error
            self._limit //= 2
            return None

    def _ask_for_more(self) -> bool:
        """A page is full of one moment's lines: the next one is asked to be longer; False if it cannot be."""
        longer = min(self._limit * 10, self._pages.most)
        is_longer, self._limit = longer > self._limit, max(longer, self._limit)
        return is_longer

    def _store(self, found: list[Found], question: _Question, upto_ns: int) -> None:
        stored_ns = int(self._spool.position or 0)
        if found or upto_ns - stored_ns >= STORED_EVERY_S * NS_PER_S:
            lines, names = tuple(one.line for one in found), tuple(one.name for one in found)
            delivery = Delivery(lines, position=str(upto_ns), ids=names)
            self._spool.append(delivery, now=upto_ns / NS_PER_S, asked_since=question.asked_ns / NS_PER_S)
        self._asked_ns = upto_ns
