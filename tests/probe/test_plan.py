"""Which hosts a plan names, and what of it may be shown."""

from __future__ import annotations

import pytest

from doorward.probe.plan import ProbePlan


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


def test_neither_account_nor_headers_are_in_the_repr_of_a_plan() -> None:
    plan = ProbePlan("p", "form", "https://x/", account=("ada", "canary-p"), headers=(("X-Synthetic", "canary-t"),))
    assert "canary" not in repr(plan)
    assert "ada" not in repr(plan)
