"""Registrations of applications at Microsoft Entra ID: callbacks and days, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

from doorward import check
from doorward.model.fact import Callback, Flow
from doorward.systems import Target
from doorward.systems.oidc.reader import read, sniff

HINT = "Qh7"
APPLICATION = {
    "appId": "11111111-2222-3333-4444-555555555555",
    "displayName": "Portal",
    "web": {"redirectUris": ["https://portal.example.com/callback"]},
    "spa": {"redirectUris": []},
    "passwordCredentials": [
        {"displayName": "blue", "endDateTime": "2027-01-31T10:00:00Z", "hint": HINT, "secretText": None},
        {"displayName": None, "endDateTime": "2028-01-31T10:00:00.1234567Z", "hint": HINT},
        {"displayName": "broken", "endDateTime": "soon"},
    ],
    "keyCredentials": [
        {"displayName": "CN=portal", "endDateTime": "2027-05-01T00:00:00", "type": "AsymmetricX509Cert"}
    ],
}


def _file(folder: Path) -> Path:
    path = folder / "app.json"
    path.write_text(json.dumps(APPLICATION, indent=2))
    return path


def test_a_registration_tells_its_callbacks_and_what_ends(tmp_path: Path) -> None:
    path = _file(tmp_path)
    assert sniff(path.name, path.read_bytes())
    told = read(Target("oidc", str(path)))
    assert [(c.url, c.side) for c in told.facts_of(Callback)] == [("https://portal.example.com/callback", "provider")]
    ends = [flow.values for flow in told.facts_of(Flow) if flow.name == "ends"]
    client = APPLICATION["appId"]
    assert ends == [
        ("secret", f"blue of client {client}", "2027-01-31T10:00:00+00:00"),
        ("secret", f"of client {client}", "2028-01-31T10:00:00.123456+00:00"),
        ("certificate", f"CN=portal of client {client}", "2027-05-01T00:00:00+00:00"),
    ]
    lines = path.read_text().splitlines()
    assert all("endDateTime" in lines[flow.where.line - 1] for flow in told.facts_of(Flow) if flow.name == "ends")


def test_a_registration_is_fine_by_itself_and_shows_no_part_of_a_secret(tmp_path: Path) -> None:
    told = read(Target("oidc", str(_file(tmp_path))))
    assert check.findings(told) == ()
    assert all(setting.shown != HINT for setting in told.settings)
