"""What a partial aggregate holds is bounded, whatever comes, and no event is lost from the sum."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from doorward.watch import partial_held
from doorward.watch.partial_held import Held, rows

SEGMENT = ("sign-in/success/ok", "portal")


def filled(held: Held, *numbers: int) -> Held:
    """An event in each of these windows."""
    for number in numbers:
        window = held.window(number)
        if window is None:
            held.late += 1
        else:
            window.room(SEGMENT, 1).add(f"p{number}")
    return held


def test_sealed_windows_are_counted_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partial_held, "_MOST_OPEN", 2)
    monkeypatch.setattr(partial_held, "_LOOKS", 3)
    held = filled(Held(100, 1000), *range(20), 3, 3, 19)
    assert [(number, sealed[0][2]) for number, sealed in held.sealed() if sealed[0][2] > 1] == [(3, 3), (19, 2)]
    assert len(held) == 20
    assert rows(dict(held.windows())[3]) == dict(held.sealed())[3]


@pytest.mark.parametrize(("most_windows", "most_rows"), [(4, 1000), (1000, 4)])
def test_the_oldest_go_and_their_events_are_late(most_windows: int, most_rows: int) -> None:
    held = filled(Held(most_windows, most_rows), *range(12), 0, 0)
    assert [number for number, _ in held.sealed()] == [8, 9, 10, 11]
    assert held.late == 10


def test_the_latest_window_stays_however_many_segments_it_has() -> None:
    held = Held(10, 2)
    window = held.window(1)
    assert window is not None
    for client in "abcd":
        window.room((SEGMENT[0], client), 1)
    assert [(number, len(sealed)) for number, sealed in held.sealed()] == [(1, 4)]


@pytest.mark.parametrize("shape", ["in an hour", "each in a window of its own"])
def test_hostile_lines_are_counted_to_the_last_in_little_memory(shape: str) -> None:
    command = [sys.executable, "-m", "bench.watch_hostile", "count", "school", shape, "20000"]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert said["total"] == 20_000
    assert said["grown_mb"] < 60
