"""Postmortem → text in one of three formats: Markdown, one self-contained HTML page, JSON (`doorward.review/1`)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from doorward.review.document import SCHEMA, Postmortem
from doorward.review.html_page import html_page
from doorward.review.markdown import markdown


class Format(StrEnum):
    """As `doorward review --format` names them."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def render(made: Postmortem, form: Format) -> str:
    """The document as text, with a newline at its end."""
    if form is Format.MARKDOWN:
        return markdown(made)
    return html_page(made) if form is Format.HTML else json_text(made)


def json_text(made: Postmortem) -> str:
    """JSON with the schema first; a figure carries both its value and the text that people read."""
    told = {"schema": SCHEMA, **msgspec.to_builtins(made)}
    told["figures"] = [{**msgspec.to_builtins(figure), "text": figure.text} for figure in made.figures]
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"
