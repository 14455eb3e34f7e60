"""The discovery document and the keys of an issuer."""

from __future__ import annotations

import pytest

from doorward.probe.discovery import discover


def test_an_issuer_that_names_itself_and_its_keys_has_no_problem(pair) -> None:
    steps, problems = discover(pair[1].address)
    assert [(step.name, step.status) for step in steps] == [("discovery", 200), ("keys", 200)]
    assert problems == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("http-500", "discovery.status"),
        ("not-json", "discovery.unreadable"),
        ("other-issuer", "discovery.issuer"),
        ("no-keys", "discovery.keys"),
    ],
)
def test_each_fault_of_an_issuer_is_a_problem_of_its_own(pair, fault: str, code: str) -> None:
    pair[1].faults.add(fault)
    _, problems = discover(pair[1].address)
    assert [problem.code for problem in problems] == [code]
    assert problems[0].where.startswith(pair[1].address)


def test_an_issuer_that_is_not_there_is_one_problem() -> None:
    steps, problems = discover("http://no-such-host.invalid")
    assert (steps[0].status, steps[0].note) == (None, "dns")
    assert [problem.code for problem in problems] == ["discovery.dns"]
