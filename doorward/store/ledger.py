"""The ledger: the incident log as the daemon works with it, in memory for reading and durable for writing.

While the database does not answer, entries go to a spool file (fsynced) and into memory all the same, so that people
are still paged; when it answers again they are appended to the log in their order. Where the disk takes no spool
either, memory alone keeps them until it does. An entry that an incident cannot take is refused before it is written,
for a log that does not fold is lost to everybody. One daemon writes one spool.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from doorward import incident_log
from doorward.errors import ActionRefused, LogBroken, StoreUnavailable
from doorward.model.entry import KIND_OF, Declared, Entry, EntryBody, Noted
from doorward.model.incident import Incident
from doorward.model.page import Page
from doorward.store import log
from doorward.store.connection import transacted

# Each try of a locked database waits for seconds: in between, entries go to the spool at once, so that no page waits.
TRY_AGAIN_S = 2.0


class Kept(StrEnum):
    """Where a record went."""

    STORED = "stored"
    SPOOLED = "spooled"
    NOWHERE = "incident-not-declared"


@dataclass(frozen=True, slots=True)
class _Record:
    """What is spooled: a whole `record` call."""

    incident: str
    by: str
    at: datetime
    bodies: tuple[tuple[str, str], ...]
    pages: tuple[Page, ...]


class Ledger:
    """Entries by incident; safe for several threads. `state` is Doorward's directory; call `load` before the rest."""

    def __init__(self, state: Path) -> None:
        self._spool = state / "ledger-spool.jsonl"
        self._anchor = state / "log.anchor"
        self._lock = threading.RLock()
        self._entries: dict[str, list[Entry]] = {}
        self._folded: dict[str, Incident] = {}
        self._last_seq = 0
        self._pending: list[_Record] = _read_spool(self._spool)
        # How many of the pending records stand in the spool: all, unless the disk is full.
        self._spooled = len(self._pending)
        self._failed_at = float("-inf")

    def load(self) -> tuple[Page, ...]:
        """Read the log and the spool; returns the pages that the spool still owes. Raises StoreUnavailable."""
        with self._lock:
            return tuple(page for record in self._read_anew() for page in record.pages)

    def record(
        self, incident: str, by: str, at: datetime, bodies: Sequence[EntryBody], pages: Sequence[Page] = ()
    ) -> Kept:
        """Write these entries and owe these pages, to the database or, while it does not answer, to the spool.

        What is said of an incident that was never declared is kept nowhere (its declaration was lost with a full disk).
        Raises ActionRefused, and writes nothing, where the incident has moved on and cannot take them any more.
        """
        with self._lock:
            texts = tuple((KIND_OF[type(body)], incident_log.encode_body(body)) for body in bodies)
            made = _Record(incident, by, at, texts, tuple(pages))
            try:
                self._write_pending()
                with self._noting_failure():
                    if not self._is_declared(incident, bodies):
                        self._remember(log.entries(after_seq=self._last_seq))
                    if not self._is_declared(incident, bodies):
                        return Kept.NOWHERE
                    fresh = append_fitting(incident, by, at, bodies, pages, after_seq=self._last_seq)
            except StoreUnavailable:
                if not self._is_declared(incident, bodies):
                    return Kept.NOWHERE
                self._keep(made)
                return Kept.SPOOLED
            self._remember(fresh)
            self._write_anchor()
            return Kept.STORED

    def _is_declared(self, incident: str, bodies: Sequence[EntryBody]) -> bool:
        return incident in self._entries or isinstance(bodies[0], Declared)

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailable:
            self._failed_at = time.monotonic()
            raise

    def _keep(self, made: _Record) -> None:
        """Into memory, and into the spool as far as the disk takes it. Raises ActionRefused if it does not fit."""
        bodies = [incident_log.decode_body(kind, text) for kind, text in made.bodies]
        _check_fits(self._entries.get(made.incident, ()), made.incident, made.by, made.at, bodies)
        self._pending.append(made)
        self._remember_provisionally(made)
        try:
            for record in self._pending[self._spooled :]:
                _append(self._spool, record)
                self._spooled += 1
        except OSError:
            # A full disk takes no spool: memory keeps the rest, and the next record tries again.
            return

    def refresh(self) -> tuple[Entry, ...]:
        """Take in what others wrote (the dashboard, the CLI), after what was spooled. Raises StoreUnavailable."""
        with self._lock:
            self._write_pending()
            fresh = log.entries(after_seq=self._last_seq)
            self._remember(fresh)
            return fresh

    def _write_pending(self) -> None:
        """Append the spooled records in order, then forget what was provisional and read the log anew.

        A record that reached the database just before a kill is recognised by its time and author and not repeated.
        Raises StoreUnavailable; then everything stands as before.
        """
        if not self._pending:
            return
        if time.monotonic() - self._failed_at < TRY_AGAIN_S:
            raise StoreUnavailable(
                "the database did not answer a moment ago", fix="it is tried again every few seconds"
            )
        with self._noting_failure():
            for record in self._unwritten(log.entries()):
                _write_late(record)
            self._read_anew()
        self._spool.unlink(missing_ok=True)
        self._pending, self._spooled = [], 0
        self._write_anchor()

    def _unwritten(self, entries: Sequence[Entry]) -> list[_Record]:
        """Pending records that the log has neither as they were said nor, where they did not fit, as a note."""
        written = {(entry.incident, entry.at, entry.by, entry.kind) for entry in entries}
        kinds = ((record, {record.bodies[0][0], "noted"}) for record in self._pending)
        return [r for r, known in kinds if not any((r.incident, r.at, r.by, kind) in written for kind in known)]

    def _read_anew(self) -> list[_Record]:
        """Everything from the log, then what is not in it yet, which is returned. Raises StoreUnavailable; then
        everything stands as before."""
        entries = log.entries()
        self._entries, self._folded, self._last_seq = {}, {}, 0
        self._remember(entries)
        unwritten = self._unwritten(entries)
        for record in unwritten:
            self._remember_provisionally(record)
        return unwritten

    def _write_anchor(self) -> None:
        """The entries are written: an anchor that lags behind them is still a true one."""
        try:
            log.write_anchor(self._anchor)
        except (StoreUnavailable, OSError):
            self._failed_at = time.monotonic()

    def incidents(self) -> tuple[Incident, ...]:
        """Every incident, folded; without those whose lines do not fold, which `broken` names."""
        with self._lock:
            return tuple(self._fold(name) for name in self._entries if self._breach(name) is None)

    def broken(self) -> tuple[str, ...]:
        """What is wrong with incidents whose lines do not fold: one that was tampered with must not hide the others."""
        with self._lock:
            return tuple(breach for name in self._entries if (breach := self._breach(name)) is not None)

    def _breach(self, name: str) -> str | None:
        try:
            self._fold(name)
        except LogBroken as error:
            return error.problem.what
        return None

    def _fold(self, name: str) -> Incident:
        if name not in self._folded:
            self._folded[name] = incident_log.fold(self._entries[name])
        return self._folded[name]

    def incident(self, incident_id: str) -> Incident | None:
        """One incident, folded; None if it is not known."""
        with self._lock:
            return self._fold(incident_id) if incident_id in self._entries else None

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
                self._add(entry)
                self._last_seq = entry.seq

    def _add(self, entry: Entry) -> None:
        self._entries.setdefault(entry.incident, []).append(entry)
        self._folded.pop(entry.incident, None)

    def _remember_provisionally(self, record: _Record) -> None:
        """Entries that are not chained yet: numbered after the last known one, without a hash."""
        for kind, text in record.bodies:
            self._last_seq += 1
            body = incident_log.decode_body(kind, text)
            entry = Entry(self._last_seq, record.incident, record.at, record.by, body, "", "")
            self._add(entry)


def append_fitting(
    incident: str,
    by: str,
    at: datetime,
    bodies: Sequence[EntryBody],
    pages: Sequence[Page] = (),
    after_seq: int | None = None,
) -> tuple[Entry, ...]:
    """Append to the log what its incident can take as it stands now, in one transaction.

    Returns the new entries, or all of the log after `after_seq` if that is given. Raises StoreUnavailable, and
    ActionRefused where somebody else was faster (for example resolved the incident).
    """
    with transacted():
        made = log.append(incident, by, at, bodies, pages)
        _check_folds(log.entries(incident), len(made), incident)
        return made if after_seq is None else log.entries(after_seq=after_seq)


def _check_fits(entries: Sequence[Entry], incident: str, by: str, at: datetime, bodies: Sequence[EntryBody]) -> None:
    new = [Entry(0, incident, at, by, body, "", "") for body in bodies]
    _check_folds([*entries, *new], len(new), incident)


def _check_folds(entries: Sequence[Entry], new: int, incident: str) -> None:
    """Refuse what makes a log that folds one that does not; a log that is broken already takes everything."""
    try:
        incident_log.fold(entries)
    except LogBroken as error:
        if len(entries) > new:
            try:
                incident_log.fold(entries[:-new])
            except LogBroken:
                return
        what = f"{incident} has moved on: {error.problem.what}"
        raise ActionRefused(what, fix="look at the incident again") from error


def _write_late(record: _Record) -> None:
    """A spooled record into the log; what no longer fits its incident is noted, for it was said all the same."""
    bodies = [incident_log.decode_body(kind, text) for kind, text in record.bodies]
    try:
        append_fitting(record.incident, record.by, record.at, bodies, record.pages)
    except ActionRefused as error:
        kinds = ", ".join(kind for kind, _ in record.bodies)
        note = Noted(f"while the database did not answer: {kinds}; left out because {error.problem.what}")
        log.append(record.incident, record.by, record.at, [note], record.pages)


def _append(path: Path, record: _Record) -> None:
    """One line, on the disk; a line that was cut short before it stays alone. Raises OSError if the disk refuses."""
    text = msgspec.json.encode(record) + b"\n"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
            text = b"\n" + text
        if file.write(text) != len(text):
            raise OSError(errno.ENOSPC, "the spool was written in part", str(path))
        os.fsync(file.fileno())


def _read_spool(path: Path) -> list[_Record]:
    """The spooled records; a line that a kill or a full disk cut short was never acknowledged and is left out."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):
        try:
            found.append(msgspec.json.decode(line, type=_Record))
        except msgspec.DecodeError:
            continue
    return found
