"""The OpenID Connect journey across a real small portal and provider, one fault at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult

Probe = Callable[..., ProbeResult]


def test_a_person_signs_in_across_both_hosts_and_stays_signed_in(pair, probe: Probe) -> None:
    portal, provider = pair
    result = probe(portal, provider, return_url=portal.address + "/courses", expect_text="Your courses")
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    names = [step.name for step in result.steps]
    assert names == ["open", "open", "open", "sign-in", "after-sign-in", "after-sign-in", "after-sign-in", "return"]


def test_every_request_comes_from_the_next_address(pair, probe: Probe) -> None:
    portal, provider = pair
    probe(portal, provider)
    last = [request.address[-2:] for request in (*portal.asked, *provider.asked)]
    assert last == ["11", "13", "11", "12", "13", "11", "12"]


@pytest.mark.parametrize(
    ("side", "fault", "reason"),
    [
        ("portal", "implicit", "authorize-request-invalid"),
        ("portal", "no-state", "authorize-request-invalid"),
        ("portal", "plain-challenge", "authorize-request-invalid"),
        ("portal", "error-page", "error-page-with-200"),
        ("portal", "other-page", "wrong-page"),
        ("portal", "http-500", "http-500"),
        ("provider", "other-state", "state-mismatch"),
        ("provider", "no-code", "no-code"),
        ("provider", "refuses", "provider-refused"),
        ("provider", "bound", "sent-back-to-sign-in"),
        ("provider", "http-500", "http-500"),
    ],
)
def test_each_fault_ends_with_its_own_reason(pair, probe: Probe, side: str, fault: str, reason: str) -> None:
    portal, provider = pair
    (portal if side == "portal" else provider).faults.add(fault)
    result = probe(portal, provider)
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, reason)


def test_a_session_bound_to_one_address_is_fine_for_a_person_with_one_address(pair, probe: Probe) -> None:
    portal, provider = pair
    provider.faults.add("bound")
    assert probe(portal, provider, addresses=("203.0.113.5",)).reason == "ok"


def test_a_client_without_pkce_passes_where_the_plan_does_not_ask_for_it(pair, probe: Probe) -> None:
    portal, provider = pair
    portal.faults.add("plain-challenge")
    assert probe(portal, provider, pkce=False).reason == "ok"


def test_a_page_that_never_leads_to_a_provider_is_named(form_site, pair, probe: Probe) -> None:
    result = probe(form_site, pair[1], start_url=form_site.address + "/")
    assert result.reason == "no-authorize-request"
