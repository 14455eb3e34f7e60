"""Cursor: how far a log was read; the caller stores it together with what it made of the events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

# Enough to hold the first line's time and worker, which no two files of a log share.
FINGERPRINT_BYTES = 512


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a log that survives its rotation.

    `offset` is the first byte not yet told; `fingerprint` the digest of the file's first `fingerprint_bytes` bytes (at
    most those already told), by which a file is known again under another name or after a copy. `previous` is the
    inode of the log's predecessor when this file was begun, 0 if there was none; `previous_fingerprint` the digest of
    its first `previous_bytes` bytes, for a file system gives an inode that is free again to the next file. `skipping`
    means that the offset stands within a line too long to be told.
    """

    path: str
    inode: int
    offset: int
    fingerprint: str = ""
    fingerprint_bytes: int = 0
    previous: int = 0
    skipping: bool = False
    previous_fingerprint: str = ""
    previous_bytes: int = 0

    def encode(self) -> str:
        """The cursor as JSON for a store."""
        return msgspec.json.encode(self).decode()


def decode(text: str) -> Cursor:
    """A cursor back from its JSON; raises ValueError if it is none."""
    return msgspec.json.decode(text, type=Cursor)


def fingerprint(data: bytes) -> str:
    """Digest of a file's first bytes: it says nothing of their content."""
    return hashlib.sha256(data).hexdigest()[:16]
