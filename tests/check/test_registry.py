"""Rules load with their pages, ids stay unique, and the order of findings is the same in every run."""

from __future__ import annotations

import pytest

from doorward import check
from doorward.check.rule import Hits, effect, rule
from doorward.errors import ExtensionInvalid, InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity
from tests.check.cases import read

_EFFECT = effect("nobody", "never", "notices nothing")


def _silent(new: Configuration) -> Hits:
    yield from ()


def test_every_page_says_why_and_what_to_do() -> None:
    for one in check.rules():
        page = check.explain(one.id)
        assert one.title in page
        assert one.fix
        assert "Sources:" in page


def test_a_row_of_the_catalogue_leads_to_its_rules() -> None:
    assert "STORE-01" in check.explain("dj-22")


def test_an_unknown_rule_is_answered_with_near_ones() -> None:
    with pytest.raises(InputInvalid, match="COOKIE-01"):
        check.explain("COOKIE-99")


def test_a_rule_without_a_page_does_not_load() -> None:
    with pytest.raises(ExtensionInvalid, match="docstring"):
        rule("X-01", severity=Severity.NOTE, effect=_EFFECT, catalogue=(), sources=("RFC 6265",))(_silent)


def test_a_rule_without_a_source_does_not_load() -> None:
    def told(new: Configuration) -> Hits:
        """A page.

        Why: so.

        Fix: so.
        """
        yield from ()

    with pytest.raises(ExtensionInvalid, match="source"):
        rule("X-01", severity=Severity.NOTE, effect=_EFFECT, catalogue=(), sources=())(told)


def test_findings_come_worst_first_and_in_the_same_order() -> None:
    new = read("django", "hasher_preferred_without_its_library.settings", None, ())
    old = read("django", "base", None, ())
    first = check.findings(new, old)
    assert [finding.severity for finding in first] == [Severity.OUTAGE, Severity.NOTE]
    assert check.findings(new, old) == first


def test_a_fingerprint_holds_when_lines_move() -> None:
    (bound,) = check.findings(read("school", "bound_to_one_address/auth.toml", None, ()))
    (alone,) = check.findings(read("school", "bound_to_one_address_seen_alone/auth.toml", None, ()))
    assert bound.fingerprint == alone.fingerprint
