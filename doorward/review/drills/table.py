"""The demo's table: what each report says beside what happened in this run. Every figure is read, none is typed in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from doorward.review.drills.run import Result
from doorward.review.drills.scenario import Scenario

Row = tuple[Scenario, Result | None]
NOT_RECORDED = "not recorded"


def table(rows: Sequence[Row]) -> str:
    """One block a drill: a figure, what the report says, what this run did."""
    blocks = [[(f"{scenario.name}", "the report", "this run"), *_lines(scenario, result)] for scenario, result in rows]
    widths = [max(len(line[column]) for block in blocks for line in block) for column in range(3)]
    return "\n".join(_drawn(block, widths) for block in blocks)


def _drawn(block: Sequence[tuple[str, str, str]], widths: Sequence[int]) -> str:
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in block]
    return "\n".join(["", lines[0], "-" * (sum(widths) + 4), *lines[1:]])


def _lines(scenario: Scenario, result: Result | None) -> list[tuple[str, str, str]]:
    report = scenario.report
    told = [
        ("minutes to detect", _minutes(report.minutes_to_detect)),
        ("detected by", report.detected_by or NOT_RECORDED),
        ("minutes to find the cause", _minutes(report.minutes_to_find_cause)),
        ("minutes to restore", _minutes(report.minutes_to_restore)),
        ("users affected", _share(report.users_affected_share)),
        ("wrong trails", f"followed: {', '.join(report.wrong_trails)}"),
        ("sessions cleared, of them healthy", NOT_RECORDED),
        ("postmortem", "written by hand"),
    ]
    happened = _happened(result) if result else ("no outcome",) * len(told)
    return [(name, said, seen) for (name, said), seen in zip(told, happened, strict=True)]


def _happened(result: Result) -> tuple[str, ...]:
    """The right-hand column, in the order of the left. Minutes count from the first person hurt, as the reports do."""
    score = result.score
    detected = score.detected_after_s
    return (
        _as_minutes(detected),
        "Doorward" if detected is not None else "nobody",
        _as_minutes(_plus(detected, result.found_cause_after_s)),
        _as_minutes(_plus(detected, score.restored_after_s)),
        f"{result.harm.share:.0%} ({result.harm.people_hurt} of {result.harm.people_seen})",
        f"ruled out: {', '.join(sorted(score.ruled_out)) or 'none'}",
        f"{score.sessions_cleared}, {score.sessions_wrongly_cleared}",
        _near(score.postmortem) if score.postmortem else "none",
    )


def _plus(detected: float | None, further: float | None) -> float | None:
    return None if detected is None or further is None else detected + further


def _minutes(minutes: float | None) -> str:
    return NOT_RECORDED if minutes is None else f"{minutes:g}"


def _share(share: float | None) -> str:
    return NOT_RECORDED if share is None else f"{share:.0%}"


def _as_minutes(seconds: float | None) -> str:
    return "did not happen" if seconds is None else f"{seconds / 60:.2f} ({seconds:.0f} s)"


def _near(path: str) -> str:
    """The path from here, where that is shorter."""
    return min(path, os.path.relpath(path, Path.cwd()), key=len)
