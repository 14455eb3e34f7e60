"""Tests mirror the tree: each test file stands for a module, and each module of weight has one."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
# Folders of tests that mirror no module: the house rules, data, and whole journeys through the product.
APART = {"house", "cases", "whole"}


def _tests() -> list[Path]:
    return sorted(path for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).parts[0] not in APART)


# Properties of a whole folder, not of one module.
PROPERTIES = {"cases", "secrecy", "secrecy_everywhere", "school", "kill", "postgresql", "noise"}


def _stands_for(path: Path) -> bool:
    """tests/watch/test_follow.py stands for doorward/watch/follow.py; test_follow_rotation.py may stand beside it."""
    relative = path.relative_to(TESTS)
    name = path.stem.removeprefix("test_")
    folder = (ROOT if relative.parts[0] in ("school", "bench", "docs") else ROOT / "doorward") / relative.parent
    if name in PROPERTIES or (folder / f"__{name}__.py").exists() or (folder / name).is_dir():
        return True
    return any(name == module.stem or name.startswith(f"{module.stem}_") for module in folder.glob("*.py"))


@pytest.mark.parametrize("path", _tests(), ids=lambda path: str(path.relative_to(TESTS)))
def test_a_test_file_stands_for_a_module(path: Path) -> None:
    assert _stands_for(path), f"no module for {path.name}"


STAGES = ("check", "probe", "watch", "diagnose", "respond", "recover", "review")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_tests(stage: str) -> None:
    assert list((TESTS / stage).glob("test_*.py"))
