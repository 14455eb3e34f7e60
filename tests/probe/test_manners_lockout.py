"""When an answer is a request to wait, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.exchange import Answer, Done
from doorward.probe.manners_lockout import MOST_WAIT_S, Waiting, asked_s, heeded
from tests.probe.conftest import ACCOUNT, FormSite, Reply, Request, Site

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def answer(status: int, text: str = "", **headers: str) -> Answer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, "https://id.example.org/", named, text, at=AT)


@pytest.mark.parametrize(
    ("reason", "given", "waits"),
    [
        ("http-429", answer(429), "asked-to-wait"),
        ("wrong-password", answer(429, "<form>"), "asked-to-wait"),
        ("http-423", answer(423), "asked-to-wait"),
        ("wrong-password", answer(200, "Too many failed login attempts. Try later."), "locked-out"),
        ("http-403", answer(403, "Your account is temporarily locked"), "locked-out"),
        ("error-page-with-200", answer(200, "You have been blocked"), "locked-out"),
        ("wrong-password", answer(200, "Wrong name or password."), None),
        ("http-500", answer(500, "too many attempts to reach the database"), None),
        ("http-503", answer(503, retry_after="120"), None),
        ("no-form", answer(200, "account locked"), None),
        ("ok", answer(200, "Course: locked out of Africa; account is locked"), None),
    ],
)
def test_a_lockout_is_told_from_a_refusal_and_from_an_outage(reason: str, given: Answer, waits: str | None) -> None:
    ended = heeded(Done(reason, "x"), given)
    assert isinstance(ended, Waiting) == (waits is not None)
    assert ended.reason == (waits or reason)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999", MOST_WAIT_S),
        ("Mon, 02 Mar 2026 08:05:00 GMT", 300.0),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_never_for_long(said: str, seconds: float | None) -> None:
    assert asked_s(answer(429, retry_after=said)) == seconds


class Limited(FormSite):
    """A site that takes one wrong password, and then asks to wait: by its status, or by a page."""

    wrong = 0

    def sign_in(self, request: Request) -> Reply:
        if request.method == "POST":
            self.wrong += (request.form.get("username"), request.form.get("password")) != ACCOUNT
        if self.wrong < 2 or request.method == "GET":
            return super().sign_in(request)
        if "page" in self.faults:
            page = self.sign_in_page({"token": self.new_secret(), "next": "/"})
            return Reply(200, page.text + "<p>Too many login attempts.", cookies=page.cookies)
        return Reply(429, "<title>Slow down</title>")


@pytest.mark.parametrize(("fault", "reason"), [("", "asked-to-wait"), ("page", "locked-out")])
def test_a_probe_that_is_asked_to_wait_is_neither_failed_nor_unreachable(
    serve: Callable[[Site], Site], probe: Callable[..., ProbeResult], fault: str, reason: str
) -> None:
    site = serve(Limited())
    site.faults.update(fault.split())
    said = [probe(site, account=("prober", "wrong"), hosts=(urlsplit(site.address).netloc,)) for _ in range(3)]
    assert [result.outcome for result in said] == [ProbeOutcome.FAILED, ProbeOutcome.WAITING, ProbeOutcome.WAITING]
    assert said[-1].reason == reason
