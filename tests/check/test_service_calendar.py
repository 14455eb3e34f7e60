"""What ends: certificates as their bytes tell, and suppressions, the next first."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from doorward.check import service
from doorward.check.service_calendar import calendar, ends
from doorward.check.suppressions import Suppression
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Fact, Flow, SessionLife, SigningKey, Where
from doorward.model.finding import Severity
from tests.certificates import certificate, pem

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _configuration(shown: str, pointer: str = "tls.certificate_file") -> Configuration:
    return Configuration("nginx", "site.conf", (), (Setting(pointer, shown, Where("site.conf", 4, pointer)),))


def _states(folder: Path, configuration: Configuration) -> list[tuple[str, ...]]:
    return [flow.values or () for flow in ends(configuration, (folder,), NOW)]


@pytest.mark.parametrize(
    ("days", "state", "severity"),
    [(-1, "ended", Severity.OUTAGE), (29, "soon", Severity.LATENT), (31, "later", None)],
)
def test_a_certificate_that_a_file_names_is_told_of_before_it_ends(
    tmp_path: Path, days: int, state: str, severity: Severity | None
) -> None:
    ends_at = NOW + timedelta(days=days)
    (tmp_path / "site.crt").write_bytes(pem(certificate(ends_at + timedelta(days=900)), certificate(ends_at)))
    configuration = _configuration("site.crt")
    assert _states(tmp_path, configuration) == [
        ("certificate", "site.crt", ends_at.strftime("%Y-%m-%d %H:%M UTC"), state)
    ]
    part = service.with_facts(service.alone(configuration), lambda told: ends(told, (tmp_path,), NOW))
    found = service.findings([part])
    assert [(f.rule, f.severity) for f in found] == ([("CERT-01", severity)] if severity else [])


def test_a_certificate_in_der_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "site.cer").write_bytes(certificate(NOW + timedelta(days=1)))
    assert [values[3] for values in _states(tmp_path, _configuration("site.cer", "tls"))] == ["soon"]


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"\x30", b"\x30\x82\xff\xff", pem(b"\x30\x03abc"), b"-----BEGIN CERTIFICATE-----"]
)
def test_what_is_no_certificate_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "site.crt").write_bytes(content)
    assert _states(tmp_path, _configuration("site.crt")) == []


@pytest.mark.parametrize("shown", ["gone.crt", "a\0b.crt", "", "/"])
def test_a_file_that_is_not_there_tells_nothing(tmp_path: Path, shown: str) -> None:
    assert _states(tmp_path, _configuration(shown)) == []


def test_the_calendar_has_the_next_first_and_nothing_that_is_past(tmp_path: Path) -> None:
    (tmp_path / "site.crt").write_bytes(pem(certificate(NOW + timedelta(days=5))))
    _, told = service.with_facts(service.alone(_configuration("site.crt")), lambda one: ends(one, (tmp_path,), NOW))
    decided = [Suppression("KEY-01", date(2026, 11, day), "why", Where("a.toml", day)) for day in (30, 20, 22)]
    days = calendar(decided, [told], NOW.date())
    assert [(day.day.day, day.what.split()[0]) for day in days] == [
        (22, "suppression"),
        (26, "certificate"),
        (30, "suppression"),
    ]


def _holding(*facts: Fact, target: str = "site.conf") -> Configuration:
    return Configuration("any", target, facts, ())


@pytest.mark.parametrize(
    ("days", "severity"), [(-1, Severity.PARTIAL), (0, Severity.PARTIAL), (29, Severity.LATENT), (31, None)]
)
def test_a_secret_whose_end_a_file_tells_is_told_of_before_it_ends(days: int, severity: Severity | None) -> None:
    at = NOW + timedelta(days=days)
    fact = Flow(Where("app.json", 3, "endDateTime"), "ends", ("secret", "of client portal", at.isoformat()))
    part = service.with_facts(service.alone(_holding(fact)), lambda told: ends(told, (), NOW))
    assert [(f.rule, f.severity) for f in service.findings([part])] == ([("SECRET-01", severity)] if severity else [])
    days_told = [day.what for day in calendar((), [part[1]], NOW.date())]
    assert days_told == (["secret of client portal"] if days >= 0 else [])


def test_a_fallback_key_is_needed_until_the_longest_session_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "auth.toml"
    path.write_text("")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    where = Where("auth.toml", 2, "fallbacks[0]")
    key, life = SigningKey(where, "session", "digest:1", fallback=True), SessionLife(where, 3 * 86_400)
    (told,) = ends(_holding(key, life), (tmp_path,), NOW)
    assert told.values is not None
    assert told.values[0] == "fallback key"
    assert told.values[2] == (NOW + timedelta(days=3)).strftime("%Y-%m-%d %H:%M UTC")
    part = service.alone(_holding(told))
    assert service.findings([part]) == ()
    assert ends(_holding(key), (tmp_path,), NOW) == ()


def test_each_of_a_list_of_files_is_looked_at(tmp_path: Path) -> None:
    for name, days in (("a.pem", 1), ("b.pem", 2)):
        (tmp_path / name).write_bytes(pem(certificate(NOW + timedelta(days=days))))
    told = ends(_configuration('["a.pem", "b.pem"]', "provider_ca_files"), (tmp_path,), NOW)
    assert [flow.values[1] for flow in told if flow.values] == ["a.pem", "b.pem"]


def test_a_file_that_a_key_is_in_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "site.pem").write_bytes(pem(certificate(NOW)))
    assert ends(_configuration("site.pem", "tls.cert_key_file"), (tmp_path,), NOW) == ()


def test_a_certificate_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "site.crt").write_bytes(pem(certificate(NOW)))
    setting = Setting("ssl_certificate", "site.crt", Where("x/site.conf", 4, "ssl_certificate"))
    named = Configuration("nginx", str(tmp_path / "site.conf"), (), (setting,))
    assert [flow.values[3] for flow in ends(named, (), NOW) if flow.values] == ["ended"]
