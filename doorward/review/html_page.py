"""Postmortem → one HTML page that needs nothing else: light and dark, on a telephone, and on A4 paper.

Everything that comes from the log is escaped; the only markup made of text are code spans in backticks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from doorward.review.document import Postmortem, Statement, span, utc
from doorward.review.html_style import STYLE
from doorward.review.markdown import origin
from doorward.review.timeline import HAPPENED

CODE = re.compile(r"`([^`]+)`")


def html_page(made: Postmortem) -> str:
    """The whole page."""
    title = f"Postmortem {made.incident}: {made.title}"
    parts = (
        f'<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<title>{_escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>",
        _head(made),
        _section("Issue summary", _cards(made) + _phases(made) + _paragraph(made, made.summary) + _reasons(made)),
        _section("Timeline", _timeline(made)),
        _section("Root cause", _bullets(made, made.root_cause) + _differences(made)),
        _section("Misleading trails", _trails(made)),
        _section("Escalation", _bullets(made, made.escalation) + _pages(made)),
        _section("Resolution and recovery", _bullets(made, made.resolution)),
        _section("Corrective and preventive measures", _measures(made)),
        _section("Lessons", _bullets(made, made.lessons)),
        _section("Figures", _figures(made)),
        f"<footer>{_text(origin(made))}</footer>\n</main>\n</body>\n</html>\n",
    )
    return "\n".join(parts)


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _text(text: str) -> str:
    """Escaped, with code spans."""
    return CODE.sub(r"<code>\1</code>", _escape(text))


def _section(title: str, body: str) -> str:
    return f'<section id="{title.lower().replace(" ", "-")}">\n<h2>{title}</h2>\n{body}\n</section>'


def _head(made: Postmortem) -> str:
    open_yet = (
        f'<p class="open">This incident is not closed: it is {made.state.value}. This is how it stands.</p>'
        if made.state.is_open
        else ""
    )
    day = utc(made.timeline[0].at)[:10]
    return (
        f'<header><p class="over">Postmortem · {_escape(made.service)}</p><h1>{_escape(made.title)}</h1>'
        f'<p class="under">{day} · incident {_escape(made.incident)} · {made.state.value}</p>{open_yet}</header>'
    )


def _cards(made: Postmortem) -> str:
    chosen = ("duration_s", "share_hurt", "time_to_detect_s", "time_to_diagnose_s", "time_to_restore_s")
    cards = []
    for name in chosen:
        figure = made.figure(name)
        cards.append(
            f"<div><dt>{_escape(figure.label)}</dt><dd>{_escape(figure.text)}</dd>"
            f"<dd>{_escape(figure.means)}</dd></div>"
        )
    return f'<dl class="cards">{"".join(cards)}</dl>'


PHASES: tuple[tuple[str, str, str], ...] = (
    ("not noticed yet", "started_at", "detected_at"),
    ("cause looked for", "detected_at", "diagnosed_at"),
    ("being put right", "diagnosed_at", "recovered_at"),
)


def _phases(made: Postmortem) -> str:
    """A bar to scale: how long nobody knew, the cause was looked for, it was put right. Nothing if one is not known."""
    spans = [_seconds(made, began, ended) for _, began, ended in PHASES]
    known = [seconds for seconds in spans if seconds is not None and seconds >= 0]
    if len(known) < len(PHASES):
        return ""
    bar = "".join(f'<i style="flex-grow:{seconds:.3f}"></i>' for seconds in known)
    told = (f"<li><b>{span(seconds)}</b> {PHASES[number][0]}</li>" for number, seconds in enumerate(known))
    return f'<div class="bar" aria-hidden="true">{bar}</div><ol class="phases">{"".join(told)}</ol>'


def _seconds(made: Postmortem, began: str, ended: str) -> float | None:
    start, end = made.figure(began).value, made.figure(ended).value
    if isinstance(start, datetime) and isinstance(end, datetime):
        return (end - start).total_seconds()
    return None


def _sources(made: Postmortem, sources: Sequence[int]) -> str:
    """Line numbers, linked to the timeline where the line stands in it."""
    if not sources:
        return ""
    shown = {line.source for line in made.timeline if line.kind != HAPPENED}
    links = (f'<a href="#line-{number}">{number}</a>' if number in shown else str(number) for number in sources)
    return f' <span class="from" title="lines of the log">{", ".join(links)}</span>'


def _said(made: Postmortem, statement: Statement) -> str:
    return f"{_text(statement.text)}{_sources(made, statement.sources)}"


def _paragraph(made: Postmortem, statements: Iterable[Statement]) -> str:
    return f'<p class="summary">{" ".join(_said(made, statement) for statement in statements)}</p>'


def _bullets(made: Postmortem, statements: Iterable[Statement]) -> str:
    items = "".join(f"<li>{_said(made, statement)}</li>" for statement in statements)
    return f"<ul>{items}</ul>" if items else "<p>Nothing is recorded.</p>"


def _table(kind: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are markup already; each cell names its column, for narrow screens."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(
        "<tr>" + "".join(f'<td data-of="{title}">{cell}</td>' for title, cell in zip(head, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<table class="{kind}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


def _reasons(made: Postmortem) -> str:
    if not made.reasons:
        return ""
    rows = ((_text(reason), f"{count:,}") for reason, count in made.reasons)
    return _table("reasons", ("Reason", "Events"), rows)


def _timeline(made: Postmortem) -> str:
    lines, day = [], ""
    placed: set[int] = set()
    for line in made.timeline:
        at = utc(line.at)
        if at[:10] != day:
            day = at[:10]
            lines.append(f'<li class="day">{day} (UTC)</li>')
        own = line.kind != HAPPENED and line.source not in placed
        place = f' id="line-{line.source}"' if own else ""
        if own:
            placed.add(line.source)
        mended = f" <em>Corrected by line {line.corrected_by}.</em>" if line.corrected_by else ""
        lines.append(
            f'<li class="{line.kind}{" mended" if mended else ""}"{place}><time datetime="{line.at.isoformat()}">'
            f'{at[11:19]}</time><span>{_text(line.text)}{mended} <span class="from">{line.source}</span></span></li>'
        )
    left = made.timeline_left_out
    rest = f'<p class="note">{left} further lines tell of pages, repeated counts and steps begun.</p>' if left else ""
    return f'<ol class="timeline">{"".join(lines)}</ol>{rest}'


def _differences(made: Postmortem) -> str:
    if not made.differences:
        return ""
    rows = (
        (f"<code>{_escape(d.pointer)}</code>", _escape(d.before or "unset"), _escape(d.after or "unset"))
        for d in made.differences
    )
    return _table("differences", ("Setting", "Before", "After"), rows)


def _trails(made: Postmortem) -> str:
    if not made.trails:
        return "<p>That another cause was tested is not recorded.</p>"
    rows = (
        (
            _text(one.title),
            f'<span class="verdict">{_escape(one.verdict)}</span>',
            "; ".join(_text(seen) for seen in one.evidence) + _sources(made, one.sources),
        )
        for one in made.trails
    )
    return _table("trails", ("Not the cause", "Verdict", "What was seen"), rows)


def _pages(made: Postmortem) -> str:
    if not made.pages:
        return ""
    rows = (
        (
            _escape(page.level),
            _escape(page.channel),
            utc(page.queued_at)[11:19],
            utc(page.delivered_at)[11:19] if page.delivered_at else "never",
            str(page.failures) + _sources(made, page.sources),
        )
        for page in made.pages
    )
    return _table("pages", ("Level", "Channel", "Owed at", "Delivered at", "Failures"), rows)


def _measures(made: Postmortem) -> str:
    if not made.measures:
        return "<p>The log calls for none.</p>"
    rows = (
        (
            f'<b>{_text(one.title)}</b><br><span class="because">{one.kind.value}, because {_text(one.because)}</span>'
            f"{_sources(made, one.sources)}",
            _escape(one.owner),
            f"<time>{one.due_on.isoformat()}</time>",
            _text(one.proof),
        )
        for one in made.measures
    )
    return _table("measures", ("Measure", "Owner", "Due", "Proof"), rows)


def _figures(made: Postmortem) -> str:
    return _table("figures", ("Figure", "Value", "How it is reckoned"), _figure_rows(made))


def _figure_rows(made: Postmortem) -> Iterator[Sequence[str]]:
    for figure in made.figures:
        yield _escape(figure.label), _escape(figure.text), _escape(figure.means) + _sources(made, figure.sources)
