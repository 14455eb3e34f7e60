"""What ends: certificates as their bytes tell, and suppressions, the next first."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from doorward.check import service
from doorward.check.service_calendar import calendar, certificates, not_after
from doorward.check.suppressions import Suppression
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Where
from doorward.model.finding import Severity

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def _certificate(ends_at: datetime, year: str = "%y", tag: int = 0x17) -> bytes:
    """The outline of an X.509 certificate: what stands before the validity, the validity, and some more."""
    times = [_der(0x17, b"200101000000Z"), _der(tag, ends_at.strftime(f"{year}%m%d%H%M%SZ").encode())]
    before = [_der(0xA0, _der(2, b"\x02")), _der(2, b"\x01"), _der(0x30, b"\x05\x00"), _der(0x30, b"\x31" * 150)]
    return _der(0x30, _der(0x30, *before, _der(0x30, *times), _der(0x30)), _der(0x30), _der(3, b"\x00"))


def _pem(*certificates: bytes) -> bytes:
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(one) + b"-----END CERTIFICATE-----\n"
        for one in certificates
    )


def _configuration(shown: str, pointer: str = "tls.certificate_file") -> Configuration:
    return Configuration("nginx", "site.conf", (), (Setting(pointer, shown, Where("site.conf", 4, pointer)),))


def _states(folder: Path, configuration: Configuration) -> list[tuple[str, ...]]:
    return [flow.values or () for flow in certificates(configuration, (folder,), NOW)]


def test_both_forms_of_time_are_read() -> None:
    ends_at = datetime(2049, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert not_after(_certificate(ends_at)) == ends_at
    later = datetime(2050, 1, 1, tzinfo=UTC)
    assert not_after(_certificate(later, "%Y", 0x18)) == later


@pytest.mark.parametrize(
    ("days", "state", "severity"),
    [(-1, "ended", Severity.OUTAGE), (29, "soon", Severity.LATENT), (31, "later", None)],
)
def test_a_certificate_that_a_file_names_is_told_of_before_it_ends(
    tmp_path: Path, days: int, state: str, severity: Severity | None
) -> None:
    ends_at = NOW + timedelta(days=days)
    (tmp_path / "site.crt").write_bytes(_pem(_certificate(ends_at + timedelta(days=900)), _certificate(ends_at)))
    configuration = _configuration("site.crt")
    assert _states(tmp_path, configuration) == [("site.crt", ends_at.strftime("%Y-%m-%d %H:%M UTC"), state)]
    part = service.with_facts(service.alone(configuration), lambda told: certificates(told, (tmp_path,), NOW))
    found = service.findings([part])
    assert [(f.rule, f.severity) for f in found] == ([("CERT-01", severity)] if severity else [])


def test_a_certificate_in_der_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "site.cer").write_bytes(_certificate(NOW + timedelta(days=1)))
    assert [values[2] for values in _states(tmp_path, _configuration("site.cer", "tls"))] == ["soon"]


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"\x30", b"\x30\x82\xff\xff", _pem(b"\x30\x03abc"), b"-----BEGIN CERTIFICATE-----"]
)
def test_what_is_no_certificate_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "site.crt").write_bytes(content)
    assert _states(tmp_path, _configuration("site.crt")) == []


@pytest.mark.parametrize("shown", ["gone.crt", "a\0b.crt", "", "/"])
def test_a_file_that_is_not_there_tells_nothing(tmp_path: Path, shown: str) -> None:
    assert _states(tmp_path, _configuration(shown)) == []


def test_the_calendar_has_the_next_first_and_nothing_that_is_past(tmp_path: Path) -> None:
    (tmp_path / "site.crt").write_bytes(_pem(_certificate(NOW + timedelta(days=5))))
    _, told = service.with_facts(
        service.alone(_configuration("site.crt")), lambda one: certificates(one, (tmp_path,), NOW)
    )
    decided = [Suppression("KEY-01", date(2026, 11, day), "why", Where("a.toml", day)) for day in (30, 20, 22)]
    ends = calendar(decided, [told], NOW.date())
    assert [(end.day.day, end.what.split()[0]) for end in ends] == [
        (22, "suppression"),
        (26, "certificate"),
        (30, "suppression"),
    ]
