"""Page: a message that must reach a person, and where it stands.

Rules for editing the table: a page leaves `queued` only by a delivery that the channel confirmed; a failed attempt
stays queued with a later due time. There is no state in which a page is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PageState(StrEnum):
    """Where a page stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"


PAGE_TRANSITIONS: dict[PageState, tuple[PageState, ...]] = {
    PageState.QUEUED: (PageState.QUEUED, PageState.DELIVERED),
    PageState.DELIVERED: (),
}


@dataclass(frozen=True, slots=True)
class PageKey:
    """What makes a page itself: sent again it has the same key, so that a receiver can tell a repeat.

    `occasion` names why this level is told now (`declared`, `escalated`, `relapse-2`, …); no part holds a colon.
    """

    incident: str
    level: int
    channel: str
    occasion: str

    def __str__(self) -> str:
        """`incident:level:channel:occasion`."""
        return f"{self.incident}:{self.level}:{self.channel}:{self.occasion}"

    @classmethod
    def read(cls, text: str) -> PageKey:
        """The key back from its text. Raises ValueError if it is not one."""
        incident, level, channel, occasion = text.split(":")
        return cls(incident, int(level), channel, occasion)


@dataclass(frozen=True, slots=True)
class Page:
    """What is sent to whom: `key` makes a repeat recognisable to the receiver (at least once, never silently twice)."""

    key: str
    incident: str
    channel: str
    to: str
    subject: str
    body: str
    queued_at: datetime
    attempts: int = 0
    state: PageState = PageState.QUEUED
