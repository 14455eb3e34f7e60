"""The ledger: the incident log as the daemon works with it, in memory for reading and durable for writing.

While the database does not answer, entries go to a spool file (fsynced) and into memory all the same, so that people are
still paged; when it answers again they are appended to the log in their order. One daemon writes one spool.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from doorward import incident_log
from doorward.errors import StoreUnavailable
from doorward.model.incident import KIND_OF, Entry, EntryBody, Incident
from doorward.model.page import Page
from doorward.store import log


class Kept(StrEnum):
    """Where a record went."""

    STORED = "stored"
    SPOOLED = "spooled"


@dataclass(frozen=True, slots=True)
class _Record:
    """What is spooled: a whole `record` call."""

    incident: str
    by: str
    at: datetime
    bodies: tuple[tuple[str, str], ...]
    pages: tuple[Page, ...]


class Ledger:
    """Entries by incident; safe for several threads. `state` is Doorward's directory."""

    def __init__(self, state: Path) -> None:
        self._spool = state / "ledger-spool.jsonl"
        self._anchor = state / "log.anchor"
        self._lock = threading.RLock()
        self._entries: dict[str, list[Entry]] = {}
        self._last_seq = 0
        self._pending: list[_Record] = _read_spool(self._spool)
        for record in self._pending:
            self._remember_provisionally(record)

    def record(
        self, incident: str, by: str, at: datetime, bodies: Sequence[EntryBody], pages: Sequence[Page] = ()
    ) -> Kept:
        """Write these entries and owe these pages, to the database or, while it does not answer, to the spool."""
        with self._lock:
            made = _Record(
                incident,
                by,
                at,
                tuple((KIND_OF[type(body)], incident_log.encode_body(body)) for body in bodies),
                tuple(pages),
            )
            try:
                self.refresh()
                self._remember(log.append(incident, by, at, bodies, pages))
                log.write_anchor(self._anchor)
                return Kept.STORED
            except StoreUnavailable:
                _append(self._spool, made)
                self._pending.append(made)
                self._remember_provisionally(made)
                return Kept.SPOOLED

    def refresh(self) -> tuple[Entry, ...]:
        """Take in what others wrote (the dashboard, the CLI), after writing what was spooled. Raises StoreUnavailable."""
        with self._lock:
            if self._pending:
                self._flush()
            fresh = log.entries(after_seq=self._last_seq)
            self._remember(fresh)
            return fresh

    def _flush(self) -> None:
        """Append the spooled records in order, then forget what was provisional and read the log anew.

        A record that reached the database just before a kill is recognised by its time and author and not repeated.
        """
        written = {(entry.incident, entry.at, entry.by, entry.kind) for entry in log.entries()}
        for record in self._pending:
            if (record.incident, record.at, record.by, record.bodies[0][0]) in written:
                continue
            bodies = [incident_log.decode_body(kind, text) for kind, text in record.bodies]
            log.append(record.incident, record.by, record.at, bodies, record.pages)
        self._spool.unlink(missing_ok=True)
        self._pending = []
        self._entries, self._last_seq = {}, 0
        log.write_anchor(self._anchor)

    def incidents(self) -> tuple[Incident, ...]:
        """Every incident, folded."""
        with self._lock:
            return tuple(incident_log.fold(entries) for entries in self._entries.values())

    def incident(self, incident_id: str) -> Incident | None:
        """One incident, folded; None if it is not known."""
        with self._lock:
            found = self._entries.get(incident_id)
            return incident_log.fold(found) if found else None

    def open_incidents(self) -> tuple[Incident, ...]:
        """Those that people must still act on or watch."""
        return tuple(incident for incident in self.incidents() if incident.state.is_open)

    def entries(self, incident_id: str) -> tuple[Entry, ...]:
        """An incident's entries in order."""
        with self._lock:
            return tuple(self._entries.get(incident_id, ()))

    def next_id(self, at: datetime) -> str:
        """`2026-11-21-1`: the day and a number within it."""
        day = at.strftime("%Y-%m-%d")
        with self._lock:
            return f"{day}-{sum(1 for name in self._entries if name.startswith(f'{day}-')) + 1}"

    def _remember(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.seq > self._last_seq:
                self._entries.setdefault(entry.incident, []).append(entry)
                self._last_seq = entry.seq

    def _remember_provisionally(self, record: _Record) -> None:
        """Entries that are not chained yet: numbered after the last known one, without a hash."""
        for kind, text in record.bodies:
            self._last_seq += 1
            body = incident_log.decode_body(kind, text)
            entry = Entry(self._last_seq, record.incident, record.at, record.by, body, "", "")
            self._entries.setdefault(record.incident, []).append(entry)


def _append(path: Path, record: _Record) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        file.write(msgspec.json.encode(record) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read_spool(path: Path) -> list[_Record]:
    """The spooled records; a last line that a kill cut short was never acknowledged and is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [msgspec.json.decode(line, type=_Record) for line in lines[:-1] if line]
