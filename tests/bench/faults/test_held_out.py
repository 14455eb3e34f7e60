"""The held-out sets: enough of each class, nothing of the sets before, and each fault with what undoes it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bench.faults import catalogue, fifth, fourth, held_out, second, third
from bench.faults.fault import CAUSES, Fault
from bench.faults.mend import nothing

WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Faults = tuple[Fault, ...]
EARLIER = (*catalogue.FAULTS, *held_out.FAULTS, *second.FAULTS, *third.FAULTS)
BEFORE_FIFTH = (*EARLIER, *fourth.FAULTS)
ALL = (*BEFORE_FIFTH, *fifth.FAULTS)
each_set = pytest.mark.parametrize(
    ("faults", "least", "decoys", "quiet"),
    [
        (held_out.FAULTS, 36, 4, 6),
        (second.FAULTS, 40, 6, 8),
        (third.FAULTS, 48, 4, 8),
        (fourth.FAULTS, 48, 6, 8),
        (fifth.FAULTS, 54, 4, 8),
    ],
    ids=["1", "2", "3", "4", "5"],
)


@each_set
def test_there_are_enough_of_every_class_decoys_and_runs_without_a_fault(
    faults: Faults, least: int, decoys: int, quiet: int
) -> None:
    counted = Counter(fault.group for fault in faults)
    assert all(counted[cause] >= 3 for cause in CAUSES)
    assert sum(counted[cause] for cause in CAUSES) >= least
    assert counted["decoy"] >= decoys
    assert sum(not fault.causes for fault in faults) >= quiet


def test_names_are_unique_across_all_sets() -> None:
    assert [name for name, count in Counter(fault.name for fault in ALL).items() if count > 1] == []


@pytest.mark.parametrize("fault", ALL[len(catalogue.FAULTS) :], ids=lambda fault: fault.name)
def test_a_fault_has_known_causes_words_for_people_and_an_undo(fault: Fault) -> None:
    assert set(fault.causes) <= set(CAUSES)
    assert WORDS.fullmatch(fault.name)
    assert fault.what
    assert fault.undo is not None
    assert fault.undo is not nothing or not fault.causes


def test_a_decoy_does_not_lure_to_its_own_cause() -> None:
    lured = [fault for fault in ALL if fault.decoy]
    assert all(fault.decoy in CAUSES and fault.decoy not in fault.causes and fault.before for fault in lured)


@pytest.mark.parametrize(
    ("faults", "earlier"),
    [
        (held_out.FAULTS, catalogue.FAULTS),
        (second.FAULTS, (*catalogue.FAULTS, *held_out.FAULTS)),
        (third.FAULTS, (*catalogue.FAULTS, *held_out.FAULTS, *second.FAULTS)),
        (fourth.FAULTS, EARLIER),
        (fifth.FAULTS, BEFORE_FIFTH),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_no_fault_is_done_as_one_of_the_sets_before_is(faults: Faults, earlier: Faults) -> None:
    done = {id(fault.inject) for fault in earlier}
    assert [fault.name for fault in faults if id(fault.inject) in done] == []


def test_each_fault_of_the_later_sets_says_why_it_is_of_its_class() -> None:
    assert [fault.name for fault in (*third.FAULTS, *fourth.FAULTS, *fifth.FAULTS) if not fault.why] == []


@pytest.mark.parametrize("faults", [third.FAULTS, fourth.FAULTS], ids=["3", "4"])
def test_every_class_has_four_faults_in_the_later_sets(faults: Faults) -> None:
    counted = Counter(fault.group for fault in faults)
    assert {cause: counted[cause] for cause in CAUSES} == dict.fromkeys(CAUSES, 4)


def test_the_fifth_set_has_a_fault_for_each_row_that_was_taken_of_its_draws() -> None:
    text = Path(fifth.__file__).with_name("drawn.txt").read_text(encoding="utf-8")
    rows = [line.split(" ", 2) for line in text.splitlines() if line and not line.startswith("#")]
    taken = [row[1] for row in rows if row[1] != "-"]
    assert len(taken) == len(set(taken)) == 40
    assert set(taken) <= {fault.name for fault in fifth.FAULTS}
    assert all(len(row) == (3 if row[1] == "-" else 2) for row in rows)
