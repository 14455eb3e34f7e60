"""Pages owed while the store is unavailable: a file of JSON lines below the state directory, fsynced line by line.

It has the shape of `store.outbox` (`due`, `delivered`, `failed`), so that the same courier runs over either. A last
line that a kill cut short was never promised to anybody and is passed over. One daemon writes one spool.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from doorward.model.page import Page, PageState


class _Line(msgspec.Struct, omit_defaults=True):
    """One line: a page that is owed, or what became of one."""

    owed: Page | None = None
    delivered: str = ""
    failed: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class _Standing:
    page: Page
    due_at: datetime
    delivered_at: datetime | None = None


@dataclass
class Spool:
    """The spool at that path; what an earlier process left in it is owed still. `broken` counts unreadable lines."""

    path: Path
    broken: int = 0
    _known: dict[str, _Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in self.path.read_bytes().split(b"\n") if self.path.exists() else ():
            if text:
                self._read(text)

    def _read(self, text: bytes) -> None:
        try:
            self._take(msgspec.json.decode(text, type=_Line))
        except msgspec.DecodeError:
            self.broken += 1

    def _take(self, line: _Line) -> None:
        if line.owed is not None:
            self._known.setdefault(line.owed.key, _Standing(line.owed, line.owed.queued_at))
        elif line.delivered in self._known and line.at is not None:
            standing = self._known[line.delivered]
            standing.delivered_at = line.at
            standing.page = replace(standing.page, state=PageState.DELIVERED)
        elif line.failed in self._known and line.at is not None:
            standing = self._known[line.failed]
            standing.due_at = line.at
            standing.page = replace(standing.page, attempts=standing.page.attempts + 1)

    def owe(self, pages: Sequence[Page]) -> None:
        """Owe these pages from now on; one whose key is known is not owed twice. Raises OSError if the disk refuses."""
        self._write([_Line(owed=page) for page in pages if page.key not in self._known])

    def due(self, now: datetime) -> tuple[Page, ...]:
        """Pages owed whose next attempt is due, oldest first."""
        due = [one.page for one in self._known.values() if one.delivered_at is None and one.due_at <= now]
        return tuple(sorted(due, key=lambda page: (page.queued_at, page.key)))

    def delivered(self, key: str, at: datetime) -> None:
        """The channel took it."""
        self._write([_Line(delivered=key, at=at)])

    def failed(self, key: str, due_at: datetime) -> None:
        """The channel did not take it; it is tried again at `due_at`."""
        self._write([_Line(failed=key, at=due_at)])

    def owes(self, key: str) -> bool:
        """Whether the spool answers for this page and it has not been delivered."""
        return key in self._known and self._known[key].delivered_at is None

    def delivered_at(self, key: str) -> datetime | None:
        """When a page of the spool was delivered; None if it was not, or is not here."""
        return self._known[key].delivered_at if key in self._known else None

    def owed(self) -> int:
        """How many pages are owed."""
        return sum(1 for one in self._known.values() if one.delivered_at is None)

    def forget(self, keys: Sequence[str]) -> None:
        """Drop pages that the store has noted as delivered; the file is written anew and put in place at once."""
        for key in keys:
            self._known.pop(key, None)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        _append(fresh, [line for one in self._known.values() for line in _lines(one)])
        os.replace(fresh, self.path)

    def _write(self, lines: list[_Line]) -> None:
        if lines:
            _append(self.path, lines)
        for line in lines:
            self._take(line)


def _lines(standing: _Standing) -> list[_Line]:
    """A standing as lines that read back the same; attempts are kept in the page."""
    owed = _Line(owed=replace(standing.page, state=PageState.QUEUED))
    if standing.delivered_at is not None:
        return [owed, _Line(delivered=standing.page.key, at=standing.delivered_at)]
    return [owed]


def _append(path: Path, lines: Sequence[_Line]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
            text = b"\n" + text
        if file.write(text) != len(text):
            raise OSError(0, "the spool was written in part", str(path))
        os.fsync(file.fileno())
