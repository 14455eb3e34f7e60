"""The demo's table shows what the report says beside what the run did, and owns up to what did not happen."""

from __future__ import annotations

from pathlib import Path

from doorward.model.drill import DrillScore
from doorward.review.drills import scenario
from doorward.review.drills.run import Result
from doorward.review.drills.score import Harm
from doorward.review.drills.table import table

DRILL = scenario.load(Path(__file__).parents[3] / "drills", "2023-10-11-portal")


def _rows(result: Result | None) -> dict[str, list[str]]:
    lines = table([(DRILL, result)]).splitlines()[3:]
    return {line.split("  ")[0]: [cell.strip() for cell in line.split("  ") if cell.strip()][1:] for line in lines}


def test_minutes_count_from_the_first_person_hurt() -> None:
    made = DrillScore("d", 6.0, "configuration", True, ("server",), 1.0, 24.0, 5, 0, "/far/postmortem.md")
    rows = _rows(Result(made, (), Harm(9, 20, None, None), 3.0, ""))
    assert rows["minutes to detect"] == ["0", "0.10 (6 s)"]
    assert rows["minutes to find the cause"] == ["not recorded", "0.15 (9 s)"]
    assert rows["minutes to restore"] == ["150", "0.50 (30 s)"]
    assert rows["users affected"] == ["45%", "45% (9 of 20)"]


def test_a_fault_that_was_missed_is_not_prettied() -> None:
    made = DrillScore("d", None, None, False, (), None, None, 0, 0, None)
    rows = _rows(Result(made, (), Harm(9, 20, None, None), None, ""))
    assert rows["minutes to detect"] == ["0", "did not happen"]
    assert rows["detected by"] == ["customers", "nobody"]


def test_a_drill_without_an_outcome_says_so() -> None:
    assert _rows(None)["minutes to restore"] == ["150", "no outcome"]
