"""Rows in, the table by class out. Nothing is typed in; what was not detected counts as not right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from bench.faults.fault import CAUSES, QUIET
from bench.faults.run import VERDICT_S, Row
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG

_UNSTATED = (None, CANNOT_TELL, NOTHING_WRONG)


def is_right(row: Row) -> bool:
    """A true cause was concluded; without a fault: nothing was declared."""
    return row.conclusion in row.causes if row.causes else row.detected_s is None


def is_wrong(row: Row) -> bool:
    """Another cause was stated with confidence; without a fault: something was declared."""
    return not is_right(row) and (row.conclusion not in _UNSTATED or not row.causes)


def line(row: Row) -> str:
    """One run."""
    if row.trouble:
        return f"NOT RUN    {row.fault:28} {row.trouble}"
    word = "right" if is_right(row) else "WRONG" if is_wrong(row) else "abstained" if row.conclusion else "UNDETECTED"
    times = ", ".join(
        f"{name} {seconds:.1f} s"
        for name, seconds in (("detected", row.detected_s), ("verdict", row.verdict_s))
        if seconds is not None
    )
    said = row.conclusion or "nothing declared"
    early = " (declared before the fault)" if row.early else ""
    return f"{word:10} {row.fault:28} {'/'.join(row.causes) or QUIET:24} said: {said:16} {times}{early}"


def table(played: Sequence[Row]) -> str:
    """Figures by class and of all; what could not be run is told, and not counted."""
    rows = [row for row in played if not row.trouble]
    groups = [group for group in (*CAUSES, "decoy", QUIET) if any(row.group == group for row in rows)]
    columns = (
        "top-1",
        "in the first two",
        "wrong, stated",
        "abstained",
        "not detected",
        "by chance",
        "verdict, median",
        "worst",
    )
    lines = [f"| class | runs | {' | '.join(columns)} |", "|---" * 10 + "|"]
    lines += [_line(group, [row for row in rows if row.group == group]) for group in groups]
    faults = [row for row in rows if row.causes]
    if faults:
        lines.append(_line("all with a fault", faults))
    left_out = [f"not run: {row.fault}, because {row.trouble}" for row in played if row.trouble]
    return "\n".join(("", *lines, "", *_goals(rows), *left_out))


def _line(name: str, rows: Sequence[Row]) -> str:
    def count(holds: Callable[[Row], bool]) -> str:
        return f"{sum(map(holds, rows))}"

    times = [row.verdict_s for row in rows if row.verdict_s is not None]
    considered = len({h.cause for row in rows if row.differential for h in row.differential.hypotheses})
    cells = (
        name,
        str(len(rows)),
        count(is_right),
        count(in_first_two),
        count(is_wrong),
        count(lambda row: row.conclusion in (CANNOT_TELL, NOTHING_WRONG) and bool(row.causes)),
        count(lambda row: row.detected_s is None and bool(row.causes)),
        f"{_chance(rows, considered):.0%}" if all(row.causes for row in rows) else "",
        f"{median(times):.1f} s" if times else "",
        f"{max(times):.1f} s" if times else "",
    )
    return f"| {' | '.join(cells)} |"


def in_first_two(row: Row) -> bool:
    """A true cause stands among the first two of the differential."""
    return bool(set(row.causes) & set(row.first_two)) if row.causes else is_right(row)


def _goals(rows: Sequence[Row]) -> list[str]:
    faults = [row for row in rows if row.causes]
    right = sum(map(is_right, faults))
    considered = {h.cause for row in faults if row.differential for h in row.differential.hypotheses}
    told = [row.verdict_s for row in faults if row.verdict_s is not None]
    decoys = [row for row in rows if row.decoy]
    quiet = [row for row in rows if not row.causes]
    return [
        f"top-1: {right} of {len(faults)} ({right / max(1, len(faults)):.0%}; the goal is 90 %); by chance: "
        f"{_chance(faults, len(considered)):.0%} ({len(considered)} causes are considered)",
        f"decoys blamed: {sum(row.conclusion == row.decoy for row in decoys)} of {len(decoys)}",
        f"declared without a fault: {sum(row.detected_s is not None for row in quiet)} of {len(quiet)}; "
        f"before the fault: {sum(row.early for row in faults)} of {len(faults)}",
        f"load average of the host: median {median([row.load_average for row in rows] or [0]):.1f}, "
        f"most {max((row.load_average for row in rows), default=0):.1f}",
        f"verdicts within {VERDICT_S:.0f} s of detection: {sum(s <= VERDICT_S for s in told)} of {len(told)} stated",
    ]


def _chance(faults: Sequence[Row], considered: int) -> float:
    """How often a cause drawn from the considered ones would be right."""
    if not faults or not considered:
        return 0.0
    return sum(len(row.causes) / considered for row in faults) / len(faults)
