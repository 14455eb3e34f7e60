"""The partial aggregate: one count whatever the cut and the order, bounded whatever the input."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.log_line import LogOptions
from doorward.log_line.tally import who, window_of, words
from doorward.systems import system
from doorward.watch.partial_counts import OTHER, Counting, Partial, merged
from doorward.watch.partial_people import distinct
from doorward.watch.partial_rows import rows_of
from tests.watch.crowd import Crowd

OPTIONS = LogOptions(hash_key=b"k" * 32)
COUNTING = Counting("school", OPTIONS)
_OUTCOMES = {"success": "succeeded", "failure": "failed", "unknown": "other"}


def _line(at: str, **fields: object) -> bytes:
    return msgspec.json.encode({"time": at, "event": "sign-in", **fields}) + b"\n"


def _log(seed: int = 1, seconds: float = 120) -> list[bytes]:
    """Lines as the school writes them, some of them damaged, empty, of probes or of no interest."""
    chance = random.Random(seed)
    lines = []
    for event in Crowd(seed, seconds).events:
        line = _line(
            event.at.isoformat(timespec="milliseconds"),
            event=str(event.kind),
            outcome=_OUTCOMES[event.outcome],
            reason=str(event.reason).removeprefix("session-"),
            person=event.person,
            source=event.source,
            client=chance.choice(("portal", "library")),
            agent=chance.choice(("chrome", None)),
            status=chance.choice((200, 500)),
            synthetic=chance.random() < 0.02,
        )
        lines.append(line)
        if chance.random() < 0.05:
            lines.append(chance.choice((b"not JSON\n", b"\n", line[:-9] + b"\n", b'{"time":\n"x"}\n', b"{}{}\n")))
    return lines


def _counted(counting: Counting, chunks: list[bytes]) -> list[tuple[object, ...]]:
    """Rows with the number of people in place of the sketch, in an order of their own."""
    tables = []
    for chunk in chunks:
        made = Partial("auth", counting)
        made.add_lines(chunk)
        tables.append(made.table())
    return _shown(merged(tables, counting))


def _shown(table: object) -> list[tuple[object, ...]]:
    return sorted(
        ((*row[:-1], distinct(row[-1]) if row[-1] else 0) for row in rows_of(table)),  # type: ignore[arg-type]
        key=repr,
    )


def test_it_counts_what_the_parser_reads() -> None:
    events, told = Counter[object](), Counter[str]()
    people: dict[object, set[str]] = {}
    parse = system("school").parser()
    for line in b"".join(_log()).split(b"\n"):
        try:
            event = parse(line, "auth")
        except ValueError:
            told["unparsed"] += bool(line.strip())
            continue
        if event is None or event.probe:
            told["probe" if event else "silent"] += 1
            continue
        verdict = words(event.kind, event.outcome, event.reason)
        key = (window_of(event.at.timestamp(), 10.0), verdict, event.client)
        events[key] += 1
        people.setdefault(key, set()).add(who(event) or "")
    counted = _counted(COUNTING, [b"".join(_log())])
    assert {row[2:5]: row[5] for row in counted if not row[1]} == dict(events)
    assert {row[2:5]: row[6] for row in counted if not row[1]} == {key: len(who) for key, who in people.items()}
    assert {row[1]: row[5] for row in counted if row[1]} == {key: count for key, count in told.items() if count}


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 5),
    st.lists(st.integers(0, 900), max_size=12),
    st.randoms(use_true_random=False),
    st.sampled_from((2, 4, 100_000)),
    st.sampled_from((1, 3, 256)),
    st.sampled_from((1, 20, 100, 1_000_000)),
)
def test_any_cut_in_any_order_gives_the_same_counts(
    seed: int, cuts: list[int], chance: random.Random, most_windows: int, most_segments: int, most_rows: int
) -> None:
    counting = replace(COUNTING, most_windows=most_windows, most_segments=most_segments, most_rows=most_rows)
    lines = _log(seed)
    edges = sorted({0, *(min(cut, len(lines)) for cut in cuts), len(lines)})
    pieces = [b"".join(lines[start:end]) for start, end in itertools.pairwise(edges)]
    chance.shuffle(pieces)
    assert _counted(counting, pieces) == _counted(counting, [b"".join(lines)])


def test_segments_beyond_the_most_are_one_and_none_is_lost() -> None:
    counting = replace(COUNTING, most_segments=8)
    made = Partial("auth", counting)
    lines = [_line("2026-03-02T08:00:00Z", client=f"client-{n}", person=f"p{n}") for n in range(3000)]
    for start in range(0, 3000, 100):
        made.add_lines(b"".join(lines[start : start + 100]))
    rows = list(rows_of(made.table()))
    assert len(rows) == 9
    assert sum(row[5] for row in rows) == 3000
    (rest,) = (row for row in rows if row[4] == OTHER)
    assert rest[5] == 2992
    assert distinct(rest[6]) == pytest.approx(2992, rel=0.06)


def test_windows_earlier_than_the_most_are_told_as_late() -> None:
    made = Partial("auth", replace(COUNTING, most_windows=10))
    for minute in (*range(60), 0):
        made.add_lines(_line(f"2026-03-02T08:{minute:02}:00Z", person="p"))
    rows = list(rows_of(made.table()))
    assert sum(row[5] for row in rows if not row[1]) == 10
    assert [row[5] for row in rows if row[1] == "late"] == [51]


def test_a_long_label_is_cut_and_a_long_line_is_told_as_unparsed() -> None:
    made = Partial("auth", COUNTING)
    made.add_lines(_line("2026-03-02T08:00:00Z", client="c" * 500))
    made.add_lines(_line("2026-03-02T08:00:00Z", client="c" * 100_000))
    told, counted = rows_of(made.table())
    assert (told[1], told[5]) == ("unparsed", 1)
    assert counted[4] == "c" * 80


def test_a_log_without_its_last_newline_is_read_to_its_end() -> None:
    made = Partial("auth", COUNTING)
    made.add_lines(_line("2026-03-02T08:00:00Z").rstrip())
    assert [row[5] for row in rows_of(made.table())] == [1]


def test_a_kind_without_a_tally_is_counted_by_its_parser() -> None:
    made = Partial("host", Counting("pam", OPTIONS))
    made.add_lines(b"nothing of PAM\n")
    assert [(row[1], row[5]) for row in rows_of(made.table())] == [("unparsed", 1)]
