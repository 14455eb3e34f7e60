"""Certificates that a configuration of authelia itself holds are told of with their end, and no key is shown."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

from doorward.model.fact import Flow
from doorward.systems import Target
from doorward.systems.authelia.reader import read
from tests.certificates import certificate, pem

AT = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)
TEXT = """\
access_control:
  default_policy: deny
authentication_backend:
  ldap:
    tls:
      certificate_chain: |
{pem}"""


def test_a_certificate_within_the_file_is_told_of(tmp_path: Path) -> None:
    inner = pem(certificate(AT))
    block = "".join(f"        {line}\n" for line in inner.decode().splitlines())
    path = tmp_path / "config.yml"
    path.write_text(TEXT.replace("{pem}", block).replace("{b64}", base64.b64encode(inner).decode()))
    told = read(Target("authelia", str(path)))
    (end,) = [flow for flow in told.facts_of(Flow) if flow.name == "ends"]
    assert end.values == ("certificate", end.where.pointer, AT.isoformat())
    assert end.where.line > 0
    shown = " ".join(setting.shown or "" for setting in told.settings)
    assert "canary" not in shown
    assert "LS0t" not in shown
