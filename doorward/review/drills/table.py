"""The demo's table: what the reports say beside what happened in this run. Every figure is read, none is typed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorward.review.drills.run import Result
from doorward.review.drills.scenario import Scenario

Row = tuple[Scenario, Result | None]


def table(rows: Sequence[Row]) -> str:
    """A plain-text table: one pair of columns a drill, one line a figure."""
    header = ["", *(cell for scenario, _ in rows for cell in (f"report of {scenario.name[:10]}", "this run"))]
    lines = [
        header,
        _line("minutes to detect", rows, lambda s: _minutes(s.report.minutes_to_detect), _detected),
        _line("detected by", rows, lambda s: s.report.detected_by, lambda r: "Doorward"),
        _line("minutes to find the cause", rows, lambda s: _minutes(s.report.minutes_to_find_cause), _found),
        _line("minutes to restore", rows, lambda s: _minutes(s.report.minutes_to_restore), _restored),
        _line("users affected", rows, lambda s: _share(s.report.users_affected_share), _affected),
        _line("wrong trails", rows, lambda s: ", ".join(s.report.wrong_trails) + " followed", _ruled_out),
        _line("sessions cleared, of them healthy", rows, lambda s: "not recorded", _cleared),
        _line("postmortem", rows, lambda s: "by hand", lambda r: r.score.postmortem or "none"),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(["", drawn[0], "-" * max(map(len, drawn)), *drawn[1:]])


def _line(name: str, rows: Sequence[Row], told: Callable[[Scenario], str], run: Callable[[Result], str]) -> list[str]:
    cells = [name]
    for scenario, result in rows:
        cells += [told(scenario) or "not recorded", run(result) if result else "no outcome"]
    return cells


def _minutes(minutes: float | None) -> str:
    return "not recorded" if minutes is None else f"{minutes:g}"


def _share(share: float | None) -> str:
    return "not recorded" if share is None else f"{share:.0%}"


def _detected(result: Result) -> str:
    return _as_minutes(result.score.detected_after_s)


def _found(result: Result) -> str:
    detected, found = result.score.detected_after_s, result.found_cause_after_s
    return _as_minutes(None if detected is None or found is None else detected + found)


def _restored(result: Result) -> str:
    detected, restored = result.score.detected_after_s, result.score.restored_after_s
    return _as_minutes(None if detected is None or restored is None else detected + restored)


def _as_minutes(seconds: float | None) -> str:
    return "did not happen" if seconds is None else f"{seconds / 60:.2f} ({seconds:.0f} s)"


def _affected(result: Result) -> str:
    return f"{result.harm.share:.0%} ({result.harm.people_hurt} of {result.harm.people_seen})"


def _ruled_out(result: Result) -> str:
    return f"ruled out: {', '.join(result.score.ruled_out) or 'none'}"


def _cleared(result: Result) -> str:
    return f"{result.score.sessions_cleared}, {result.score.sessions_wrongly_cleared}"
