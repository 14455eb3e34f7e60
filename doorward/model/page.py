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
