"""What a fault changed is put back as it was, and what it repeats ends with the stage."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bench.faults.fault import Layout
from bench.faults.mend import each, every, keep, put_back
from bench.faults.stage import Stage

DEADLINE_S = 5


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage on which nothing was started."""
    return Stage(tmp_path, Layout(), tmp_path / "template")


def test_a_file_is_put_back_as_it_was_before_the_first_change(stage: Stage) -> None:
    path = stage.directory / "auth.toml"
    path.write_text("as it was")
    keep(stage, path)
    path.write_text("changed")
    keep(stage, path)
    path.write_text("changed again")
    put_back(stage)
    assert path.read_text() == "as it was"


def test_what_repeats_goes_on_after_a_failure_and_ends_with_the_stage(stage: Stage) -> None:
    thrice = threading.Event()
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        if len(calls) == 3:
            thrice.set()
        raise ConnectionResetError

    every(stage, 0.001, fail)
    assert thrice.wait(DEADLINE_S)
    stage.close()
    assert not any(loop.is_alive() for loop in stage.loops)


def test_several_are_done_in_their_order(stage: Stage) -> None:
    done: list[str] = []
    each(lambda _: done.append("first"), lambda _: done.append("second"))(stage)
    assert done == ["first", "second"]
