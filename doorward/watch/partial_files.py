"""Files in pieces: the embedded engine counts logs on all cores with the same function as the live watch and a cluster.

In: paths, how to count, how many processes. Out: one merged table. A file is cut at the newline that follows each edge,
so every line is in one piece, whole; a compressed file is one piece.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from doorward.systems import system
from doorward.watch.partial_counts import Counting, Partial, merged
from doorward.watch.past import component_of

# What is read at once: enough that what is done once a chunk costs little, and little enough for the memory of several
# processes.
CHUNK_BYTES = 1024 * 1024
# A piece of a file is worth a process's attention from here on.
LEAST_PIECE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """The lines of a file that begin in [start, end)."""

    path: Path
    start: int
    end: int


def pieces(paths: Iterable[Path], most: int) -> list[Piece]:
    """About `most` pieces of about the same size, each file in at least one."""
    sizes = {path: os.stat(path).st_size for path in paths}
    wanted = max(LEAST_PIECE_BYTES, -(-sum(sizes.values()) // max(most, 1)))
    found = []
    for path, size in sizes.items():
        number = 1 if _is_compressed(path) else max(1, -(-size // wanted))
        edges = [size * part // number for part in range(number + 1)]
        found += [Piece(path, start, end) for start, end in pairwise(edges)]
    return found


def counted(paths: Iterable[Path], counting: Counting, processes: int | None = None) -> pa.Table:
    """The counts of whole files, by several processes if there is enough to do. Raises OSError for a file that cannot
    be read."""
    most = processes or len(os.sched_getaffinity(0))
    parts = pieces(paths, most)
    if most == 1 or len(parts) < 2:
        return merged((count_piece(piece, counting) for piece in parts), counting)
    system(counting.kind)  # Loaded here, the processes share it.
    with ProcessPoolExecutor(most) as pool:
        return merged(pool.map(count_piece, parts, [counting] * len(parts)), counting)


def count_piece(piece: Piece, counting: Counting) -> pa.Table:
    """The counts of one piece."""
    made = Partial(component_of(piece.path), counting)
    for chunk in chunks(piece):
        made.add_lines(chunk)
    return made.table()


def chunks(piece: Piece) -> Iterator[bytes]:
    """The piece in chunks of whole lines; only the file's last line may lack its newline."""
    with _opened(piece.path) as file:
        compressed = _is_compressed(piece.path)
        left = 2**62 if compressed else piece.end - piece.start
        if piece.start:
            # The line that stands across the edge belongs to the piece before.
            file.seek(piece.start - 1)
            left -= len(file.readline()) - 1
        while left > 0:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                return
            if not chunk.endswith(b"\n"):
                chunk += file.readline()
            left -= len(chunk)
            yield chunk


def _is_compressed(path: Path) -> bool:
    return path.suffix == ".gz"


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if _is_compressed(path) else path.open("rb")  # type: ignore[return-value]
