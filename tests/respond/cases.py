"""Incidents for the tests of respond, folded from logs as Doorward writes them; and a chain with its channels."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from doorward import incident_log
from doorward.model.entry import Declared, EntryBody
from doorward.model.incident import Incident
from doorward.model.page import Page
from doorward.settings_tables import ChannelTable, LevelTable
from tests.review import story
from tests.review.story import at, told

CHAIN = (
    LevelTable(name="IT support", channels=("mail", "pager"), after_s=300),
    LevelTable(name="System operations", channels=("phone",), after_s=600),
    LevelTable(name="CTO", channels=("cto",)),
)


def channels(folder: Path) -> dict[str, ChannelTable]:
    """A file channel for each name of the chain."""
    names = [name for level in CHAIN for name in level.channels]
    return {name: ChannelTable(name=name, kind="file", path=folder / f"{name}.jsonl") for name in names}


def incident(*lines: tuple[float, EntryBody], declared_s: float = 10.0) -> Incident:
    """An incident declared then, with these further entries (by `doorward`)."""
    body = Declared(
        "School portal", "People are sent back to the sign-in page", "first-of-its-kind", story.rejections()
    )
    entries = told([(declared_s, "doorward", body), *((second, "doorward", body) for second, body in lines)])
    return incident_log.fold(entries)


def page(
    number: int = 1, channel: str = "mail", queued_at: datetime | None = None, to: str = "it@school.example"
) -> Page:
    """A page that is owed."""
    key = f"{story.ID}:0:{channel}:declared-{number}"
    return Page(
        key, story.ID, channel, to, "[School portal] People are signed out", "Since 10:00\nü", queued_at or at(10)
    )
