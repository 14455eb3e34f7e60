"""The timeline is short, in order, and says what it leaves out."""

from __future__ import annotations

from doorward.model.entry import Corrected, Diagnosed, Noted
from doorward.review.timeline import HAPPENED, left_out, timeline
from tests.review import story
from tests.review.story import Line, drill_a, drill_a_lines, told


def test_it_begins_with_the_change_and_the_first_person_hurt_although_the_log_tells_them_later() -> None:
    first, second, third = timeline(drill_a())[:3]
    assert first.text == "The configuration of auth changed: session.bind_ipv4_prefix 24 → 32."
    assert second.text == "The first person was hurt."
    assert third.text == "Detected: refused sessions rose to 41% (4.0% are usual)."
    assert {first.kind, second.kind, third.kind} == {HAPPENED}


def test_it_is_in_the_order_of_events() -> None:
    times = [line.at for line in timeline(drill_a())]
    assert times == sorted(times)


def test_every_entry_is_in_it_or_counted_as_left_out() -> None:
    entries = drill_a()
    lines = timeline(entries)
    own = {line.source for line in lines if line.kind != HAPPENED}
    assert len(own) + left_out(entries, lines) == len(entries)
    kept = {entry.kind for entry in entries if entry.seq in own}
    assert {"declared", "diagnosed", "approved", "sessions-cleared", "verified", "recovered", "resolved"} <= kept


def test_a_differential_that_says_the_same_again_has_no_second_line() -> None:
    lines: list[Line] = [*drill_a_lines(), (700.0, "doorward", Diagnosed(story.differential(), story.CHANGE))]
    assert [line.kind for line in timeline(told(lines))].count("diagnosed") == 1


def test_a_corrected_line_says_so() -> None:
    lines: list[Line] = [*drill_a_lines(), (700.0, "mwangi", Corrected(1, "a")), (701.0, "mwangi", Noted("b"))]
    found = next(line for line in timeline(told(lines)) if line.kind == "declared")
    assert found.corrected_by == len(lines) - 1
