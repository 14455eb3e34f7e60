"""The form journey against a real small site, one fault at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult

Probe = Callable[..., ProbeResult]


def test_a_person_signs_in_and_comes_back_from_another_address(form_site, probe: Probe) -> None:
    result = probe(form_site, return_url=form_site.address + "/", expect_text="Welcome")
    assert result.outcome is ProbeOutcome.PASSED
    assert [request.address for request in form_site.asked] == ["198.51.100.11"] * 4 + ["198.51.100.12"]


@pytest.mark.parametrize(
    ("fault", "reason", "step"),
    [
        ("http-500", "http-500", "open"),
        ("no-form", "no-form", "open"),
        ("csrf", "csrf-refused", "sign-in"),
        ("bound", "sent-back-to-sign-in", "return"),
        ("error-page", "error-page-with-200", "after-sign-in"),
        ("bytes", "unreadable-text", "after-sign-in"),
    ],
)
def test_each_fault_ends_with_its_own_reason_at_its_own_step(
    form_site, probe: Probe, fault: str, reason: str, step: str
) -> None:
    form_site.faults.add(fault)
    result = probe(form_site, return_url=form_site.address + "/")
    assert (result.reason, result.steps[-1].name) == (reason, step)
    assert (result.outcome is ProbeOutcome.PASSED) == (reason == "ok")
    assert result.expected


@pytest.mark.parametrize(
    "attributes", ["Path=/; Secure", "Path=/elsewhere", "Path=/; Domain=example.org", "Path=/; Max-Age=0"]
)
def test_a_cookie_that_a_browser_would_not_send_sends_the_person_back(form_site, probe: Probe, attributes: str) -> None:
    form_site.attributes = attributes
    result = probe(form_site)
    assert (result.reason, result.steps[-1].name) == ("sent-back-to-sign-in", "after-sign-in")


def test_a_wrong_password_is_told_from_being_sent_back(form_site, probe: Probe) -> None:
    assert probe(form_site, account=("prober", "wrong")).reason == "wrong-password"


def test_a_page_without_the_expected_text_is_an_error_page(form_site, probe: Probe) -> None:
    result = probe(form_site, expect_text="Willkommen")
    assert (result.reason, result.expected) == ("error-page-with-200", "the signed-in page shows the expected text")


def test_an_account_page_that_changes_passwords_is_no_sign_in_form(form_site, probe: Probe) -> None:
    assert probe(form_site, start_url=form_site.address + "/account").reason == "ok"
