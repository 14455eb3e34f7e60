"""Signs of a process that is asked more than it can answer, and of one that answers elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doorward.diagnose.examined import LivenessExamined, ProcessExamined
from doorward.diagnose.signs import answers_itself, is_quick_itself, is_swamped, moved, piled_up

World = Any  # the builders of conftest.py
LATE = LivenessExamined("portal", 200, 900.0)


def holding(files: int) -> ProcessExamined:
    """The portal's process with so many files and connections open."""
    return ProcessExamined("portal", 100, True, "", 3600.0, 0.9, 0.03, files, 1024, 2)


def test_who_holds_far_more_connections_than_usual_is_piled_up_and_swamped_once_it_is_late(world: World) -> None:
    busy = world.instead(world.healthy(), holding(70))
    assert "70 files and connections, 20 while all was well" in piled_up(busy, "portal")
    assert not is_swamped(busy, "portal")
    assert is_swamped(world.instead(busy, LATE), "portal")
    assert piled_up(world.instead(world.healthy(), holding(30)), "portal") == ""
    assert piled_up(busy, "auth") == ""


def test_where_it_answers_itself_tells_a_slow_way_and_a_move(world: World) -> None:
    itself = replace(holding(20), own_place="127.0.0.1:9001", own_status=200, own_ms=4.0)
    observed = world.instead(world.healthy(), itself, LATE)
    assert answers_itself(observed, "portal") == moved(observed, "portal") == "127.0.0.1:9001"
    assert is_quick_itself(observed, LATE)
    assert not is_quick_itself(world.healthy(), LATE)
    assert answers_itself(world.instead(world.healthy(), replace(itself, own_status=502)), "portal") == ""
