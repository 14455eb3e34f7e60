"""Explanation: a differential as text for terminals; the same differential always gives the same text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from doorward.model.diagnosis import Differential, Evidence, Leaning
from doorward.model.drawing import Drawing, Row, draw

_MARK = {Leaning.FOR: "+", Leaning.AGAINST: "−", Leaning.NEUTRAL: "·"}


def summarise(differential: Differential, width: int = 110) -> str:
    """The conclusion, each cause with the reason of its verdict, what could not be tested, and the next check."""
    drawing = draw(differential)
    lines = [_wrapped(_line(row), "  ", width) for row in drawing.rows]
    blocks = [_heading(differential, drawing, width), "\n".join(lines), *_not_tested(drawing, width)]
    best = drawing.cause or next(iter(drawing.rows), None)
    if best is not None:
        blocks.append(_wrapped(f"next: {best.next_check}", "", width))
    return "\n\n".join(blocks) + "\n"


def explain(differential: Differential, width: int = 110) -> str:
    """Each step: the conclusion, then one block a cause: verdict, evidence for and against with weights, next check;
    what could not be tested; how the conclusion was drawn."""
    drawing = draw(differential)
    blocks = [_heading(differential, drawing, width), *(_block(row, width) for row in drawing.rows)]
    return "\n\n".join([*blocks, *_not_tested(drawing, width), *_steps(differential, width)]) + "\n"


def _heading(differential: Differential, drawing: Drawing, width: int) -> str:
    made_at = differential.made_at.isoformat(timespec="seconds")
    return f"Conclusion at {made_at}: {drawing.headline}\n" + _wrapped(drawing.reason, "  ", width)


def _line(row: Row) -> str:
    return f"{row.word:19} {row.score:+5.1f}  {row.title}: {row.reason}"


def _block(row: Row, width: int) -> str:
    lines = [f"{row.title} [{row.cause}]: {row.verdict} (score {row.score:+.1f})"]
    lines.append(_wrapped(f"because: {row.reason}", "  ", width))
    lines += _lines((*row.speaks_for, *row.speaks_against, *row.speaks_neither), width)
    if row.remedy is not None:
        lines.append(f"  licenses: {row.remedy}")
    lines.append(_wrapped(f"next: {row.next_check}", "  ", width))
    return "\n".join(lines)


def _lines(evidence: Iterable[Evidence], width: int) -> Iterator[str]:
    for item in evidence:
        weight = f"{item.signed_weight:+.1f}" if item.signed_weight else "    "
        seen = _wrapped(f"{_MARK[item.leaning]} {weight} {item.test}: {item.seen}", "  ", width)
        yield f"{seen}\n{_wrapped(f'expected: {item.expected}', '         ', width)}"


def _not_tested(drawing: Drawing, width: int) -> Iterator[str]:
    if drawing.not_tested:
        told = (_wrapped(f"{what}: {why}", "  ", width) for what, why in drawing.not_tested)
        yield "\n".join(("Could not be tested:", *told))


def _steps(differential: Differential, width: int) -> Iterator[str]:
    if differential.steps:
        told = (_wrapped(f"{number}. {step}", "  ", width) for number, step in enumerate(differential.steps, start=1))
        yield "\n".join(("How the conclusion was drawn:", *told))


def _wrapped(text: str, indent: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
