"""Every line of every case is read as the case says; every kind with a log has all sorts of cases."""

from __future__ import annotations

import pytest

from doorward.systems import system, systems
from tests.log_cases import Case, cases, told, wanted

CASES = cases()
# Every line of an access log is a request.
EVERY_LINE_SPEAKS = ("nginx", "apache")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_line_is_read_as_its_case_says(case: Case) -> None:
    parse = system(case.kind).parser(case.options)
    if case.says == "broken":
        with pytest.raises(ValueError):  # noqa: PT011  # the contract names no message
            parse(case.text, "door")
        return
    event = parse(case.text, "door")
    if case.says == "nothing":
        assert event is None
        return
    assert event is not None
    assert event.component == "door"
    assert told(event, case.expected) == wanted(case.expected)


@pytest.mark.parametrize("kind", [kind for kind, one in systems().items() if one.log is not None])
def test_every_kind_with_a_log_has_a_success_a_failure_a_line_that_says_nothing_and_a_broken_one(kind: str) -> None:
    says = (
        {"success", "failure", "broken"} if kind in EVERY_LINE_SPEAKS else {"success", "failure", "broken", "nothing"}
    )
    assert {case.says for case in CASES if case.kind == kind} >= says
