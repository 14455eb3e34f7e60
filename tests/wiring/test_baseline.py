"""The baseline keeps rounds of times when all was well, and gives the last one of before an onset."""

from __future__ import annotations

from datetime import timedelta

from doorward.diagnose.examined import CodeExamined, ExaminationResult, ProcessExamined, SchemaExamined
from doorward.wiring.baseline import BEFORE, EVERY, MOST_ROUNDS, Baseline
from tests.entries import T0


def counted() -> Baseline:
    """A baseline whose rounds are numbered."""
    made: list[int] = []

    def examine() -> tuple[ExaminationResult, ...]:
        made.append(1)
        return (CodeExamined("auth", None, "x", len(made)),)

    return Baseline(examine)


def number(found: tuple[ExaminationResult, ...]) -> int | None:
    return found[0].files if found and isinstance(found[0], CodeExamined) else None


def test_it_looks_again_only_after_a_while() -> None:
    baseline = counted()
    assert baseline.take(T0)
    assert not baseline.take(T0 + EVERY - timedelta(seconds=1))
    assert baseline.take(T0 + EVERY)


def test_the_last_round_of_before_the_onset_counts() -> None:
    baseline = counted()
    for each in range(3):
        baseline.take(T0 + each * EVERY)
    assert number(baseline.before(T0 + EVERY + BEFORE)) == 2
    assert number(baseline.before(T0 + EVERY)) == 1
    assert number(baseline.before(T0)) is None


def test_rounds_of_long_ago_are_forgotten() -> None:
    baseline = counted()
    for each in range(MOST_ROUNDS + 1):
        baseline.take(T0 + each * EVERY)
    assert baseline.before(T0 + BEFORE) == ()


def test_the_processes_of_all_rounds_of_before_the_onset_tell_what_is_usual() -> None:
    ages = iter((30.0, 45.0, 1.0))
    baseline = Baseline(lambda: (ProcessExamined("auth", 100, True, youngest_s=next(ages)),))
    for each in range(3):
        baseline.take(T0 + each * EVERY)
    assert [one.youngest_s for one in baseline.processes(T0 + EVERY + BEFORE)] == [30.0, 45.0]


def test_of_servers_that_take_turns_the_most_that_a_round_met_count() -> None:
    met = iter((1, 2, 1, 3))
    baseline = Baseline(lambda: (SchemaExamined("auth", ("t.c",), servers=next(met)), SchemaExamined("portal", ())))
    for each in range(4):
        baseline.take(T0 + each * EVERY)
    found = baseline.before(T0 + 2 * EVERY + BEFORE)
    assert [one.servers for one in found if isinstance(one, SchemaExamined)] == [2, 1]
