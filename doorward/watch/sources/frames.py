"""Frames: what a spool writes, so that a torn end is known and cut off.

A frame is a head line `~LENGTH CRC32\\n` and LENGTH bytes: its marks as one JSON line, then the lines.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from doorward.watch.sources.marks import Mark

# `~`, twelve digits, a blank, eight hex digits, the end.
HEAD_BYTES = 23
# No reader needs more memory for one frame; a delivery is at most this long.
MOST_BYTES = 32 * 1024 * 1024

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[Mark, ...]).decode


@dataclass(frozen=True, slots=True)
class Frame:
    """Marks and lines that were received together, and where the next frame begins."""

    marks: tuple[Mark, ...]
    lines: tuple[bytes, ...]
    end: int


def encode(marks: Sequence[Mark], lines: Sequence[bytes]) -> bytes:
    """A frame's bytes; a line's own line ends become blanks. Raises ValueError if it is too long."""
    body = b"\n".join((_encode(marks), *(line.replace(b"\n", b" ") for line in lines)))
    if len(body) > MOST_BYTES:
        raise ValueError(f"a delivery of {len(body)} bytes; at most {MOST_BYTES}")
    return b"~%012d %08x\n" % (len(body), zlib.crc32(body)) + body


def read(file: int, offset: int) -> Frame | None:
    """The frame that begins there; None at the end, or where what follows is not a whole frame."""
    head = os.pread(file, HEAD_BYTES, offset)
    if len(head) < HEAD_BYTES or head[:1] != b"~" or not head[1:13].isdigit():
        return None
    length = int(head[1:13])
    if length > MOST_BYTES:
        return None
    body = os.pread(file, length, offset + HEAD_BYTES)
    if len(body) < length or b"%08x" % zlib.crc32(body) != head[14:22]:
        return None
    marks, *lines = body.split(b"\n")
    try:
        return Frame(_decode(marks), tuple(lines), offset + HEAD_BYTES + length)
    except msgspec.MsgspecError:
        return None
