"""What is usual outlives the process, and a broken file never stops the guard."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from doorward.errors import DoorwardError
from doorward.watch import Watcher, WatchSettings
from doorward.wiring.usual_file import EVERY, UsualFile
from tests.watch.test_kept import AT, history


def fresh() -> Watcher:
    return Watcher(WatchSettings(), ("auth",))


@pytest.fixture(scope="module")
def taught() -> Watcher:
    watcher = fresh()
    watcher.warm_start(history(2))
    return watcher


def test_it_is_written_and_taken_up(taught: Watcher, tmp_path: Path) -> None:
    file, second = UsualFile(tmp_path), fresh()
    assert not file.take_up(second)
    assert file.write(taught, AT) == len(taught.kept()) > 0
    assert file.take_up(second)
    assert second.kept() == taught.kept()


def test_it_is_written_every_quarter_of_an_hour(taught: Watcher, tmp_path: Path) -> None:
    file = UsualFile(tmp_path)
    file.write_when_due(taught, AT)
    file.write_when_due(taught, AT + EVERY - timedelta(seconds=1))
    assert not file.path.exists()
    file.write_when_due(taught, AT + EVERY)
    assert file.path.exists()


def test_a_watcher_that_learned_nothing_overwrites_nothing(taught: Watcher, tmp_path: Path) -> None:
    file = UsualFile(tmp_path)
    file.write(taught, AT)
    before = file.path.read_bytes()
    assert file.write(fresh(), AT) == 0
    assert file.path.read_bytes() == before


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    file = UsualFile(tmp_path)
    file.path.write_text("{")
    assert not file.take_up(fresh())
    assert not file.path.exists()
    assert (tmp_path / "usual.json.unreadable").exists()


def test_a_state_that_takes_nothing_is_told(taught: Watcher, tmp_path: Path) -> None:
    with pytest.raises(DoorwardError, match="cannot be kept"):
        UsualFile(tmp_path / "missing").write(taught, AT)
