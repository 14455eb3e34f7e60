"""Recorded incidents are read whole or refused whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.watch.backtest_recorded import RecordedIncident, read

AT = datetime(2026, 3, 2, 8, 10, tzinfo=UTC)
ROW = '{"began": "2026-03-02T08:10:00Z", "ended": "2026-03-02T09:40:00+01:00", "what": "the cache was full"}\n'
FOUND = (RecordedIncident(AT, AT + timedelta(minutes=30), "the cache was full"),)


def test_json_lines_and_toml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(ROW + "\n")
    text = '[[incident]]\nbegan = 2026-03-02T08:10:00Z\nended = 2026-03-02T08:40:00Z\nwhat = "the cache was full"\n'
    (tmp_path / "a.toml").write_text(text)
    assert read(tmp_path / "a.jsonl") == read(tmp_path / "a.toml") == FOUND


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    naive = ROW.replace("00Z", "00")
    backward = ROW.replace("09:40", "08:40")
    path.write_text(ROW + naive + backward + "not JSON\n" + '{"began": 3}\n')
    with pytest.raises(InputInvalid) as caught:
        read(path)
    assert [problem.where for problem in caught.value.problems] == [f"{path}:{line}" for line in (2, 3, 4, 5)]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[watch]\n")
    for name in ("a.toml", "missing.jsonl"):
        with pytest.raises(InputInvalid):
            read(tmp_path / name)


def test_a_detection_two_minutes_early_belongs_to_it() -> None:
    one = FOUND[0]
    assert one.holds(AT - timedelta(minutes=2))
    assert one.holds(one.ended)
    assert not one.holds(AT - timedelta(seconds=121))
    assert not one.holds(one.ended + timedelta(seconds=1))
