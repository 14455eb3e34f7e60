"""The second held-out set: enough of each class, nothing of the earlier sets, and each fault with what undoes it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bench.faults import catalogue, held_out
from bench.faults.fault import CAUSES, Fault
from bench.faults.mend import nothing
from bench.faults.second import FAULTS

WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EARLIER = (*catalogue.FAULTS, *held_out.FAULTS)


def test_every_class_has_at_least_three_faults() -> None:
    counted = Counter(fault.group for fault in FAULTS)
    assert all(counted[cause] >= 3 for cause in CAUSES)
    assert sum(counted[cause] for cause in CAUSES) >= 40


def test_there_are_decoys_and_runs_without_a_fault() -> None:
    assert sum(fault.group == "decoy" for fault in FAULTS) >= 6
    assert sum(not fault.causes for fault in FAULTS) >= 8


def test_names_are_unique_across_all_sets() -> None:
    names = [fault.name for fault in (*FAULTS, *EARLIER)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_known_causes_words_for_people_and_an_undo(fault: Fault) -> None:
    assert set(fault.causes) <= set(CAUSES)
    assert WORDS.fullmatch(fault.name)
    assert fault.what
    assert fault.undo is not None
    assert fault.undo is not nothing or not fault.causes


def test_a_decoy_does_not_lure_to_its_own_cause() -> None:
    lured = [fault for fault in FAULTS if fault.decoy]
    assert all(fault.decoy in CAUSES and fault.decoy not in fault.causes and fault.before for fault in lured)


def test_no_fault_is_done_as_one_of_the_earlier_sets_is() -> None:
    done = {id(fault.inject) for fault in EARLIER}
    assert [fault.name for fault in FAULTS if id(fault.inject) in done] == []
