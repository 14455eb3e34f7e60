"""The outbox: pages that are owed. A page leaves it only by a delivery that the channel confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doorward.model.page import Page, PageState
from doorward.store.connection import reported
from doorward.store.models import PageRow


def queue(pages: Sequence[Page]) -> None:
    """Owe these pages; a page whose key is known already is not owed twice. Called within the log's transaction."""
    for page in pages:
        PageRow.objects.get_or_create(
            key=page.key,
            defaults={
                "incident": page.incident,
                "channel": page.channel,
                "to": page.to,
                "subject": page.subject,
                "body": page.body,
                "queued_at": page.queued_at,
                "due_at": page.queued_at,
            },
        )


def due(now: datetime) -> tuple[Page, ...]:
    """Pages owed whose next attempt is due, oldest first. Raises StoreUnavailable."""
    with reported():
        rows = PageRow.objects.filter(delivered_at__isnull=True, due_at__lte=now).order_by("queued_at", "key")
        return tuple(_page(row) for row in rows)


def _page(row: PageRow) -> Page:
    state = PageState.DELIVERED if row.delivered_at else PageState.QUEUED
    return Page(row.key, row.incident, row.channel, row.to, row.subject, row.body, row.queued_at, row.attempts, state)


def delivered(key: str, at: datetime) -> None:
    """The channel took it."""
    with reported():
        PageRow.objects.filter(key=key, delivered_at__isnull=True).update(delivered_at=at)


def failed(key: str, due_at: datetime) -> None:
    """The channel did not take it; it is tried again at `due_at`."""
    with reported():
        row = PageRow.objects.filter(key=key).first()
        if row is not None:
            PageRow.objects.filter(key=key).update(attempts=row.attempts + 1, due_at=due_at)


def owed() -> int:
    """How many pages are owed."""
    with reported():
        return PageRow.objects.filter(delivered_at__isnull=True).count()
