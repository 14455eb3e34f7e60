"""What ends soon is a note of the result, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorward.probe.driver import run
from doorward.probe.ends import soon
from doorward.probe.plan import ProbePlan
from tests.probe.slapd import certificate
from tests.sites import serving

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "noted"),
    [
        (400, ()),
        (30, ()),
        (29.5, ("x ends in 29 days",)),
        (0.5, ("x ends in 0 days",)),
        (-2, ("x has ended 2 days ago",)),
    ],
)
def test_an_end_is_noted_when_it_is_soon(days: float, noted: tuple[str, ...]) -> None:
    assert soon("x", NOW + timedelta(days=days), NOW) == noted
    assert soon("x", None, NOW) == ()


@pytest.mark.parametrize(("days", "count"), [(5.5, 1), (90, 0)])
def test_a_journey_by_https_notes_when_the_hosts_certificate_ends(tmp_path: Path, days: float, count: int) -> None:
    certificate(tmp_path, "site", days, "127.0.0.1")
    pair = (tmp_path / "site.pem", tmp_path / "site.key")
    with serving(lambda path: (200, {"Content-Type": "text/html"}, b"<title>x</title>"), pair) as (address, _):
        plan = ProbePlan("p", "form", address + "/", authorities=str(pair[0]))
        result = run(plan, datetime.now(UTC))
    assert result.reason == "no-form"
    host = address.removeprefix("https://")
    assert result.notes == (f"the certificate of {host} ends in 5 days",) * count
