"""Habits that a test can hold: sizes, excepts, secrets of the house, generated documentation."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for top in ("doorward", "school", "bench")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
)
LONGEST_FILE = 350
LONGEST_FUNCTION = 60
# The last door of the command line; the one supervised loop; a thread that carries its failure to the caller; children
# that run foreign code (docs/decisions/0005).
BROAD = {
    "doorward/cli.py",
    "doorward/daemon.py",
    "doorward/diagnose/round.py",
    "doorward/systems/django/child.py",
    "doorward/systems/django/session_worker.py",
    "doorward/systems/school/child.py",
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_source_file_can_be_held_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        _name(path)
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_broad_excepts_stand_only_in_supervised_loops() -> None:
    broad = [
        _name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert set(broad) <= BROAD


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


# Written in parts so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(["py" + r"pi\.org", "registry" + r"\.npmjs", "files" + r"\.pythonhosted", "deb" + r"\.debian\.org"])
)


def test_no_file_names_a_package_registry() -> None:
    named = [str(path) for path in _tracked() if FORBIDDEN.search(path.read_bytes().decode("utf-8", "replace"))]
    assert named == []


def test_the_lock_has_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    for requirement in re.split(r"\n(?=[a-z])", lock):
        if "==" in requirement:
            assert "--hash=sha256:" in requirement


def test_generated_documentation_is_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
