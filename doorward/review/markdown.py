"""Postmortem → Markdown (CommonMark with tables): for a repository, a wiki, a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from doorward.review.document import Postmortem, Statement, utc

MARKS = re.compile(r"([\\*_\[\]|#~])")


def markdown(made: Postmortem) -> str:
    """The whole document. `[n]` after a sentence is the number of the log line that says so."""
    blocks = [
        f"# Postmortem: {_text(made.title)}",
        f"{_text(made.service)} · incident {_text(made.incident)} · {made.state.value}",
        "## Issue summary",
        _paragraph(made.summary),
        *_reasons(made),
        "## Timeline",
        "Times are UTC.",
        _timeline(made),
        "## Root cause",
        _bullets(made.root_cause),
        *_differences(made),
        "## Misleading trails",
        _trails(made),
        "## Escalation",
        _bullets(made.escalation),
        *_pages(made),
        "## Resolution and recovery",
        _bullets(made.resolution),
        "## Corrective and preventive measures",
        _measures(made),
        "## Lessons",
        _bullets(made.lessons),
        "## Figures",
        _figures(made),
        "---",
        origin(made),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def origin(made: Postmortem) -> str:
    """What the document was made of; without marks of any format."""
    return (
        f"Made by Doorward from {made.lines} lines of its incident log (lines {made.first_line} to {made.last_line}; "
        f"the last has the hash {made.last_hash[:16]}). Numbers in brackets are lines of that log; "
        f"`doorward incident verify` tells whether the log was changed. What it does not say is given as not recorded."
    )


def _text(text: str) -> str:
    """The text with the marks of Markdown and HTML taken literally; code spans in backticks stay."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        part if number % 2 else MARKS.sub(r"\\\1", part) for number, part in enumerate(re.split(r"(`[^`]*`)", plain))
    )


def _sources(sources: Sequence[int]) -> str:
    return f" \\[{', '.join(str(number) for number in sources)}\\]" if sources else ""


def _said(statement: Statement) -> str:
    return f"{_text(statement.text)}{_sources(statement.sources)}"


def _paragraph(statements: Iterable[Statement]) -> str:
    return "\n".join(_said(statement) for statement in statements)


def _bullets(statements: Iterable[Statement]) -> str:
    return "\n".join(f"- {_said(statement)}" for statement in statements) or "Nothing is recorded."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _reasons(made: Postmortem) -> Iterator[str]:
    if made.reasons:
        yield _table(("Reason", "Events"), ((_text(reason), f"{count:,}") for reason, count in made.reasons))


def _timeline(made: Postmortem) -> str:
    rows = []
    for line in made.timeline:
        mended = f" (corrected by line {line.corrected_by})" if line.corrected_by else ""
        rows.append(f"- **{utc(line.at)[:-4]}** {_text(line.text)}{mended}{_sources((line.source,))}")
    if made.timeline_left_out:
        rows.append(f"\n{made.timeline_left_out} further lines of the log tell of pages, counts and steps begun.")
    return "\n".join(rows)


def _differences(made: Postmortem) -> Iterator[str]:
    if made.differences:
        rows = ((_text(d.pointer), _text(d.before or "unset"), _text(d.after or "unset")) for d in made.differences)
        yield _table(("Setting", "Before", "After"), rows)


def _trails(made: Postmortem) -> str:
    if not made.trails:
        return "No other cause was tested: not recorded."
    rows = (
        (_text(one.title), one.verdict, "; ".join(_text(seen) for seen in one.evidence), _sources(one.sources).strip())
        for one in made.trails
    )
    return _table(("Not the cause", "Verdict", "What was seen", "Line"), rows)


def _pages(made: Postmortem) -> Iterator[str]:
    if made.pages:
        rows = (
            (
                _text(page.level),
                _text(page.channel),
                utc(page.queued_at)[11:-4],
                utc(page.delivered_at)[11:-4] if page.delivered_at else "never",
                str(page.failures),
                _sources(page.sources).strip(),
            )
            for page in made.pages
        )
        yield _table(("Level", "Channel", "Owed at", "Delivered at", "Failures", "Lines"), rows)


def _measures(made: Postmortem) -> str:
    if not made.measures:
        return "The log calls for none."
    rows = (
        (
            f"{_text(one.title)} ({one.kind.value})",
            _text(one.owner),
            one.due_on.isoformat(),
            _text(one.proof),
            f"{_text(one.because)}{_sources(one.sources)}",
        )
        for one in made.measures
    )
    return _table(("Measure", "Owner", "Due", "Proof", "Because"), rows)


def _figures(made: Postmortem) -> str:
    rows = ((_text(f.label), _text(f.text), _text(f.means), _sources(f.sources).strip()) for f in made.figures)
    return _table(("Figure", "Value", "How it is reckoned", "Lines"), rows)
