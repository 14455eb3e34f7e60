"""What surrounds every request: liveness, the request log, the error log, headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SERVICES = ("auth", "portal")


def url(site: Any, service: str) -> str:
    return {"auth": site.auth_url, "portal": site.portal_url}[service]


@pytest.mark.parametrize("service", SERVICES)
def test_health_answers_without_cookies_and_leaves_no_trace_in_the_log(
    site: Any, browse: Callable[..., Any], service: str
) -> None:
    before = len(site.events(service))
    answer = browse(site).get(url(site, service) + "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Set-Cookie" not in answer.headers
    assert len(site.events(service)) == before


@pytest.mark.parametrize("service", SERVICES)
def test_static_files_are_served_but_not_logged(site: Any, browse: Callable[..., Any], service: str) -> None:
    before = len(site.events(service))
    answer = browse(site).get(url(site, service) + "/static/school/school.css")
    assert answer.headers["Content-Type"].startswith("text/css")
    assert len(site.events(service)) == before


@pytest.mark.parametrize("service", SERVICES)
def test_every_request_is_logged_with_route_status_and_hashed_source(
    site: Any, browse: Callable[..., Any], service: str
) -> None:
    browser = browse(site, "203.0.113.5")
    browser.get(url(site, service) + "/no/such/page/?name=ada.berg")
    browser.move_to("198.51.100.5")
    browser.get(url(site, service) + "/no/such/page/")
    one, other = site.events(service, "request")[-2:]
    assert (one["route"], one["method"], one["status"]) == ("unmatched", "GET", 404)
    assert one["source"] != other["source"]
    assert 0 < float(one["ms"]) < 20_000
    assert "ada.berg" not in str(one)


@pytest.mark.parametrize("service", SERVICES)
def test_error_pages_are_friendly_and_name_no_framework(site: Any, browse: Callable[..., Any], service: str) -> None:
    page = browse(site).get(url(site, service) + "/no/such/page/")
    assert page.status_code == 404
    assert "no such page" in page.text.lower()
    assert "django" not in page.text.lower()


def test_a_host_that_is_not_ours_is_not_answered(site: Any, browse: Callable[..., Any]) -> None:
    page = browse(site).get(site.auth_url + "/sign-in/", headers={"Host": "evil.example"})
    assert page.status_code == 400
