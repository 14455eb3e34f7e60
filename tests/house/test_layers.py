"""Imports run one way: model ← errors ← settings, log, store, systems ← stages ← pipeline ← daemon, web, cli."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "doorward"
STAGES = {"check", "probe", "watch", "diagnose", "respond", "recover", "review"}
GROUND = {"model", "errors", "extensions", "toml_file", "yaml_file", "certificate", "cookies", "log_line"}
GROUND |= {"uncollected", "__init__"}
MIDDLE = {"settings", "settings_tables", "settings_logs", "incident_log", "store", "systems"}
WIRING = {"wiring", "pipeline"}
WAYS_IN = {"daemon", "web", "cli", "commands", "__main__"}

# Which parts each part may import, besides itself. `settings_tables` are settings' own tables.
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "model": set(),
    "errors": {"model"},
    "extensions": {"model", "errors"},
    "toml_file": {"errors"},
    "yaml_file": {"errors"},
    "certificate": set(),
    "cookies": set(),
    "uncollected": set(),
    "log_line": {"model", "errors"},
    "settings_logs": GROUND,
    "settings_tables": GROUND | {"settings_logs"},
    "settings": GROUND | {"settings_tables", "settings_logs"},
    "incident_log": GROUND,
    "store": GROUND | {"settings", "settings_tables", "incident_log"},
    "systems": GROUND,
    **dict.fromkeys(STAGES, GROUND | MIDDLE),
    **dict.fromkeys(WIRING, GROUND | MIDDLE | STAGES | WIRING),
    **dict.fromkeys(WAYS_IN, GROUND | MIDDLE | STAGES | WIRING | WAYS_IN),
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            if node.module == "doorward":
                yield from (f"doorward.{alias.name}" for alias in node.names if not alias.name.startswith("__"))


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(path for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_part_imports_only_what_stands_below_it(path: Path) -> None:
    part = _part(path)
    used = {name.split(".")[1] for name in _imports(path) if name.startswith("doorward.")}
    assert used - {part} <= ALLOWED[part]


@pytest.mark.parametrize("path", sorted((PACKAGE / "model").glob("*.py")), ids=lambda path: path.name)
def test_the_model_imports_the_standard_library_only(path: Path) -> None:
    outside = {name.split(".")[0] for name in _imports(path)} - {"doorward"}
    assert outside <= set(sys.stdlib_module_names)


def test_school_and_doorward_never_import_each_other() -> None:
    school = {name.split(".")[0] for path in (ROOT / "school").rglob("*.py") for name in _imports(path)}
    guard = {name.split(".")[0] for path in FILES for name in _imports(path)}
    assert "doorward" not in school
    assert "school" not in guard
