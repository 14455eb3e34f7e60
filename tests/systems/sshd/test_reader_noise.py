"""Public sshd_configs are read without a crash and give nothing above a note but what data says is real."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from doorward import check
from doorward.model.finding import Severity
from doorward.systems import Target

_REPOSITORY = Path(__file__).parents[3]
_FILES = sorted((_REPOSITORY.parent / "shared" / "data" / "configs" / "sshd").glob("*.conf"))
_REAL = tomllib.loads((_REPOSITORY / "tests" / "check" / "noise" / "sshd.toml").read_text())


@pytest.mark.parametrize(
    "path",
    _FILES or [pytest.param(None, marks=pytest.mark.skip(reason="no public configurations beside the repository"))],
    ids=lambda path: path.name if path else "none",
)
def test_a_public_configuration_gives_only_faults_that_are_real(path: Path) -> None:
    found = check.findings(check.read(Target("sshd", str(path))))
    told = sorted(f.rule for f in found if f.severity is not Severity.NOTE)
    assert told == sorted(rule for one in _REAL["real"] if one["file"] == path.name for rule in one["rules"])
    assert all(one["reason"] for one in _REAL["real"])
