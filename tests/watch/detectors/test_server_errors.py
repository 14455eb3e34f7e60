"""Server errors: a request fails by a 5xx, and a network counts once on a page."""

from __future__ import annotations

from dataclasses import replace

from doorward.model.sign_in import Kind, Reason
from doorward.watch.detectors.server_errors import DETECTOR
from tests.watch.detectors.cases import plan_of, says, seen


def test_a_request_fails_by_a_server_error_only() -> None:
    assert says(DETECTOR, seen(Kind.REQUEST, Reason.SERVER_ERROR)) == {"all": True}
    assert says(DETECTOR, seen(Kind.REQUEST, Reason.OK)) == {"all": False}


def test_a_network_counts_once_for_each_page_and_one_without_network_always() -> None:
    plan, event = plan_of(DETECTOR, "all"), seen(Kind.REQUEST, Reason.OK).event
    assert plan.key(event) == "n page"
    assert plan.key(replace(event, source=None)) is None
