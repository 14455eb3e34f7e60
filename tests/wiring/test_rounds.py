"""Rounds are kept beside the log, bounded, and delay nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from doorward.diagnose.observations import Observations
from doorward.wiring.rounds import FOLDER, MOST_INCIDENTS, MOST_ROUNDS, Rounds
from tests.entries import T0

SEEN = Observations(logs_ahead_s=(("auth", 2.0),))


def test_what_is_kept_is_told_oldest_first(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path)
    assert list(rounds.kept("one")) == []
    rounds.keep("one", T0, SEEN)
    rounds.keep("one", T0 + timedelta(seconds=3), Observations())
    assert list(rounds.kept("one")) == [(T0, SEEN), (T0 + timedelta(seconds=3), Observations())]
    assert list(rounds.kept("another")) == []


def test_a_line_that_a_kill_cut_short_costs_that_line_alone(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path)
    rounds.keep("one", T0, SEEN)
    with (tmp_path / FOLDER / "one.jsonl").open("ab") as file:
        file.write(b"2026-11-21T10:00:00+00:00 {")
    assert list(rounds.kept("one")) == [(T0, SEEN)]


def test_rounds_and_incidents_are_bounded(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path)
    for _ in range(MOST_ROUNDS + 5):
        rounds.keep("long", T0, SEEN)
    assert len(list(rounds.kept("long"))) == MOST_ROUNDS
    for number in range(MOST_INCIDENTS + 5):
        rounds.keep(f"other-{number}", T0, SEEN)
    assert len(list((tmp_path / FOLDER).iterdir())) == MOST_INCIDENTS


def test_a_disk_that_takes_nothing_delays_nobody(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("not a folder")
    Rounds(tmp_path).keep("one", T0, SEEN)
