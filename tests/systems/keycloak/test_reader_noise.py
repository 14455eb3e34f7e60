"""Realms as others keep them are read, and nothing above a note is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.model.finding import Severity
from doorward.systems import Target

FILES = Path(__file__).parents[4] / "shared" / "data" / "configs"
FOUND = sorted(path for kind in ("keycloak", "keycloak-config-cli") for path in (FILES / kind).glob("*.[jy]*"))


@pytest.mark.skipif(not FOUND, reason="the collection of others' configurations is not here")
def test_others_realms_are_read_without_noise() -> None:
    told = set()
    for path in FOUND:
        read = check.read(Target("keycloak", str(path), FILES))
        assert read.settings
        found = check.findings(read) + check.findings(read, read)
        told |= {(path.name, f.rule, f.where.pointer) for f in found if f.severity.rank < Severity.NOTE.rank}
    assert told == set()
