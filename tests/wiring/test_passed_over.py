"""What was passed over is written down with its named reason, within a bound."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.model.detection import Looks
from doorward.respond.declare import decide
from doorward.wiring import passed_over
from doorward.wiring.passed_over import PassedOver
from tests.entries import T0, detection


def test_a_ripple_stands_there_with_its_reason(tmp_path: Path) -> None:
    ripple = replace(detection(), looks=Looks.RIPPLE, evidence=("looks like the ripple of a restart",))
    PassedOver(tmp_path).record(ripple, decide(ripple, (), T0), T0 + timedelta(seconds=6))
    (line,) = [json.loads(line) for line in (tmp_path / "passed-over.jsonl").read_text().splitlines()]
    assert (line["reason"], line["looks"]) == ("ripple-of-a-restart", "ripple")
    assert line["segment"] == {"component": "auth", "reason": "network-changed"}


def test_the_file_is_turned_over_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passed_over, "MOST_BYTES", 500)
    record = PassedOver(tmp_path)
    for _ in range(20):
        record.record(detection(), decide(detection(), (), T0), T0)
    assert record.path.stat().st_size < 1500
    assert sorted(path.name for path in tmp_path.iterdir()) == ["passed-over.jsonl", "passed-over.jsonl.1"]


def test_a_disk_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    PassedOver(tmp_path / "gone").record(detection(), decide(detection(), (), T0), T0)
