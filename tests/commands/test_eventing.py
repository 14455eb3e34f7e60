"""`doorward events`: any log as events, from a file, a compressed one or standard input; and how it was read."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import Run

GOOD = '{"time":"2026-11-21T10:00:00.000Z","event":"sign-in","outcome":"succeeded","reason":"ok","person":"a"}\n'
REQUEST = '{"time":"2026-11-21T10:00:00.000Z","event":"request","status":200}\n'
SSHD = """Nov 20 15:40:14 host sshd[1]: Failed password for hunter2 from 203.0.113.77 port 51182 ssh2
Nov 20 15:40:15 host sshd[1]: Accepted password for hunter2 from 203.0.113.77 port 51182 ssh2
Nov 20 15:40:16 host cron[1]: started
broken hunter2
"""


def test_events_are_printed_as_json_lines_and_broken_lines_are_counted(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.jsonl").write_text(GOOD + "hunter2\n" + GOOD)
    said = doorward("events", "auth.jsonl")
    assert said.code == 0
    assert [json.loads(line)["component"] for line in said.out.splitlines()] == ["auth", "auth"]
    assert "1 lines of auth.jsonl did not parse" in said.err
    assert "hunter2" not in said.out + said.err


def test_an_explanation_counts_meanings_and_shows_where_each_field_came_from_and_no_name(
    doorward: Run, tmp_path: Path
) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    said = doorward("events", "auth.log", "--kind", "sshd", "--explain")
    assert said.code == 0
    assert "4 lines of kind sshd: 2 events, 1 say nothing of sign-in, 1 did not parse" in said.out
    assert "pattern failed-password: sign-in failure wrong-password" in said.out
    assert "from address in the sentence" in said.out
    assert "line 4: 14 bytes, not JSON" in said.out
    assert "hunter2" not in said.out + said.err
    assert "203.0.113" not in said.out + said.err


def test_a_log_of_another_kind_is_told_by_exit_one(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    said = doorward("events", "auth.log", "--kind", "keycloak", "--explain")
    assert said.code == 1
    assert "0 events" in said.out


def test_a_compressed_log_gives_what_the_plain_one_gives(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key")
    (tmp_path / "auth.log").write_text(SSHD)
    (tmp_path / "auth.log.1.gz").write_bytes(gzip.compress(SSHD.encode()))
    plain = doorward("events", "auth.log", "--kind", "sshd", "--key-file", "key")
    assert plain.out == doorward("events", "auth.log.1.gz", "--kind", "sshd", "--key-file", "key").out
    assert len(plain.out.splitlines()) == 2


def test_standard_input_is_read(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "doorward", "events", "-"], input=GOOD, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["component"] == "stdin"


def test_ocsf_leaves_out_what_is_no_authentication_and_is_read_back_as_the_same_events(
    doorward: Run, tmp_path: Path
) -> None:
    (tmp_path / "auth.jsonl").write_text(GOOD + REQUEST)
    said = doorward("events", "auth.jsonl", "--as", "ocsf")
    assert "1 events are no authentication" in said.err
    written = json.loads(said.out)
    assert (written["class_uid"], written["activity_id"], written["status_id"]) == (3002, 1, 1)
    (tmp_path / "door.jsonl").write_text(said.out)
    again = json.loads(doorward("events", "door.jsonl", "--kind", "ocsf").out)
    first = json.loads(doorward("events", "auth.jsonl").out.splitlines()[0])
    assert (again["at"], again["outcome"], again["reason"]) == (first["at"], first["outcome"], first["reason"])


def test_the_mapping_of_a_component_is_tried_on_a_log(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "doorward.toml").write_text(
        """
[service]
name = "Door"
[[component]]
name = "door"
role = "provider"
kind = "mapping"
[[component.log_options.mapping]]
name = "own"
format = "regex"
pattern = '(?P<time>\\S+) (?P<person>\\S+) (?P<outcome>in|no)'
outcomes = { in = "success", no = "failure" }
"""
    )
    (tmp_path / "door.log").write_text("2026-11-21T10:00:00Z hunter2 in\n2026-11-21T10:00:01Z hunter2 no\n")
    said = doorward("events", "door.log", "--config", "doorward.toml", "--explain")
    assert said.code == 0, said.err
    assert "2 events" in said.out
    assert "pattern own" in said.out
    events = doorward("events", "door.log", "--config", "doorward.toml")
    persons = {json.loads(line)["person"] for line in events.out.splitlines()}
    assert len(persons) == 1
    assert "hunter2" not in said.out + events.out
    assert persons == {
        json.loads(line)["person"]
        for line in doorward("events", "door.log", "--config", "doorward.toml").out.splitlines()
    }


def test_what_is_wrong_with_the_use_is_said(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(SSHD)
    assert doorward("events", "none.log").code == 2
    assert doorward("events", "auth.log", "--kind", "mapping").code == 2
    assert doorward("events", "auth.log", "--kind", "sshd", "--time-zone", "Moon/Base").code == 2
    assert doorward("events", "auth.log", "--kind", "sshd", "--key-file", "none").code == 2
    assert doorward("events", "auth.log", "--kind", "zope").code == 2
