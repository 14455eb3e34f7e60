"""`doorward watch --backtest`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run
from tests.commands.test_watching import burst

INCIDENT = '{"began": "2026-11-21T10:02:00Z", "ended": "2026-11-21T10:10:00Z", "what": "the network split"}\n'
OUTSIDE = '{"began": "2026-10-21T10:02:00Z", "ended": "2026-10-21T10:10:00Z", "what": "before the logs"}\n'


def test_it_lists_what_when_why_and_scores(doorward: Run, tmp_path: Path) -> None:
    burst(tmp_path / "auth.jsonl")
    (tmp_path / "incidents.jsonl").write_text(INCIDENT + OUTSIDE)
    said = doorward("watch", "--backtest", "auth.jsonl", "--incidents", "incidents.jsonl", "--budgets", "0.1")
    assert said.code == 1
    assert "[the network split]" in said.out
    assert "failed since 10:02:" in said.out
    assert "recall: 1 of 1 incidents met" in said.out
    assert "precision: 1 of 1 alarms belong to an incident" in said.out
    assert "1 more outside of these logs" in said.out
    assert "too little history" in said.out


def test_its_detections_are_those_of_the_plain_watch(doorward: Run, tmp_path: Path) -> None:
    burst(tmp_path / "auth.jsonl")
    plain = doorward("watch", "auth.jsonl", "--format", "jsonl").out.splitlines()
    tested = doorward("watch", "--backtest", "auth.jsonl", "--format", "jsonl").out.splitlines()
    assert tested[:-1] == plain
    assert json.loads(tested[-1])["schema"] == "doorward.backtest/1"
    assert json.loads(tested[-1])["detections"] == len(plain)


def test_wrong_budgets_and_files_are_wrong_use(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.jsonl").touch()
    assert doorward("watch", "--backtest", "auth.jsonl", "--budgets", "1,often").code == 2
    assert doorward("watch", "--backtest", "auth.jsonl", "--budgets", "0").code == 2
    assert doorward("watch", "--backtest", "auth.jsonl", "--incidents", "log").code == 2
    assert doorward("watch", "--backtest", "auth.jsonl", "--incidents", "none.jsonl").code == 2
    assert doorward("watch", "--backtest").code == 2
    assert "missing.jsonl" in doorward("watch", "--backtest", "missing.jsonl").err
