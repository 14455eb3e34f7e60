"""Incidents that people recorded, to hold detections against: read from JSON lines or TOML.

In: a file, or Doorward's own incidents. Out: RecordedIncidents by their beginning. JSON lines:
`{"began": "2026-03-02T08:10:00Z", "ended": "…", "what": "…"}`, one incident a line. TOML: one `[[incident]]` each, with
the same three keys. Times need a zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from doorward import toml_file
from doorward.errors import InputInvalid, Problem
from doorward.model.incident import Incident

_FIX = 'each incident has "began" and "ended" (ISO 8601 with a zone) and "what"'
# People write down when they were told, not when it began; a detection so long before belongs to it.
EARLY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class RecordedIncident:
    """Trouble that people know of: from when to when, and in their words what it was."""

    began: datetime
    ended: datetime
    what: str

    def holds(self, at: datetime) -> bool:
        """The rule of matching: a detection from two minutes before the beginning to the end belongs to it."""
        return self.began - EARLY <= at <= self.ended


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    began: datetime
    ended: datetime
    what: str = ""


def read(path: Path) -> tuple[RecordedIncident, ...]:
    """The incidents of a file, by their beginning. Raises InputInvalid with every problem of it."""
    rows = _toml(path) if path.suffix == ".toml" else _json_lines(path)
    found: list[RecordedIncident] = []
    problems: list[Problem] = []
    for where, row in rows:
        try:
            found.append(_incident(msgspec.convert(row, _Row)))
        except ValueError as error:
            problems.append(Problem("incidents.row", str(error), where, _FIX))
    if problems:
        raise InputInvalid(tuple(problems))
    return tuple(sorted(found, key=lambda incident: (incident.began, incident.ended)))


def own(incidents: Sequence[Incident]) -> tuple[RecordedIncident, ...]:
    """Doorward's own incidents that are over: from the first person hurt (else the onset) to the recovery (else the
    end). They were found by the watch itself: recall against them says nothing of what it never saw."""
    found = []
    for one in incidents:
        ended = one.recovered_at or one.resolved_at
        if ended is not None:
            first_hurt_at = one.impact.first_hurt_at if one.impact is not None else None
            began = first_hurt_at or min(told.onset for told in one.detections)
            found.append(RecordedIncident(began, ended, f"{one.id} {one.title}"))
    return tuple(sorted(found, key=lambda incident: incident.began))


def _incident(row: _Row) -> RecordedIncident:
    if row.began.tzinfo is None or row.ended.tzinfo is None:
        raise ValueError("a time without a zone")
    if row.ended < row.began:
        raise ValueError("it ended before it began")
    return RecordedIncident(row.began, row.ended, row.what)


def _toml(path: Path) -> Iterator[tuple[str, object]]:
    file = toml_file.read(path)
    rows = file.data.get("incident")
    if not isinstance(rows, list) or set(file.data) != {"incident"}:
        raise InputInvalid((Problem("incidents.empty", "has no [[incident]], or more than that", str(path), _FIX),))
    for place, row in enumerate(rows):
        yield f"{path}:{file.line(f'incident[{place}]')}", row


def _json_lines(path: Path) -> Iterator[tuple[str, object]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputInvalid((Problem("incidents.unreadable", what, str(path), "check path and rights"),)) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield f"{path}:{number}", msgspec.json.decode(line)
            except msgspec.DecodeError:
                yield f"{path}:{number}", None
