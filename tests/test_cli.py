"""The entry point: the overview in the order of the story, exit codes, and what nobody foresaw."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from doorward.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "doorward", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def test_help_shows_every_command_and_imports_none_of_them() -> None:
    code = "import sys; sys.argv = ['doorward', '--help']\nfrom doorward.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print(sorted(name for name in sys.modules if name.startswith(('django', 'numpy', 'doorward.commands'))))"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert all(f"\n  {name} " in said.stdout for name in COMMANDS)
    assert said.stdout.endswith("[]\n")


def test_no_command_is_wrong_use_and_help_is_not() -> None:
    assert (run().returncode, run("--help").returncode, run("--version").returncode) == (2, 0, 0)


def test_an_unknown_command_names_the_nearest() -> None:
    said = run("chek")
    assert said.returncode == 2
    assert "did you mean `doorward check`?" in said.stderr
    assert "lists the commands" in run("zzzzzz").stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["doorward", name, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert f"doorward {name}" in capsys.readouterr().out


def test_what_nobody_foresaw_is_our_fault_and_its_text_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("doorward.commands.running.settings", broken)
    monkeypatch.setattr(sys, "argv", ["doorward", "settings"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert "our fault: RuntimeError" in said
    assert "test_cli.py" in said
    assert "hunter2" not in said
