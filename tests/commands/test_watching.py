"""`doorward watch`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run

GOOD = '{"time":"2026-11-21T10:00:00.000Z","event":"sign-in","outcome":"succeeded","reason":"ok","person":"a"}\n'


def burst(path: Path) -> Path:
    """Sign-ins as usual for two minutes, then half of the sessions refused."""
    lines = []
    for number in range(360):
        at = f"2026-11-21T10:{number // 120:02}:{number // 2 % 60:02}.{number % 2 * 500:03}Z"
        who = f'"person":"p{number}","session":"s{number}","source":"n{number}"'
        lines.append(f'{{"time":"{at}","event":"sign-in","outcome":"succeeded","reason":"ok",{who}}}\n')
        refused = number >= 240 and number % 2
        said = '"rejected","reason":"network-changed"' if refused else '"accepted","reason":"ok"'
        lines.append(f'{{"time":"{at}","event":"session","outcome":{said},{who}}}\n')
    path.write_text("".join(lines))
    return path


def test_every_log_that_is_missing_is_named(doorward: Run) -> None:
    said = doorward("watch", "auth.jsonl", "portal.jsonl")
    assert said.code == 2
    assert "auth.jsonl: is not a file" in said.err
    assert "portal.jsonl: is not a file" in said.err


def test_a_kind_and_a_format_that_are_not_known_are_wrong_use(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.jsonl").write_text(GOOD)
    assert doorward("events", "auth.jsonl", "--kind", "zope").code == 2
    assert doorward("watch", "auth.jsonl", "--format", "yaml").code == 2


def test_a_quiet_log_ends_with_nought_and_a_fault_with_one(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "quiet.jsonl").write_text(GOOD + "not a line\n")
    quiet = doorward("watch", "quiet.jsonl")
    assert (quiet.code, quiet.out) == (0, "")
    assert "1 lines did not parse" in quiet.err
    said = doorward("watch", str(burst(tmp_path / "auth.jsonl")), "--format", "jsonl")
    assert said.code == 1
    first = json.loads(said.out.splitlines()[0])
    assert first["schema"] == "doorward.detection/1"
    assert first["measure"] == "session-rejections"
    assert first["onset"] >= "2026-11-21T10:02"


def test_alert_rules_are_printed_without_any_log(doorward: Run) -> None:
    said = doorward("watch", "--alert-rules")
    assert said.code == 0
    assert "alert: DoorwardDetected" in said.out


def test_one_person_in_so_many_is_looked_at_live_and_in_a_backtest_alike(doorward: Run, tmp_path: Path) -> None:
    log = str(burst(tmp_path / "auth.jsonl"))
    said = doorward("watch", log, "--format", "jsonl", "--one-in", "4")
    assert "looking at one person in 4" in said.err
    told = [json.loads(line) for line in said.out.splitlines()]
    assert told[0]["measure"] == "session-rejections"
    again = doorward("watch", "--backtest", log, "--format", "jsonl", "--one-in", "4")
    assert [json.loads(line) for line in again.out.splitlines()][: len(told)] == told
    whole = [json.loads(line) for line in doorward("watch", log, "--format", "jsonl").out.splitlines()]
    assert whole[0]["detected_at"] < told[0]["detected_at"]


def test_one_in_none_is_wrong_use(doorward: Run) -> None:
    assert doorward("watch", "auth.jsonl", "--one-in", "0").code == 2
