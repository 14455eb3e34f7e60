"""A change is suspected by its time, and less so where people signed in under it until something else changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.examined import CodeExamined
from doorward.diagnose.observations import Observations, Restart
from doorward.diagnose.timing import outdone_by, timed
from doorward.model.detection import Signal

World = Any  # the builders of conftest.py


def released(world: World, before_onset_s: float) -> Observations:
    """Sign-ins fail, and the portal's code changed so many seconds before."""
    observed = replace(world.healthy(), detections=(world.detection(Signal.SIGN_IN_FAILURES),))
    code = CodeExamined("portal", world.onset - timedelta(seconds=before_onset_s), "views.py", 120, "fedcba987654")
    return world.instead(observed, code)


def test_a_change_under_which_people_signed_in_until_another_came_weighs_less(world: World) -> None:
    observed = released(world, before_onset_s=1)
    earlier, later = world.onset - timedelta(seconds=8), world.onset - timedelta(seconds=1)
    assert outdone_by(earlier, observed) == later
    told = timed("time", earlier, "auth: changed", observed)
    assert told.weight == 1.0
    assert "people signed in under it until something else changed 1 s before the onset" in told.seen
    assert timed("time", later, "portal: changed", observed).weight == 2.0


@pytest.mark.parametrize("later_s", [6.0, -9.0], ids=["before anybody could sign in", "after the onset"])
def test_another_change_at_once_or_after_the_onset_takes_nothing_away(world: World, later_s: float) -> None:
    assert outdone_by(world.onset - timedelta(seconds=8), released(world, later_s)) is None


def test_code_is_felt_from_the_start_that_takes_it_up(world: World) -> None:
    observed = released(world, before_onset_s=9)
    started = replace(observed, restarts=(Restart("portal", world.onset, changed=False),))
    moment = world.onset - timedelta(seconds=8)
    assert outdone_by(moment, observed) is None
    assert outdone_by(moment, started) == world.onset
