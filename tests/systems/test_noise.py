"""Public logs of 13 products are read whole, and as their own maintainers' tests expect: time, outcome, person, source.

The logs stand beside the repository (github crowdsecurity/hub, MIT; logpai/loghub, for tests only) and never in it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from doorward.log_line import LogOptions
from doorward.model.sign_in import Outcome, SignInEvent
from doorward.systems import system
from tests.log_cases import CASES, HASHER, KEY, LATEST, options_of

LOGS = Path(__file__).parents[3] / "shared" / "data" / "logs"
pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="no public logs beside the repository")

KINDS = {
    "apereo-cas-audit-logs": "cas",
    "authelia-logs": "authelia",
    "authentik-logs": "authentik",
    "keycloak-logs": "keycloak",
    "lemonldap-ng-logs": "lemonldap",
    "pam-logs": "pam",
    "sshd-logs": "sshd",
    "sshd-success-logs": "sshd",
    "sshd-logs-fp": "sshd",
    "windows-logs": "windows",
}
# Products without a kind of their own are read by the mappings that docs/logs.md shows.
MAPPED = {
    "gitlab-logs": "gitlab",
    "grafana-logs": "grafana",
    "nextcloud-logs": "nextcloud",
    "teleport-logs": "teleport",
}
# What the hub's tests expect and these logs do not say of sign-in.
NO_SIGN_IN = {"nextcloud_domain_error"}


def _parser(name: str) -> Any:
    if name in MAPPED:
        return system("mapping").parser(options_of(CASES / "mapping" / f"{MAPPED[name]}.toml"))
    return system(KINDS[name]).parser(LogOptions(hash_key=KEY, latest=LATEST))


def _lines(name: str) -> list[bytes]:
    file = next((LOGS / name).glob("*.log")) if (LOGS / name).is_dir() else LOGS / "loghub" / name
    return [line for line in file.read_bytes().splitlines() if line.strip()]


def _expected(name: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (LOGS / "expected.jsonl").read_text().splitlines()]
    return [row for row in rows if row["test"] == name and row["meta"]["log_type"] not in NO_SIGN_IN]


@pytest.mark.parametrize("name", [*KINDS, *MAPPED])
def test_every_line_of_a_public_log_parses(name: str) -> None:
    parse = _parser(name)
    for line in _lines(name):
        parse(line, "door")


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [("OpenSSH_2k.log", "sshd", 1100), ("OpenSSH_2k.log", "pam", 490), ("Linux_2k.log", "pam", 700)],
)
def test_two_thousand_lines_of_real_machines_parse_and_most_attempts_are_found(name: str, kind: str, told: int) -> None:
    parse = system(kind).parser(LogOptions(hash_key=KEY, latest=LATEST))
    assert sum(parse(line, "door") is not None for line in _lines(name)) >= told


@pytest.mark.parametrize("name", [name for name in (*KINDS, *MAPPED) if name not in ("sshd-logs-fp", "windows-logs")])
def test_what_is_read_is_what_the_logs_own_tests_expect(name: str) -> None:
    parse, lines, rows = _parser(name), _lines(name), _expected(name)
    assert rows
    for row in rows:
        message = row["parsed"]["message"].strip().encode()
        line = next(line for line in lines if line.strip().endswith(message))
        event = parse(line, "door")
        assert event is not None, line
        wanted = _wanted(row)
        assert {key: value for key, value in _told(event).items() if key in wanted} == wanted, line


def _told(event: SignInEvent) -> dict[str, object]:
    return {"success": event.outcome is Outcome.SUCCESS, "person": event.person, "source": event.source}


def _wanted(row: dict[str, Any]) -> dict[str, object]:
    """What the hub's test names; it names the person of some lines only."""
    meta = row["meta"]
    wanted: dict[str, object] = {"success": "success" in meta["log_type"]}
    user = next((meta[key] for key in ("target_user", "username", "user") if meta.get(key)), None)
    if user:
        wanted["person"] = HASHER.person(user)
    if meta.get("source_ip"):
        wanted["source"] = HASHER.source(meta["source_ip"])
    return wanted


@pytest.mark.parametrize("name", [*KINDS, *MAPPED])
def test_times_are_those_of_the_lines(name: str) -> None:
    """Month, day, minute and second stand in every line; the hour and the year depend on the rules of zones."""
    parse = _parser(name)
    for line in _lines(name):
        event = parse(line, "door")
        if event is not None:
            shown = line.decode()
            at: datetime = event.at
            assert f"{at:%M:%S}" in shown, shown
