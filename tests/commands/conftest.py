"""A command of `doorward` as its entry point runs it, in this process: exit code, standard output, standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from doorward.cli import main

SETTINGS = """\
[doorward]
state = "state"
[service]
name = "Test service"
[[component]]
name = "auth"
role = "provider"
kind = "school"
"""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def doorward(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in the test's directory."""
    monkeypatch.chdir(tmp_path)
    # A command points the process at its own doorward.toml: put back what was there.
    monkeypatch.setenv("DOORWARD_CONFIG", "doorward.toml")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["doorward", *arguments])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A doorward.toml in the test's directory."""
    path = tmp_path / "doorward.toml"
    path.write_text(SETTINGS)
    return path
