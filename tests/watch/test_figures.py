"""Statistics of a stretch: counts, shares, people, sources, latency, and nothing from outside the stretch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.model.statistics import Count
from doorward.watch.figures import statistics
from tests.watch.crowd import BEGAN

OK = SignInEvent(BEGAN, "auth", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK, person="p", source="n")
WRONG = replace(OK, outcome=Outcome.FAILURE, reason=Reason.WRONG_PASSWORD)
PAGE = replace(OK, kind=Kind.REQUEST, person=None, ms=10.0)
UNTIL = BEGAN + timedelta(minutes=2)


def test_counts_people_and_sources_are_distinct_by_reason() -> None:
    found = statistics([OK, OK, replace(OK, person="q", source="m"), WRONG], BEGAN, UNTIL)
    assert found.counts == (
        Count(Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK, 3, 2, 2),
        Count(Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD, 1, 1, 1),
    )
    assert (found.events, found.people, found.sources) == (4, 2, 2)
    assert found.per_min(Kind.SIGN_IN) == 2
    assert found.share(Kind.SIGN_IN, Reason.WRONG_PASSWORD) == pytest.approx(0.25)


def test_the_stretch_the_component_and_probes_limit_what_is_counted() -> None:
    others = [
        replace(OK, at=BEGAN - timedelta(seconds=1)),
        replace(OK, at=UNTIL),
        replace(OK, probe=True),
        replace(OK, component="portal"),
    ]
    assert statistics([OK, *others], BEGAN, UNTIL, "auth").events == 1
    assert statistics([OK, *others], BEGAN, UNTIL).events == 2


def test_attempts_show_how_much_comes_from_one_source_and_by_wrong_passwords() -> None:
    found = statistics([*[replace(WRONG, source="one")] * 3, OK], BEGAN, UNTIL)
    assert (found.top_source_share, found.wrong_password_share) == (0.75, 0.75)


def test_latency_is_told_by_quantiles_and_exceptions_by_class() -> None:
    pages = [replace(PAGE, ms=float(ms)) for ms in range(1, 101)]
    errors = [replace(PAGE, kind=Kind.ERROR, reason_raw=name) for name in ("ImportError", "KeyError", "ImportError")]
    found = statistics(pages + errors, BEGAN, UNTIL)
    assert found.latency is not None
    assert (found.latency.p50_ms, found.latency.p95_ms, found.latency.p99_ms) == (50, 95, 99)
    assert found.exceptions == (("ImportError", 2), ("KeyError", 1))


def test_an_empty_stretch_has_no_shares_and_no_latency() -> None:
    found = statistics([], BEGAN, BEGAN)
    assert (found.events, found.top_source_share, found.wrong_password_share) == (0, 0.0, 0.0)
    assert found.latency is None
    assert found.per_min(Kind.SIGN_IN) == 0
