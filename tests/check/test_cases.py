"""Every case folder says what it should, and every rule has a bad case, a good case and a source."""

from __future__ import annotations

import pytest

from doorward import check
from doorward.check.rule import Rule, Tell
from tests.check.cases import Case, Expected, cases

CASES = cases()
# Cases of one name share a worker, so that each configuration is read once.
GROUPED = [pytest.param(c, id=f"{c.kind}-{c.name}", marks=pytest.mark.xdist_group(c.name)) for c in CASES]


@pytest.mark.parametrize("case", GROUPED)
def test_a_case_is_found_as_its_folder_says(case: Case) -> None:
    found = case.found()
    told = sorted((f.rule, f.severity.value, f.where.pointer) for f in found)
    assert told == sorted((e.rule, e.severity, e.pointer) for e in case.findings)
    assert not {f.rule for f in found} & set(case.good_for)
    if case.line is not None:
        assert found[0].where.line == case.line
    if case.what is not None:
        assert tuple(found[0].effect.what) == case.what


@pytest.mark.parametrize("rule", [r for r in check.rules() if r.tell in (Tell.FILE, Tell.CHANGE)], ids=lambda r: r.id)
def test_a_rule_has_a_bad_case_a_good_case_and_a_source(rule: Rule) -> None:
    bad = [case for case in CASES if any(isinstance(e, Expected) and e.rule == rule.id for e in case.findings)]
    good = [case for case in CASES if rule.id in case.good_for]
    assert bad, f"add a folder below tests/cases/ that {rule.id} finds something in"
    assert good, f"add a folder below tests/cases/ that {rule.id} finds nothing in, and name it in good_for"
    assert rule.sources
