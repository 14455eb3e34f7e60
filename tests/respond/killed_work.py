"""What is killed: incidents declared and their pages delivered, one after the other, on the real store."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from doorward.model.entry import Declared, PageQueued
from doorward.model.page import Page
from doorward.respond.deliver import Courier
from doorward.respond.spool import Spool
from doorward.settings_tables import ChannelTable, RespondTable
from doorward.store import outbox
from doorward.store.ledger import Ledger
from tests.review import story


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def work(state: Path) -> None:
    """Append an incident with two pages, say that they are owed, deliver them, and so on until killed."""
    ledger = Ledger(state)
    table = ChannelTable(name="pager", kind="file", path=state / "pages.jsonl")
    courier = Courier({"pager": table}, RespondTable(), ledger, now, outbox, Spool(state / "spool.jsonl"))
    ledger.refresh()
    while True:
        incident = ledger.next_id(now())
        keys = [f"{incident}:{number}:pager:declared" for number in (0, 1)]
        pages = [Page(key, incident, "pager", "pager", "s", "b" * 500, now()) for key in keys]
        queued = [PageQueued(key, "pager", "pager", "s", 0) for key in keys]
        declared = Declared("S", "t", "first-of-its-kind", story.rejections())
        ledger.record(incident, "doorward", now(), (declared, *queued), pages)
        os.write(1, "".join(f"owed {key}\n" for key in keys).encode())
        courier.deliver()
