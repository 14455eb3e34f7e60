"""Which hosts a plan names, and what of it may be shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan, host_and_port


@pytest.mark.parametrize(
    ("hosts", "url", "named"),
    [
        ((), "https://portal.example.com/other", True),
        ((), "https://portal.example.com:443/", True),
        ((), "http://portal.example.com/", False),
        ((), "https://account.example.com/", True),
        ((), "https://id.example.com/", False),
        (("id.example.com",), "https://id.example.com:8443/", True),
        (("ID.example.com:8443",), "https://id.example.com:8443/", True),
        (("id.example.com:8443",), "https://id.example.com/", False),
        (("id.example.com",), "https://portal.example.com/", False),
        (("id.example.com",), "https://id.example.com.evil.example/", False),
        (("id.example.com",), "https://id.example.com@evil.example/", False),
        (("id.example.com",), "ftp://id.example.com/", False),
        (("id.example.com",), "https://id.example.com:port/", False),
        (("id.example.com",), "//", False),
    ],
)
def test_only_named_hosts_are_asked_and_by_default_those_of_the_plans_own_addresses(
    hosts: tuple[str, ...], url: str, named: bool
) -> None:
    plan = ProbePlan("p", "form", "https://portal.example.com/", "https://account.example.com/", hosts=hosts)
    assert plan.names_host(url) is named


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ldaps://d.example.com", ("d.example.com", 636)),
        ("LDAP://[::1]:1389/", ("::1", 1389)),
        ("ldap://d.example.com:99999", None),
        ("ldap://", None),
        ("ldap://[::1", None),
        ("https://d.example.com", None),
    ],
)
def test_an_address_leads_to_a_host_and_a_port_or_nowhere(url: str, found: tuple[str, int] | None) -> None:
    assert host_and_port(url, {"ldap": 389, "ldaps": 636}) == found


@pytest.mark.parametrize(("journey", "url"), [("ldap", "ldap://d:99999"), ("ssh", "ssh://"), ("form", "http://h:port")])
def test_an_address_that_leads_nowhere_ends_with_a_name(journey: str, url: str) -> None:
    result = run(ProbePlan("p", journey, url, account=("ada", "canary-p")), datetime(2026, 3, 2, tzinfo=UTC))
    assert (result.reason, len(result.steps) <= 1) == ("host-not-named", True)


def test_neither_account_nor_headers_are_in_the_repr_of_a_plan() -> None:
    plan = ProbePlan("p", "form", "https://x/", account=("ada", "canary-p"), headers=(("X-Synthetic", "canary-t"),))
    assert "canary" not in repr(plan)
    assert "ada" not in repr(plan)
