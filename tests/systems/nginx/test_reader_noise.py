"""Public configurations of nginx: read without a crash, and nothing above a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.model.finding import Severity
from doorward.systems import Target

_FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "configs" / "nginx"
_FILES = sorted(_FOLDER.glob("*.conf"))


@pytest.mark.skipif(not _FILES, reason="the public configurations are not beside this repository")
def test_public_configurations_are_told_nothing() -> None:
    told = [
        (path.name, finding.rule)
        for path in _FILES
        for finding in check.findings(check.read(Target("nginx", str(path))))
        if finding.severity is not Severity.NOTE
    ]
    assert told == []
