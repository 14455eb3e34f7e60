"""The partial aggregate: bytes → counts and sketches of people, per window and segment; one function for all.

In: lines of one component's log, in any cut and any order. Out: an Arrow table that can be merged with others: live,
batch and cluster make the same rows by the same code, and merged they are what one pass over all lines would have made.

It is bounded, in ways that no cut and no order changes: of a window's segments those of least rank stay (a keyed hash
of the segment, which nobody outside can aim at), the rest are one segment `other`; of the windows the latest stay, and
events of earlier ones are counted as late. Lines that do not parse, late events, probes and silent lines are told.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice

import pyarrow as pa
import pyarrow.compute as pc

from doorward.log_line import LogOptions
from doorward.log_line.said import Parse
from doorward.log_line.tally import MARK_BYTES, Key, Tallied, Tally, who, window_of, words
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.systems import system
from doorward.uncollected import uncollected
from doorward.watch.follow import LONGEST_LINE, has_long_line
from doorward.watch.partial_held import Held
from doorward.watch.partial_people import COUPON_BYTES, People, coupons, coupons_of
from doorward.watch.partial_rows import TOLD, Row, numbers, rows_of, table_of, text
from doorward.watch.partial_windows import Segment, Window

OTHER = "(other)"
_LONGEST_LABEL = 80

# A row is some 400 bytes until it is Arrow.
_ROWS_AT_ONCE = 32_768
_ORDER = [("told", "descending"), ("window", "ascending")]


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count one kind's log, or events. It can be sent to another process or machine, its hash key with it.

    `width_s` is the width of a window; `most_windows` with events are kept, the latest; `most_segments` in each, and
    `most_rows` in all of them.
    """

    kind: str = ""
    options: LogOptions = field(default_factory=LogOptions)
    width_s: float = 10.0
    most_windows: int = 100_000
    most_segments: int = 256
    most_rows: int = 1_000_000


class _Reader:
    """The parser and the tally of a kind, made once in a process: what they remember is worth keeping."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting

    @cached_property
    def parse(self) -> Parse:
        return system(self.counting.kind).parser(self.counting.options)

    @cached_property
    def tally(self) -> Tally | None:
        made = system(self.counting.kind).tally
        return None if made is None else made(self.counting.options)


class Partial:
    """Counts of one component."""

    def __init__(self, component: str, counting: Counting) -> None:
        self.component = component
        self.counting = counting
        self._reader = _Reader(counting)
        self._held = Held(counting.most_windows, counting.most_rows)
        self._told = dict.fromkeys(TOLD, 0)

    def add_lines(self, chunk: bytes) -> None:
        """Count whole lines; a last one without its newline is a line too."""
        if not chunk.endswith(b"\n"):
            chunk += b"\n"
        tally = self._reader.tally
        if tally is None or has_long_line(chunk):
            self._add_each(chunk.split(b"\n"))
            return
        with uncollected():
            tallied = tally(chunk, self.counting.width_s)
            self._add_tallied(tallied)
        self._add_each(tallied.rest)

    def _add_tallied(self, tallied: Tallied) -> None:
        self._told["probe"] += tallied.probes
        self._told["silent"] += tallied.silent
        found = _coupons(tallied)
        for key, count in tallied.counts.items():
            mine, counted = next(found), self._people(key, count)
            if counted is not None:
                counted.add_coupons(mine)

    def _add_each(self, lines: Iterable[bytes]) -> None:
        parse, component = self._reader.parse, self.component
        tallied = Tallied()
        for line in lines:
            if not line.strip():
                continue
            try:
                if len(line) > LONGEST_LINE:
                    raise ValueError("too long")
                event = parse(line, component)
            except ValueError:
                self._told["unparsed"] += 1
                continue
            if event is None:
                self._told["silent"] += 1
            elif event.probe:
                self._told["probe"] += 1
            else:
                tallied.add(self._key(event), 1, (who(event),))
        self._add_tallied(tallied)

    def add_events(self, events: Iterable[SignInEvent]) -> None:
        """Count what was read already."""
        tallied, width_s = Tallied(), self.counting.width_s
        people: defaultdict[tuple[int, Kind, Outcome, Reason, str | None], list[str | None]] = defaultdict(list)
        for event in events:
            if event.probe:
                tallied.probes += 1
            else:
                window = window_of(event.at.timestamp(), width_s)
                key = window, event.kind, event.outcome, event.reason, event.client
                people[key].append(event.person or event.session or event.source)
        for (window, kind, outcome, reason, client), who_came in people.items():
            tallied.add((window, words(kind, outcome, reason), client), len(who_came), who_came)
        self._add_tallied(tallied)

    def _key(self, event: SignInEvent) -> Key:
        at_s = event.at.timestamp()
        verdict = words(event.kind, event.outcome, event.reason)
        return window_of(at_s, self.counting.width_s), verdict, event.client

    def _people(self, key: Key, count: int) -> People | None:
        """The people of a key that so many events more are counted under; None if they came too late."""
        window = self._held.window(key[0])
        if window is None:
            self._told["late"] += count
            return None
        return window.room(self._place(window, key[1:]), count)

    def _place(self, window: Window, segment: Segment) -> Segment:
        """Where a segment is counted: under its own name, or under `other` if those of least rank fill the window."""
        if segment in window.counts:
            return segment
        verdict, client = segment
        segment, other = (verdict, _clipped(client)), (verdict, OTHER)
        if segment in window.counts or segment == other:
            return segment
        most = self.counting.most_segments
        if not window.ranks:
            if len(window.counts) < most:
                return segment
            window.ranks = [(-self._rank(known), known) for known in window.counts if known[1] != OTHER]
            heapq.heapify(window.ranks)
        if len(window.ranks) < most:
            heapq.heappush(window.ranks, (-self._rank(segment), segment))
            return segment
        rank = self._rank(segment)
        if rank > -window.ranks[0][0]:
            return other
        _, last = heapq.heapreplace(window.ranks, (-rank, segment))
        window.move(last, (last[0], OTHER))
        return segment

    def _rank(self, segment: Segment) -> int:
        named = repr(segment).encode("utf-8", "backslashreplace")
        return int.from_bytes(hashlib.blake2b(named, digest_size=8, key=self.counting.options.hash_key[:64]).digest())

    def absorb(self, rows: Iterable[Row]) -> None:
        """Add rows that another Partial of this component made."""
        for _, told, number, verdict, client, count, people in rows:
            if told:
                self._told[told] += count
                continue
            window = self._held.window(number)
            if window is None:
                self._told["late"] += count
                continue
            segment = self._place(window, (verdict, client))
            window.room(segment, count).unite(people)

    def windows(self) -> Iterator[tuple[int, Window]]:
        """The windows that are kept with their numbers, oldest first."""
        return self._held.windows()

    def rows(self) -> Iterator[Row]:
        """What was counted: what is told first, then the counts, oldest window first."""
        self._held.forget()
        told = {**self._told, "late": self._told["late"] + self._held.late}
        yield from ((self.component, name, 0, "", None, count, b"") for name, count in told.items() if count)
        for number, sealed in self._held.sealed():
            for verdict, client, count, people in sealed:
                yield self.component, "", number, verdict, client, count, people

    def table(self) -> pa.Table:
        """The rows as Arrow."""
        rows, parts = self.rows(), [table_of([])]
        while part := list(islice(rows, _ROWS_AT_ONCE)):
            parts.append(table_of(part))
        return pa.concat_tables(parts)


def _coupons(tallied: Tallied) -> Iterator[bytes]:
    """Of who was counted under each key, in their order."""
    people = [list(filter(None, people)) for people in tallied.people.values()]
    named = coupons(list(chain.from_iterable(people)))
    marks = [tallied.marks.get(key, b"") for key in tallied.counts]
    marked = coupons_of(b"".join(marks))
    names = marked_names = 0
    for names_here, marks_here in zip(people, marks, strict=True):
        start, marked_start = names, marked_names
        names, marked_names = names + len(names_here), marked_names + len(marks_here) // MARK_BYTES
        yield (
            named[start * COUPON_BYTES : names * COUPON_BYTES]
            + marked[marked_start * COUPON_BYTES : marked_names * COUPON_BYTES]
        )


def merged(tables: Iterable[pa.Table], counting: Counting) -> pa.Table:
    """One table of those that several made of parts of the same logs, by component and time."""
    found = [table for table in tables if table.num_rows]
    made: list[pa.Table] = [table_of([])]
    for component in sorted({name for table in found for name in table["component"].unique().to_pylist()}):
        mine = [table.filter(pc.equal(table["component"], text(component))) for table in found]
        made.append(_merged_component(component, [table for table in mine if table.num_rows], counting))
    return pa.concat_tables(made)


def _merged_component(component: str, tables: list[pa.Table], counting: Counting) -> pa.Table:
    """Most windows stand in one table only and pass as they are, unless the oldest must go."""
    tables_of = Counter(number for table in tables for number in table["window"].unique().to_pylist())
    is_most = len(tables_of) > counting.most_windows or sum(map(len, tables)) > counting.most_rows
    if len(tables) == 1 and not is_most:
        return tables[0].sort_by(_ORDER)
    shared = numbers(number for number, count in tables_of.items() if is_most or count > 1)
    made = Partial(component, counting)
    alone = []
    for table in tables:
        is_shared = pc.or_(pc.is_in(table["window"], shared), pc.not_equal(table["told"], text("")))
        made.absorb(rows_of(table.filter(is_shared)))
        alone.append(table.filter(pc.invert(is_shared)))
    return pa.concat_tables([made.table(), *alone]).sort_by(_ORDER)


def _clipped(label: str | None) -> str | None:
    return label if label is None or len(label) <= _LONGEST_LABEL else label[:_LONGEST_LABEL]
