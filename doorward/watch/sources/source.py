"""What the watch needs of a source: lines from a cursor on, and the recent past up to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Taken:
    """Lines (None: one too long to be told) and the `cursor` to commit together with what was made of them; `more` says
    that the limit cut it short."""

    lines: tuple[bytes | None, ...]
    cursor: str
    more: bool = False


class Source(Protocol):
    """Where the lines of one component come from."""

    @property
    def key(self) -> str:
        """The name under which its cursor is stored."""

    def take(self, limit_bytes: int) -> Taken:
        """The lines since the last `take`, about that many bytes at most. Raises OSError, and then takes them again
        the next time."""

    def committed(self, cursor: str) -> None:
        """The cursor is stored for good: what stands before it is needed for the past only."""

    def past(self, most_bytes: int) -> Iterator[bytes]:
        """The last lines before the cursor that this source began with; none if it began without."""

    def history(self, most_bytes: int) -> Iterator[bytes]:
        """The last lines that there are."""
