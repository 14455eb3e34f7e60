"""Certificates that a configuration of dex itself holds are told of with their end, and no key is shown."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

from doorward.model.fact import Flow
from doorward.systems import Target
from doorward.systems.dex.reader import read
from tests.certificates import certificate, pem

AT = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)
TEXT = """\
issuer: https://id.example.com
storage:
  type: memory
connectors:
  - type: ldap
    id: ldap
    config:
      rootCAData: {b64}
"""


def test_a_certificate_within_the_file_is_told_of(tmp_path: Path) -> None:
    inner = pem(certificate(AT))
    block = "".join(f"        {line}\n" for line in inner.decode().splitlines())
    path = tmp_path / "config.yml"
    path.write_text(TEXT.replace("{pem}", block).replace("{b64}", base64.b64encode(inner).decode()))
    told = read(Target("dex", str(path)))
    (end,) = [flow for flow in told.facts_of(Flow) if flow.name == "ends"]
    assert end.values == ("certificate", end.where.pointer, AT.isoformat())
    assert end.where.line > 0
    shown = " ".join(setting.shown or "" for setting in told.settings)
    assert "canary" not in shown
    assert "LS0t" not in shown
