"""Simulated lines: nobody who came is lost between one stretch and the next."""

from __future__ import annotations

import pytest

from bench.traffic_model import YEAR_MIN, Conditions, Crowd


@pytest.mark.parametrize("unkind", [False, True])
def test_every_success_is_told_by_the_mark_that_ends_the_stretch(unkind: bool) -> None:
    crowd = Crowd(Conditions(60, 0.02, unkind), seed=1)
    for start in (YEAR_MIN, YEAR_MIN + 7):
        lines = crowd.lines(start, 7)
        assert int(lines.gap.sum()) == int((~lines.failed).sum()) > 0
        marks = lines.at_s[lines.person < 0]
        assert marks.tolist() == [start * 60.0, (start + 7) * 60.0]
        assert (lines.gap >= 0).all()


def test_a_fault_changes_who_fails_and_not_who_comes() -> None:
    kind = Conditions(60, 0.02, unkind=False)
    calm, broken = (Crowd(kind, seed=1).lines(YEAR_MIN, 7, YEAR_MIN, extra) for extra in (0.0, 1.0))
    assert calm.failed.size == broken.failed.size
    assert (calm.failed.mean(), broken.failed.mean()) == (pytest.approx(0.02, abs=0.03), 1.0)
