"""Dex's own examples: each is read, and nothing above a note is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.check.targets import parse_target

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT.parent / "shared" / "data" / "configs").glob("dex/*.yaml"))


@pytest.mark.skipif(not FILES, reason="the examples of others are not here")
@pytest.mark.parametrize("path", FILES or [ROOT], ids=lambda path: path.name)
def test_an_example_gives_nothing_above_a_note(path: Path) -> None:
    target = parse_target(str(path), ROOT)
    assert target.kind == "dex"
    assert [one for one in check.findings(check.read(target)) if one.severity != "note"] == []
