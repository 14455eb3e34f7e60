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
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import datasketches
import pyarrow as pa

from doorward.log_line import LogOptions
from doorward.log_line.said import Parse
from doorward.log_line.tally import Key, Tallied, Tally, who, window_of, words
from doorward.model.sign_in import SignInEvent
from doorward.systems import system
from doorward.watch.follow import LONGEST_LINE

OTHER = "(other)"
LG_K = 12
_TYPE = datasketches.tgt_hll_type.HLL_8
_LONGEST_LABEL = 80

# `told` is empty for a row of counts; else it says what the row counts instead, and the segment is empty.
SCHEMA = pa.schema(
    [
        ("component", pa.string()),
        ("told", pa.string()),
        ("window", pa.int64()),
        ("verdict", pa.string()),
        ("client", pa.string()),
        ("agent", pa.string()),
        ("count", pa.int64()),
        ("people", pa.binary()),
    ]
)
TOLD = ("late", "unparsed", "probe", "silent")
Row = tuple[str, str, int, str, str | None, str | None, int, bytes]
_Segment = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count one kind's log. It can be sent to another process or machine, its hash key with it.

    `width_s` is the width of a window; `most_windows` with events are kept, the latest; `most_segments` in each.
    """

    kind: str
    options: LogOptions = field(default_factory=LogOptions)
    width_s: float = 10.0
    most_windows: int = 100_000
    most_segments: int = 256


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


class _Window:
    """The segments of one window; at most `most` of them and `other`."""

    __slots__ = ("counts", "people", "ranks")

    def __init__(self) -> None:
        self.counts: dict[_Segment, int] = {}
        self.people: dict[_Segment, datasketches.hll_sketch] = {}
        self.ranks: list[tuple[int, _Segment]] = []

    def total(self) -> int:
        return sum(self.counts.values())


class Partial:
    """Counts of one component."""

    def __init__(self, component: str, counting: Counting) -> None:
        self.component = component
        self.counting = counting
        self._reader = _Reader(counting)
        self._windows: dict[int, _Window] = {}
        self._told = dict.fromkeys(TOLD, 0)
        self._late_before: int | None = None

    def add_lines(self, chunk: bytes) -> None:
        """Count whole lines; a last one without its newline is a line too."""
        if not chunk.endswith(b"\n"):
            chunk += b"\n"
        tally = self._reader.tally
        if tally is None or _has_long_line(chunk):
            self._add_each(chunk.split(b"\n"))
            return
        tallied = tally(chunk, self.counting.width_s)
        self._add_tallied(tallied)
        self._add_each(tallied.rest)

    def _add_tallied(self, tallied: Tallied) -> None:
        self._told["probe"] += tallied.probes
        self._told["silent"] += tallied.silent
        for (window, verdict, client, agent), people in tallied.groups.items():
            self._add(window, (verdict, client, agent), len(people), set(people))

    def _add_each(self, lines: Iterable[bytes]) -> None:
        parse, component = self._reader.parse, self.component
        groups: dict[Key, list[str | None]] = {}
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
                groups.setdefault(self._key(event), []).append(who(event))
        self._add_tallied(Tallied(groups))

    def add_event(self, event: SignInEvent) -> None:
        """Count an event."""
        if event.probe:
            self._told["probe"] += 1
        else:
            self._add_tallied(Tallied({self._key(event): [who(event)]}))

    def _key(self, event: SignInEvent) -> Key:
        at_s = event.at.timestamp()
        return (
            window_of(at_s, self.counting.width_s),
            words(event.kind, event.outcome, event.reason),
            event.client,
            event.agent,
        )

    def _add(self, number: int, segment: _Segment, count: int, people: Iterable[str | None]) -> None:
        window = self._window(number)
        if window is None:
            self._told["late"] += count
            return
        segment = self._place(window, segment)
        window.counts[segment] = window.counts.get(segment, 0) + count
        sketch = window.people.get(segment)
        if sketch is None:
            window.people[segment] = sketch = datasketches.hll_sketch(LG_K, _TYPE)
        update = sketch.update
        for person in people:
            if person is not None:
                update(person)

    def _window(self, number: int) -> _Window | None:
        """The window of that number, None if it is earlier than those that are kept."""
        window = self._windows.get(number)
        if window is None:
            if self._late_before is not None and number < self._late_before:
                return None
            self._windows[number] = window = _Window()
            if len(self._windows) >= 2 * self.counting.most_windows:
                self._forget()
                return self._windows.get(number)
        return window

    def _forget(self) -> None:
        most = self.counting.most_windows
        for number in sorted(self._windows)[:-most]:
            self._told["late"] += self._windows.pop(number).total()
            self._late_before = number + 1

    def _place(self, window: _Window, segment: _Segment) -> _Segment:
        """Where a segment is counted: under its own name, or under `other` if those of least rank fill the window."""
        if segment in window.counts:
            return segment
        verdict, client, agent = segment
        segment = (verdict, _clipped(client), _clipped(agent))
        other = (verdict, OTHER, OTHER)
        if segment in window.counts or segment == other:
            return segment
        rank = self._rank(segment)
        if len(window.ranks) < self.counting.most_segments:
            heapq.heappush(window.ranks, (-rank, segment))
            return segment
        if rank > -window.ranks[0][0]:
            return other
        _, last = heapq.heapreplace(window.ranks, (-rank, segment))
        _move(window, last, (last[0], OTHER, OTHER))
        return segment

    def _rank(self, segment: _Segment) -> int:
        text = repr(segment).encode("utf-8", "backslashreplace")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self.counting.options.hash_key[:64]).digest())

    def absorb(self, rows: Iterable[Row]) -> None:
        """Add rows that another Partial of this component made."""
        for _, told, number, verdict, client, agent, count, people in rows:
            if told:
                self._told[told] += count
                continue
            window = self._window(number)
            if window is None:
                self._told["late"] += count
                continue
            segment = self._place(window, (verdict, client, agent))
            window.counts[segment] = window.counts.get(segment, 0) + count
            _unite(window, segment, datasketches.hll_sketch.deserialize(people))

    def rows(self) -> list[Row]:
        """What was counted, oldest window first."""
        self._forget()
        made: list[Row] = [
            (self.component, told, 0, "", None, None, count, b"") for told, count in self._told.items() if count
        ]
        for number in sorted(self._windows):
            window = self._windows[number]
            made += [
                (self.component, "", number, *segment, count, window.people[segment].serialize_compact())
                for segment, count in window.counts.items()
            ]
        return made

    def table(self) -> pa.Table:
        """The rows as Arrow."""
        return table_of(self.rows())


def table_of(rows: list[Row]) -> pa.Table:
    """Rows as Arrow, by `SCHEMA`."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def rows_of(table: pa.Table | pa.RecordBatch) -> Iterable[Row]:
    """The rows of a table."""
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def merged(tables: Iterable[pa.Table], counting: Counting) -> pa.Table:
    """One table of those that several made of parts of the same logs, by component and time."""
    made: dict[str, Partial] = {}
    for table in tables:
        for row in rows_of(table):
            component = row[0]
            if component not in made:
                made[component] = Partial(component, counting)
            made[component].absorb((row,))
    return pa.concat_tables([table_of([]), *(made[name].table() for name in sorted(made))])


def distinct(sketch: bytes) -> int:
    """About how many people a sketch has seen: within 2 % or so, exact below some hundreds.

    A union's estimate depends on the registers only, a sketch's own also on the order in which they were filled.
    """
    union = datasketches.hll_union(LG_K)
    union.update(datasketches.hll_sketch.deserialize(sketch))
    estimate: float = union.get_estimate()
    return round(estimate)


def _move(window: _Window, segment: _Segment, to: _Segment) -> None:
    window.counts[to] = window.counts.get(to, 0) + window.counts.pop(segment)
    _unite(window, to, window.people.pop(segment))


def _unite(window: _Window, segment: _Segment, people: datasketches.hll_sketch) -> None:
    known = window.people.get(segment)
    if known is None:
        window.people[segment] = people
        return
    union = datasketches.hll_union(LG_K)
    union.update(known)
    union.update(people)
    window.people[segment] = union.get_result(_TYPE)


def _clipped(label: str | None) -> str | None:
    return label if label is None or len(label) <= _LONGEST_LABEL else label[:_LONGEST_LABEL]


def _has_long_line(chunk: bytes) -> bool:
    """Whether a line may be longer than is told: one that is holds an aligned block without a newline."""
    block = LONGEST_LINE // 2
    return any(chunk.find(b"\n", start, start + block) < 0 for start in range(0, len(chunk) - block, block))
