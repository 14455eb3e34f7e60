"""The incident log on the database: append, read, verify; an owed page is written with the entry that owes it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from doorward import incident_log
from doorward.errors import LogBroken
from doorward.model.entry import KIND_OF, Entry, EntryBody
from doorward.model.incident import Incident
from doorward.model.page import Page
from doorward.store import outbox
from doorward.store.connection import reported, transacted
from doorward.store.models import EntryRow, LogHead


def append(
    incident: str, by: str, at: datetime, bodies: Sequence[EntryBody], pages: Sequence[Page] = ()
) -> tuple[Entry, ...]:
    """Append these entries, and queue these pages, in one transaction. Raises StoreUnavailable."""
    with transacted():
        head = _head()
        made: list[Entry] = []
        for body in bodies:
            entry = _chained(head, incident, by, at, body)
            _insert(entry)
            head.seq, head.hash = entry.seq, entry.hash
            made.append(entry)
        head.save(update_fields=["seq", "hash"])
        outbox.queue(pages)
    return tuple(made)


def _head() -> LogHead:
    LogHead.objects.get_or_create(pk=1, defaults={"seq": 0, "hash": incident_log.GENESIS})
    return LogHead.objects.select_for_update().get(pk=1)


def _chained(head: LogHead, incident: str, by: str, at: datetime, body: EntryBody) -> Entry:
    seq, kind, text = head.seq + 1, KIND_OF[type(body)], incident_log.encode_body(body)
    return Entry(
        seq, incident, at, by, body, head.hash, incident_log.link(head.hash, seq, incident, at, by, kind, text)
    )


def _insert(entry: Entry) -> None:
    EntryRow.objects.create(
        seq=entry.seq,
        incident=entry.incident,
        at=entry.at,
        by=entry.by,
        kind=entry.kind,
        body=incident_log.encode_body(entry.body),
        previous=entry.previous,
        hash=entry.hash,
    )


def entries(incident: str | None = None, after_seq: int = 0) -> tuple[Entry, ...]:
    """Entries in order, of one incident if it is named. Raises StoreUnavailable."""
    with reported():
        rows = EntryRow.objects.filter(seq__gt=after_seq).order_by("seq")
        return tuple(_entry(row) for row in (rows.filter(incident=incident) if incident else rows))


def _entry(row: EntryRow) -> Entry:
    body = incident_log.decode_body(row.kind, row.body)
    return Entry(row.seq, row.incident, row.at, row.by, body, row.previous, row.hash)


def incidents() -> tuple[Incident, ...]:
    """Every incident, folded, in order of declaration."""
    return incident_log.fold_all(entries())


def incident(incident_id: str) -> Incident | None:
    """One incident, folded; None if the log has none of that id."""
    found = entries(incident_id)
    return incident_log.fold(found) if found else None


def verify(anchor_file: Path | None = None) -> int:
    """Check the chain against itself and the anchor; return the number of lines. Raises LogBroken, StoreUnavailable."""
    anchor = read_anchor(anchor_file) if anchor_file else None
    return incident_log.verify(_raw_entries(), anchor)


def _raw_entries() -> Iterable[Entry]:
    """As `entries`, but a body whose stored text is not canonical is a broken line, not a silent repair."""
    with reported():
        rows = list(EntryRow.objects.order_by("seq"))
    for row in rows:
        entry = _entry(row)
        if incident_log.encode_body(entry.body) != row.body:
            raise LogBroken(f"line {row.seq} was changed: its text is not as Doorward writes it")
        yield entry


def write_anchor(anchor_file: Path) -> None:
    """Keep the last line's number and hash beside the database, so that a cut end is noticed."""
    with reported():
        head = LogHead.objects.filter(pk=1).first()
    if head is None:
        return
    # The daemon and a command may write it at the same moment: each a file of its own.
    fresh = anchor_file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    fresh.write_text(f"{head.seq} {head.hash}\n")
    os.replace(fresh, anchor_file)


def read_anchor(anchor_file: Path) -> tuple[int, str] | None:
    """The kept (seq, hash); None if none was kept."""
    if not anchor_file.exists():
        return None
    seq, _, digest = anchor_file.read_text().strip().partition(" ")
    return int(seq), digest
