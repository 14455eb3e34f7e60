"""Whole runs against the served site: what the truth says is what the site says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")

FAST = ("--time-scale", "0.02")


def traffic(site: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "school", "traffic", str(site), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _is_gone(line: dict[str, Any]) -> bool:
    """A page that another test of this site took away is a 404 to whoever opens it: no matter of signing in."""
    return line["status"] == 404


def test_people_sign_in_work_and_answer_the_roll_call(site: Any, tmp_path: Path) -> None:
    before = len(site.events("auth", "sign-in"))
    record = tmp_path / "truth.jsonl"
    result = traffic(site.path, "--per-min", "200", "--seconds", "5", "--record", str(record), "--seed", "4", *FAST)
    assert result.returncode == 0, result.stderr
    outcome = json.loads(result.stdout)
    assert outcome["sign_ins"] >= 1
    assert outcome["sessions_accepted"] == outcome["sessions_held"] > 0
    told = lines(record)
    assert not {"sent-back", "http-500", "timeout"} & {line["symptom"] for line in told}
    assert {"sign-in", "open", "roll-call"} <= {line["action"] for line in told}
    known = {event["person"] for event in site.events("auth", "sign-in")[before:]}
    assert {line["person"] for line in told} <= known
    sessions = {event["session"] for event in site.events("auth", "sign-in")[before:]}
    assert {line["session"] for line in told if line["action"] == "roll-call"} <= sessions


def test_a_wrong_network_binding_harms_those_behind_the_shared_exit_only(
    site: Any, reload: Callable[[Any], None], tmp_path: Path
) -> None:
    record = tmp_path / "truth.jsonl"
    site.edit({"bind_ipv4_prefix = 24": "bind_ipv4_prefix = 32"})
    try:
        reload(site)
        result = traffic(site.path, "--per-min", "240", "--seconds", "5", "--record", str(record), "--seed", "4", *FAST)
    finally:
        site.edit({"bind_ipv4_prefix = 32": "bind_ipv4_prefix = 24"})
        reload(site)
    assert result.returncode == 0, result.stderr
    harm = [line for line in lines(record) if line["symptom"] not in (None, "wrong-password") and not _is_gone(line)]
    assert {(line["network"], line["symptom"]) for line in harm} == {("shared-exit", "sent-back")}


def test_a_service_that_does_not_answer_is_told_before_anybody_comes(auth_site: Any) -> None:
    result = traffic(auth_site.path, "--seconds", "1")
    assert result.returncode == 3
    assert "does not answer" in result.stderr


def test_a_site_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    result = traffic(tmp_path / "nowhere")
    assert result.returncode == 2
    assert "auth.toml" in result.stderr


@pytest.mark.parametrize("option", [("--per-min", "0"), ("--shared-exit-share", "1.5"), ("--shape", "round")])
def test_wishes_that_make_no_sense_are_refused(option: tuple[str, str], tmp_path: Path) -> None:
    assert traffic(tmp_path, *option).returncode == 2


def test_sigterm_ends_a_run_in_order_with_a_roll_call(site: Any) -> None:
    command = [sys.executable, "-m", "school", "traffic", str(site.path), "--per-min", "300", "--seconds", "600", *FAST]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()  # the first word of progress: people are at it
    os.kill(process.pid, signal.SIGTERM)
    told, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    outcome = json.loads(told)
    assert outcome["seconds"] < 60
    assert outcome["sessions_held"] > 0
