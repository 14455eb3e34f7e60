"""Cursor: how far a log was read; the caller stores it together with what it made of the events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

# Enough to hold the first line's time and worker, which no two files of a log share.
FINGERPRINT_BYTES = 512

# Digest of a file's first bytes, and of how many.
Seen = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a log that survives its rotation.

    `offset` is the first byte not yet told; `fingerprint` the digest of the file's first `fingerprint_bytes` bytes, by
    which it is known again under another name, after a copy and when it is packed. `seen` are the log's archives when
    this file was begun, newest first: what is newer than they was written since (None: not written down). `skipping`
    means that the offset stands within a line too long to be told.
    """

    path: str
    inode: int
    offset: int
    fingerprint: str = ""
    fingerprint_bytes: int = 0
    skipping: bool = False
    seen: tuple[Seen, ...] | None = None

    def encode(self) -> str:
        """The cursor as JSON for a store."""
        return msgspec.json.encode(self).decode()


def decode(text: str) -> Cursor:
    """A cursor back from its JSON; raises ValueError if it is none."""
    return msgspec.json.decode(text, type=Cursor)


def fingerprint(data: bytes) -> str:
    """Digest of a file's first bytes: it says nothing of their content."""
    return hashlib.sha256(data).hexdigest()[:16]
