"""Public configurations of oauth2-proxy: read without a crash, and nothing above a note without a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from doorward import check
from doorward.model.finding import Severity
from doorward.systems import Target

_ROOT = Path(__file__).parents[3]
_FOLDER = _ROOT.parent / "shared" / "data" / "configs" / "oauth2-proxy"
_FILES = sorted(path for path in _FOLDER.glob("*") if path.suffix in (".cfg", ".yaml"))
_KNOWN = tomllib.loads((_ROOT / "tests" / "check" / "noise" / "oauth2-proxy.toml").read_text())["real"]


@pytest.mark.skipif(not _FILES, reason="the public configurations are not beside this repository")
def test_public_configurations_are_told_nothing_without_a_reason() -> None:
    told = {
        (path.name, finding.rule)
        for path in _FILES
        for finding in check.findings(check.read(Target("oauth2-proxy", str(path))))
        if finding.severity is not Severity.NOTE
    }
    assert told == {(one["file"], rule) for one in _KNOWN for rule in one["rules"]}
