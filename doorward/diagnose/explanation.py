"""Explanation: a differential as text for terminals and pages; the same differential always gives the same text."""

from __future__ import annotations

import textwrap

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Differential, Evidence, Hypothesis, Leaning

_MARK = {Leaning.FOR: "+", Leaning.AGAINST: "−", Leaning.NEUTRAL: "·"}
_ORDER = (Leaning.FOR, Leaning.AGAINST, Leaning.NEUTRAL)


def explain(differential: Differential, width: int = 110) -> str:
    """The conclusion, then one block a cause: verdict, evidence for and against with weights, next check."""
    blocks = [_heading(differential, width)]
    blocks += [_block(hypothesis, width) for hypothesis in differential.hypotheses]
    return "\n\n".join(blocks) + "\n"


def _heading(differential: Differential, width: int) -> str:
    concluded = differential.concluded
    if concluded is not None:
        title = concluded.title
    else:
        title = {NOTHING_WRONG: "nothing is wrong", CANNOT_TELL: "cannot tell"}[differential.conclusion]
    made_at = differential.made_at.isoformat(timespec="seconds")
    return f"Conclusion at {made_at}: {title}\n" + _wrapped(differential.reason, "  ", width)


def _block(hypothesis: Hypothesis, width: int) -> str:
    lines = [f"{hypothesis.title} [{hypothesis.cause}]: {hypothesis.verdict} (score {hypothesis.score:+.1f})"]
    lines.append(_wrapped(f"because: {hypothesis.reason}", "  ", width))
    lines += [_line(item, width) for leaning in _ORDER for item in hypothesis.evidence if item.leaning is leaning]
    if hypothesis.remedy is not None:
        lines.append(f"  licenses: {hypothesis.remedy}")
    lines.append(_wrapped(f"next: {hypothesis.next_check}", "  ", width))
    return "\n".join(lines)


def _line(evidence: Evidence, width: int) -> str:
    weight = f"{evidence.signed_weight:+.1f}" if evidence.signed_weight else "    "
    seen = _wrapped(f"{_MARK[evidence.leaning]} {weight} {evidence.test}: {evidence.seen}", "  ", width)
    return f"{seen}\n{_wrapped(f'expected: {evidence.expected}', '         ', width)}"


def _wrapped(text: str, indent: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
