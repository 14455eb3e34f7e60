"""What counts as a bite: a share of failures that rose, for people, the canary, the library or in the logs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.faults.bite import Bite, Counted, Share, line, not_played, summary
from bench.faults.held_out import FAULTS

WELL = Counted(people=Share(1, 50), canary=Share(0, 5), sign_ins=Share(3, 40), library=Share(0, 0), slow_ms=900.0)


def made(after: Counted, causes: tuple[str, ...] = ("server",), is_mended: bool | None = True) -> Bite:
    """A fault that was injected into a school that had been well."""
    return Bite("a-fault", causes[0] if causes else "no fault", causes, WELL, after, is_mended, 40.0, "")


@pytest.mark.parametrize(
    ("after", "bites"),
    [
        (WELL, False),
        (replace(WELL, people=Share(20, 60)), True),
        (replace(WELL, people=Share(3, 60)), False),
        (replace(WELL, canary=Share(5, 5)), True),
        (replace(WELL, sign_ins=Share(90, 140)), True),
        (replace(WELL, library=Share(8, 8)), True),
    ],
    ids=["all-well", "people", "hardly-anybody", "canary", "logs-alone", "library"],
)
def test_a_fault_bites_when_a_share_of_failures_rises(after: Counted, bites: bool) -> None:
    assert made(after).bites is bites


def test_a_line_says_what_happened_before_and_after() -> None:
    text = line(made(replace(WELL, people=Share(20, 60))))
    assert text.startswith("bites")
    assert "people 1/50 (2%) -> 20/60 (33%)" in text
    assert "mended" in text


def test_a_run_without_a_fault_that_harms_is_told() -> None:
    text = summary([made(WELL, ()), made(replace(WELL, canary=Share(5, 5)), (), is_mended=False)])
    assert "runs without a fault that harm nobody: 1 of 2" in text
    assert "harms: a-fault" in text
    assert "not mended: a-fault" in text


def test_a_fault_that_cannot_be_injected_here_is_told_with_its_reason() -> None:
    skipped = not_played(FAULTS[0], "redis-server is not installed")
    assert not skipped.bites
    assert line(skipped).startswith("NOT RUN")
    assert f"not run: {FAULTS[0].name}, because redis-server is not installed" in summary([skipped])
