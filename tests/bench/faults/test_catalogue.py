"""The fault bench's list: as many faults as were asked for, and halves that were named in advance."""

from __future__ import annotations

from bench.faults.catalogue import FAULTS, HALVES, draw, half
from bench.faults.fault import CAUSES


def test_every_cause_has_faults_and_enough_runs_have_none() -> None:
    assert {cause for fault in FAULTS for cause in fault.causes} == set(CAUSES)
    assert sum(bool(fault.causes) for fault in FAULTS) >= 60
    assert sum(not fault.causes for fault in FAULTS) >= 10


def test_no_two_faults_share_a_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_the_halves_are_those_that_were_drawn() -> None:
    assert HALVES.read_text(encoding="utf-8") == draw()


def test_each_fault_stands_in_one_half() -> None:
    assert all(half(fault.name, "tuning") != half(fault.name, "reported") for fault in FAULTS)
