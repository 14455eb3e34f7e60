"""A whole drill: a school with people in it, a fault past the check, and Doorward meeting it.

No clock is asserted here; `make demo` and `doorward drill run` hold the times against their limits.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from doorward.review.drills import scenario
from doorward.review.drills.run import run
from doorward.review.drills.scenario import TimesTable

DRILLS = Path(__file__).parents[2] / "drills"
SHORT = TimesTable(quiet_s=16, watch_s=90, after_s=2)
HARMLESS = TimesTable(quiet_s=16, watch_s=20, after_s=0)


def _met(name: str, directory: Path, told: list[str]) -> dict[str, bool]:
    one = scenario.load(DRILLS, name)
    one = one.model_copy(update={"times": SHORT if one.expect.declared else HARMLESS})
    result = run(one, directory, told.append)
    return {limit.name: limit.holds for limit in result.limits if " s " not in limit.name}


def _still_running(directory: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(directory) in line and str(os.getpid()) not in line.split()[:1]]


@pytest.mark.parametrize("name", ["2023-10-11-portal", "2024-07-15-school-portal", "harmless-session-life"])
def test_a_drill_is_met_and_leaves_nothing_running(name: str, tmp_path: Path) -> None:
    told: list[str] = []
    assert [limit for limit, holds in _met(name, tmp_path / name, told).items() if not holds] == [], "\n".join(told)
    # The change is checked where its secrets are: what it does to sessions is known.
    assert "is known on one side only" not in "\n".join(told)
    assert _still_running(tmp_path) == []
