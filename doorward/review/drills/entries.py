"""Read a running Doorward's incident log from its SQLite file, read-only: a drill must not disturb what it scores."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from doorward.incident_log import decode_body
from doorward.model.entry import Entry


def read_entries(database: Path) -> tuple[Entry, ...]:
    """Every entry in order; none while the file or its table does not exist yet."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
            rows = connection.execute(
                'SELECT seq, incident, at, "by", kind, body, previous, hash FROM store_entryrow ORDER BY seq'
            ).fetchall()
    except sqlite3.OperationalError:
        return ()
    return tuple(_entry(row) for row in rows)


def proved_good(database: Path) -> int:
    """How many components stand on a version that probes proved good."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
            query = "SELECT count(DISTINCT component) FROM store_versionrow WHERE standing = 'proved-good'"
            return int(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _entry(row: tuple[int, str, str, str, str, str, str, str]) -> Entry:
    seq, incident, at, by, kind, body, previous, digest = row
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Entry(seq, incident, moment, by, decode_body(kind, body), previous, digest)
