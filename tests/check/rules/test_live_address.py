"""What live rules make of an observation: each speaks of its fault, is silent beside it, and of what is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from doorward.check import finding
from doorward.check.rules import live_address
from doorward.model.configuration import Configuration
from doorward.model.fact import Endpoint, Issuer, Where
from doorward.model.observation import Observation, SeenCertificate, SeenPage

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC = "https://portal.example.com"
NEW = Configuration(
    "any",
    "app.toml",
    (Endpoint(Where("app.toml", 3, "url"), "public", PUBLIC), Issuer(Where("app.toml", 4, "issuer"), PUBLIC + "/id")),
    (),
)


def _told(*pages: SeenPage, **more: object) -> list[tuple[str, str]]:
    seen = Observation(NOW, pages, **more)  # type: ignore[arg-type]
    return [(f.rule, f.severity.value) for f in finding.findings(live_address.RULES, NEW, None, seen)]


def _visit(status: int | None = 200, location: str = "", fault: str = "", **headers: str) -> SeenPage:
    named = tuple((name, value) for name, value in headers.items())
    return SeenPage("visit", PUBLIC + "/", status, fault, location, named)


def _document(status: int | None = 200, purpose: str = "discovery") -> SeenPage:
    return SeenPage(purpose, PUBLIC + "/id", status, "" if status else "dns")


def test_what_is_as_it_should_be_is_not_spoken_of() -> None:
    certificate = SeenCertificate("portal.example.com", NOW + timedelta(days=31))
    pages = (_visit(302, PUBLIC + "/sign-in"), _document(), _document(purpose="signing-keys"))
    assert _told(*pages, certificates=(certificate,), issuer=PUBLIC + "/id", keys=1) == []


def test_without_a_rule_s_own_sight_nothing_is_said() -> None:
    assert finding.findings(live_address.RULES, NEW, None) == ()
    assert _told() == []


@pytest.mark.parametrize("issuer", [PUBLIC + "/id/", PUBLIC, "http://portal.example.com/id"])
def test_another_issuer_is_told_sign_by_sign(issuer: str) -> None:
    assert _told(issuer=issuer) == [("LIVE-01", "outage")]


@pytest.mark.parametrize("status", [None, 404, 503])
@pytest.mark.parametrize("purpose", ["discovery", "signing-keys"])
def test_a_document_or_keys_that_cannot_be_had_are_told(status: int | None, purpose: str) -> None:
    assert _told(_document(status, purpose)) == [("LIVE-02", "outage")]


@pytest.mark.parametrize("more", [{"keys": 0}, {"issuer": ""}])
def test_an_empty_document_or_key_set_is_told(more: dict[str, object]) -> None:
    assert _told(_document(), **more) == [("LIVE-02", "outage")]


@pytest.mark.parametrize(
    ("days", "fault", "told"),
    [
        (29, "", [("LIVE-03", "latent")]),
        (31, "", []),
        (300, "host", [("LIVE-03", "outage")]),
        (-1, "ended", [("LIVE-03", "outage")]),
        (300, "authority", [("LIVE-03", "outage")]),
        (300, "other", [("LIVE-03", "outage")]),
    ],
)
def test_the_certificate_that_is_served_is_judged(days: int, fault: str, told: list[tuple[str, str]]) -> None:
    assert _told(certificates=(SeenCertificate("portal.example.com", NOW + timedelta(days=days), fault),)) == told


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://portal.example.com/sign-in", [("LIVE-04", "partial")]),
        ("https:///sign-in", [("LIVE-04", "partial")]),
        ("https://id.example.com/sign-in", []),
    ],
)
def test_a_way_out_of_tls_is_told(location: str, told: list[tuple[str, str]]) -> None:
    assert _told(_visit(302, location)) == told


@pytest.mark.parametrize(("off_s", "is_told"), [(0, False), (29, False), (-29, False), (31, True), (-400, True)])
def test_a_clock_that_is_off_is_told_once(off_s: int, is_told: bool) -> None:
    date = format_datetime(NOW + timedelta(seconds=off_s), usegmt=True)
    assert _told(_visit(date=date), _visit(date=date)) == ([("LIVE-05", "latent")] if is_told else [])


@pytest.mark.parametrize("headers", [{"date": "yesterday"}, {"date": "Sun, 22 Nov 2020 12:00:00 GMT", "age": "9"}])
def test_a_date_that_says_nothing_of_a_clock_is_passed_over(headers: dict[str, str]) -> None:
    assert "LIVE-05" not in [rule for rule, _ in _told(_visit(**headers))]


@pytest.mark.parametrize(("status", "is_told"), [(500, True), (None, True), (404, False), (403, False), (200, False)])
def test_a_sign_in_page_that_is_lost_is_told_and_a_green_health_page_beside_it(
    status: int | None, is_told: bool
) -> None:
    health = SeenPage("health", PUBLIC + "/healthz", 200)
    rules = [rule for rule, _ in _told(_visit(status), health)]
    assert rules == (["LIVE-06", "LIVE-07"] if is_told else [])
    ill = SeenPage("health", PUBLIC + "/healthz", 503)
    assert "LIVE-07" not in [rule for rule, _ in _told(_visit(status), ill)]
