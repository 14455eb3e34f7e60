"""`doorward watch --engine`: counts of whole logs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run
from tests.commands.test_watching import GOOD


def test_counts_are_told_by_window_and_what_did_not_parse_on_stderr(doorward: Run, tmp_path: Path) -> None:
    log = tmp_path / "auth.jsonl"
    log.write_text(GOOD + GOOD.replace('"a"', '"b"') + "nothing\n")
    said = doorward("watch", str(log), "--engine", "embedded")
    assert said.code == 0
    assert json.loads(said.out) == {
        "schema": "doorward.bucket/1",
        "component": "auth",
        "opened_at": "2026-11-21T10:00:00+00:00",
        "width_s": 10.0,
        "kind": "sign-in",
        "outcome": "success",
        "reason": "ok",
        "client": None,
        "count": 2,
        "people": 2,
    }
    assert "1 lines of auth: unparsed" in said.err


def test_a_log_that_is_missing_is_named(doorward: Run) -> None:
    said = doorward("watch", "none.jsonl", "--engine", "embedded")
    assert (said.code, "none.jsonl: is not a file" in said.err) == (2, True)
