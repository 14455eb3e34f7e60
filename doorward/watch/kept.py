"""What was learned of the usual, as it is kept between one run and the next: JSON of the contract `doorward.usual/1`.

In: Kept of a Watcher's segments. Out: bytes, and Kept again. Only segments of the detectors are kept, no part of people
(clients, networks, browsers): those are learned anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from doorward.model.detection import Signal
from doorward.watch.plans import Labels
from doorward.watch.usual import LearnedRate
from doorward.watch.usual_share import PLACES, Learned

SCHEMA = "doorward.usual/1"


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one segment: what was learned of its share, or of its rate."""

    signal: Signal
    segment: Labels
    share: Learned | None = None
    rate: LearnedRate | None = None


class _File(msgspec.Struct):
    schema: str
    made_at: datetime
    segments: tuple[Kept, ...]


def encode(kept: tuple[Kept, ...], made_at: datetime) -> bytes:
    """The bytes of a file."""
    return msgspec.json.encode(_File(SCHEMA, made_at, kept))


def decode(data: bytes) -> tuple[Kept, ...]:
    """Back from the bytes. Raises ValueError if they are of another contract or damaged."""
    file = msgspec.json.decode(data, type=_File)
    if file.schema != SCHEMA:
        raise ValueError(f"not {SCHEMA}")
    for one in file.segments:
        if one.share is not None and not len(one.share.events) == len(one.share.amounts) == PLACES:
            raise ValueError("a share without its hours")
    return file.segments
