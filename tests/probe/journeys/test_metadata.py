"""What a provider publishes, fetched as its clients do."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan
from tests.certificates import certificate
from tests.probe.conftest import Reply, Request, Site

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def published(issuer: str = "", start: str = "") -> ProbeResult:
    return run(ProbePlan("published", "metadata", start, issuer=issuer, timeout_s=2.0), NOW)


def test_an_issuer_that_names_itself_and_its_keys_is_well(pair) -> None:
    for result in (published(pair[1].address), published(start=pair[1].address + "/.well-known/openid-configuration")):
        assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
        assert [(step.name, step.status) for step in result.steps] == [("metadata", 200), ("keys", 200)]
        assert result.notes == ("keys served: without a kid",)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("http-500", "http-500"),
        ("not-json", "discovery-invalid"),
        ("other-issuer", "discovery-invalid"),
        ("no-keys", "keys-invalid"),
    ],
)
def test_each_fault_of_an_issuer_has_a_name(pair, fault: str, reason: str) -> None:
    pair[1].faults.add(fault)
    assert published(pair[1].address).reason == reason


def test_an_issuer_that_is_not_there_is_unreachable() -> None:
    result = published("http://no-such-host.invalid")
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "dns")


class Metadata(Site):
    """SAML metadata as a test wants it."""

    text = ""

    def page(self, request: Request) -> Reply:
        return Reply(200, self.text, content_type="application/samlmetadata+xml")


def saml(until: datetime | None, certificate_ends: datetime, endpoint: str = "SingleSignOnService") -> str:
    valid = f'validUntil="{until.isoformat()}"' if until else ""
    encoded = base64.b64encode(certificate(certificate_ends)).decode()
    return (
        f'<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x" {valid}><m:IDPSSODescriptor>'
        f'<k:X509Certificate xmlns:k="k">{encoded}</k:X509Certificate><m:{endpoint} Location="https://x/sso"/>'
        "</m:IDPSSODescriptor></m:EntityDescriptor>"
    )


LATER, SOON, PAST = (NOW + timedelta(days=days) for days in (300, 5.5, -1))


@pytest.mark.parametrize(
    ("text", "reason", "notes"),
    [
        (saml(LATER, LATER), "ok", ()),
        (saml(None, LATER), "ok", ()),
        (saml(SOON, SOON), "ok", ("the metadata ends in 5 days", "certificate 1 of the metadata ends in 5 days")),
        (saml(PAST, LATER), "discovery-invalid", ("the metadata has ended 1 days ago",)),
        (saml(LATER, PAST), "keys-invalid", ("certificate 1 of the metadata has ended 1 days ago",)),
        (saml(LATER, LATER, "ManageNameIDService"), "discovery-invalid", ()),
        ("<html><body>Sign in</body></html>", "discovery-invalid", ()),
        ("<!DOCTYPE html><html></html>", "discovery-invalid", ()),
    ],
    ids=["good", "without-end", "soon", "ended", "certificate-ended", "no-endpoint", "page", "document-type"],
)
def test_saml_metadata_is_looked_at_for_its_ends(
    serve: Callable[[Site], Site], text: str, reason: str, notes: tuple[str, ...]
) -> None:
    site = Metadata()
    site.text = text
    serve(site)
    result = published(start=site.address + "/metadata")
    assert (result.reason, result.notes) == (reason, notes)
    assert urlsplit(result.steps[0].url).path == "/metadata"
