"""What is usual, kept in the state directory: `doorward run` begins with it, and writes it down as it learns.

Replaced whole, so that a kill leaves the old one or the new one. One that cannot be read is set aside, and the watch
begins with its priors: it must not keep the guard from its post.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from doorward.errors import DoorwardError
from doorward.watch import Watcher
from doorward.watch import kept as keeping

NAME = "usual.json"
# As often as the watch closes a stretch.
EVERY = timedelta(minutes=15)


class UsualFile:
    """The file of one state directory."""

    def __init__(self, state: Path) -> None:
        self.path = state / NAME
        self._written_at: datetime | None = None

    def take_up(self, watcher: Watcher) -> bool:
        """Have the watcher go on from what is kept; returns whether there was anything."""
        try:
            kept = keeping.decode(self.path.read_bytes())
        except FileNotFoundError:
            return False
        except (OSError, ValueError):
            with contextlib.suppress(OSError):
                os.replace(self.path, self.path.with_name(f"{NAME}.unreadable"))
            return False
        watcher.take_up(kept)
        return bool(kept)

    def write(self, watcher: Watcher, now: datetime) -> int:
        """Keep what the watcher has learned; returns of how many segments. Raises DoorwardError if it cannot."""
        kept = watcher.kept()
        self._written_at = now
        if not kept:
            return 0
        fresh = self.path.with_name(f"{NAME}.new")
        try:
            fresh.write_bytes(keeping.encode(kept, now))
            os.replace(fresh, self.path)
        except OSError as error:
            what = f"what is usual cannot be kept: {error.strerror}"
            raise DoorwardError(what, where=str(self.path), fix="free the disk", code="usual.unwritten") from error
        return len(kept)

    def write_when_due(self, watcher: Watcher, now: datetime) -> None:
        """The same every quarter of an hour."""
        if self._written_at is None:
            self._written_at = now
        elif now - self._written_at >= EVERY:
            self.write(watcher, now)
