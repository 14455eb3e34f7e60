"""Authelia's own examples: each is read, and nothing above a note is said but what is listed with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from doorward import check
from doorward.check.rule import Tell
from doorward.systems import Target

ROOT = Path(__file__).parents[3]
CONFIGS = ROOT.parent / "shared" / "data" / "configs"
REAL = tomllib.loads((ROOT / "tests" / "check" / "noise" / "authelia.toml").read_text())["real"]
# Told by the command alone, which knows the day.
OF_THE_SERVICE = {rule.id for rule in check.rules() if rule.tell is Tell.SERVICE}
FILES = sorted((*CONFIGS.glob("authelia/*.yml"), *CONFIGS.glob("authelia-known-bad/*.yml")))


@pytest.mark.skipif(not FILES, reason="the examples of others are not here")
@pytest.mark.parametrize("path", FILES or [CONFIGS], ids=lambda path: path.name)
def test_an_example_gives_only_what_is_listed(path: Path) -> None:
    found = check.findings(check.read(Target("authelia", str(path), ROOT)))
    told = sorted({one.rule for one in found if one.severity != "note"})
    real = {rule for one in REAL if one["file"] == path.name for rule in one["rules"]}
    assert told == sorted(real - OF_THE_SERVICE)
