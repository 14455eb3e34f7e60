"""`doorward watch --follow`: what comes through a pipe is watched as a log is, read as its component's options say."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import SETTINGS, Run
from tests.commands.test_watching import burst
from tests.services.journal import Journal

MAPPED = """kind = "mapping"
[component.source]
kind = "stdin"
[[component.log_options.mapping]]
name = "ours"
format = "regex"
pattern = '(?P<time>\\S+) (?P<outcome>\\w+) (?P<person>\\S+)'
outcomes = { welcome = "success", no = "failure" }
"""

Pipe = Callable[[bytes], None]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pipe:
    """Standard input is a pipe in which this was written, and whose writer is gone."""

    def filled(content: bytes) -> None:
        writer = subprocess.Popen(["cat", str(_file(tmp_path, content))], stdout=subprocess.PIPE)
        monkeypatch.setattr("sys.stdin", writer.stdout)

    return filled


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "piped"
    path.write_bytes(content)
    return path


def mapped() -> bytes:
    """A log of our own in which half of the sign-ins fail after five minutes."""
    lines = []
    for number in range(1200):
        at = f"2026-11-21T10:{number // 120:02}:{number // 2 % 60:02}Z"
        lines.append(f"{at} {'no' if number >= 600 and number % 2 else 'welcome'} p{number}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("follow", [True, False], ids=["--follow", "to its end"])
def test_standard_input_is_watched_to_its_end(
    doorward: Run, piped: Pipe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, follow: bool
) -> None:
    content = burst(tmp_path / "auth.jsonl").read_bytes()
    if follow:
        piped(content)
    else:
        monkeypatch.setattr("sys.stdin", (tmp_path / "auth.jsonl").open())
    said = doorward("watch", "-", "--format", "jsonl", *(["--follow"] if follow else []))
    assert said.code == 1
    assert "session-rejections" in [json.loads(line)["measure"] for line in said.out.splitlines()]


def test_lines_of_another_kind_are_told_once(doorward: Run, piped: Pipe) -> None:
    piped(b"not a line\n" * 100)
    said = doorward("watch", "-", "--follow")
    assert (said.code, said.out) == (0, "")
    assert said.err.count("lines do not parse, such as one of 10 bytes, not JSON; is --kind right?") == 1


def test_a_components_own_mapping_is_used_for_a_pipe_and_for_its_log(
    doorward: Run, piped: Pipe, tmp_path: Path
) -> None:
    text = SETTINGS.replace('kind = "school"\n', MAPPED)
    (tmp_path / "doorward.toml").write_text(text)
    piped(mapped())
    said = doorward("watch", "-", "--follow", "--config", "doorward.toml", "--format", "jsonl")
    assert said.code == 1, said.err
    assert "sign-in-failures" in said.out
    (tmp_path / "auth.log").write_bytes(mapped())
    (tmp_path / "doorward.toml").write_text(text.replace('[component.source]\nkind = "stdin"\n', 'log = "auth.log"\n'))
    replayed = doorward("watch", "--config", "doorward.toml", "--format", "jsonl")
    assert (replayed.code, "sign-in-failures" in replayed.out) == (1, True), replayed.err


def test_a_packed_log_is_not_followed(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.jsonl.gz").touch()
    said = doorward("watch", "auth.jsonl.gz", "--follow")
    assert said.code == 2
    assert "is packed" in said.err


def test_a_real_journal_is_watched_through_a_pipe(
    doorward: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal")
    failed = (f"Failed password for invalid user x{number} from 203.0.113.9 port 1 ssh2" for number in range(20))
    journal.write(time.time() - 600, [*failed, "Server listening on :: port 22."])
    reader = subprocess.Popen(
        ["journalctl", f"--directory={journal.folder}", "--output=json", "--quiet"], stdout=subprocess.PIPE
    )
    monkeypatch.setattr("sys.stdin", reader.stdout)
    said = doorward("watch", "-", "--kind", "sshd", "--follow")
    assert said.code in (0, 1)
    assert "do not parse" not in said.err
    assert reader.wait(10) == 0
