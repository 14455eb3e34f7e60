"""Web sign-in by SAML between two small sites that speak its documented messages; each fault has a name."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from tests.probe.conftest import Site
from tests.probe.saml_sites import IdentityProvider, ServiceProvider

Sites = tuple[ServiceProvider, IdentityProvider]


@pytest.fixture
def sides(serve: Callable[[Site], Site]) -> Sites:
    """The two sides."""
    service, provider = ServiceProvider(), IdentityProvider()
    serve(provider)
    service.provider = provider.address
    serve(service)
    return service, provider


@pytest.fixture
def sign_in(sides: Sites, probe: Callable[..., ProbeResult]) -> Callable[..., ProbeResult]:
    def go(faults: str = "", **changes: object) -> ProbeResult:
        for site in sides:
            site.faults.update(faults.split())
        hosts = tuple(urlsplit(site.address).netloc for site in sides)
        given = {"journey": "saml", "start_url": sides[0].address + "/app", "hosts": hosts}
        return probe(sides[0], **(given | changes))

    return go


@pytest.mark.parametrize("binding", ["", "posts"], ids=["redirect", "post"])
def test_the_person_is_taken_across_and_back(sign_in: Callable[..., ProbeResult], sides: Sites, binding: str) -> None:
    result = sign_in(binding, return_url=sides[0].address + "/app")
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    places = [urlsplit(step.url).path for step in result.steps]
    assert places == ["/app", "/sso", "/login", "/acs", "/app", "/app"]


@pytest.mark.parametrize(
    ("faults", "reason", "step"),
    [
        ("denies", "saml-status-not-success", "/login"),
        ("audience", "saml-audience", "/acs"),
        ("destination", "saml-destination", "/acs"),
        ("late", "saml-assertion-expired", "/acs"),
        ("early", "saml-assertion-not-yet-valid", "/acs"),
        ("distrusts", "saml-assertion-refused", "/acs"),
        ("distrusts crashes", "saml-assertion-refused", "/acs"),
        ("garbage", "saml-message-unreadable", "/login"),
        ("no-request", "no-saml-request", "/app"),
        ("loses-relay-state", "wrong-page", "/elsewhere"),
        ("http-500", "http-500", "/app"),
    ],
)
def test_each_fault_has_a_name_and_a_step(
    sign_in: Callable[..., ProbeResult], faults: str, reason: str, step: str
) -> None:
    result = sign_in(faults)
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, reason)
    assert urlsplit(result.steps[-1].url).path == step


def test_a_provider_that_never_answers_with_an_assertion_is_named(sign_in: Callable[..., ProbeResult]) -> None:
    assert sign_in("no-response").reason in ("no-saml-response", "sent-back-to-sign-in")


def test_a_wrong_password_at_the_identity_provider_is_one(sign_in: Callable[..., ProbeResult]) -> None:
    assert sign_in(account=("prober", "another word")).reason == "wrong-password"


def test_the_status_is_told_in_the_standards_words(sign_in: Callable[..., ProbeResult]) -> None:
    assert "Responder/AuthnFailed" in sign_in("denies").expected


@pytest.mark.parametrize("faults", ["", "posts", "denies", "distrusts", "audience"])
def test_nothing_that_was_carried_is_in_a_result(
    sign_in: Callable[..., ProbeResult], sides: Sites, faults: str
) -> None:
    told = repr(sign_in(faults))
    assert not any(secret in told for site in sides for secret in site.secrets)
    assert "SAMLResponse=" not in told
