"""What counts as right, as wrong, and as neither."""

from __future__ import annotations

import pytest

from bench.faults.run import Row
from bench.faults.score import is_right, is_wrong, line, table


def row(causes: tuple[str, ...], conclusion: str | None, detected_s: float | None = 5.0, trouble: str = "") -> Row:
    """A run that was played."""
    return Row(
        fault="a-fault",
        group=causes[0] if causes else "no fault",
        causes=causes,
        decoy="",
        what="",
        detected_s=detected_s,
        conclusion=conclusion,
        verdict_s=1.0 if conclusion in ("server", "network") else None,
        first_two=(conclusion,) if conclusion else (),
        early=False,
        trouble=trouble,
        differential=None,
        titles=(),
    )


@pytest.mark.parametrize(
    ("causes", "conclusion", "detected_s", "right", "wrong"),
    [
        (("server",), "server", 5.0, True, False),
        (("database", "network"), "network", 5.0, True, False),
        (("server",), "network", 5.0, False, True),
        (("server",), "cannot-tell", 5.0, False, False),
        (("server",), None, None, False, False),
        ((), None, None, True, False),
        ((), "cannot-tell", 5.0, False, True),
    ],
    ids=["its-cause", "one-of-two", "another", "cannot-tell", "not-detected", "nothing-declared", "false-alarm"],
)
def test_a_run_is_right_wrong_or_neither(
    causes: tuple[str, ...], conclusion: str | None, detected_s: float | None, right: bool, wrong: bool
) -> None:
    made = row(causes, conclusion, detected_s)
    assert (is_right(made), is_wrong(made)) == (right, wrong)


def test_a_run_that_came_to_nothing_is_told_and_not_counted() -> None:
    failed = row(("server",), None, None, trouble="the school did not start")
    assert line(failed).startswith("NOT RUN")
    text = table((row(("server",), "server"), failed))
    assert "top-1: 1 of 1 (100%" in text
    assert "not run: a-fault, because the school did not start" in text
