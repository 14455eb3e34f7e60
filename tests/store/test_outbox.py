"""A page leaves the outbox only by a confirmed delivery."""

from __future__ import annotations

from datetime import timedelta

from tests.entries import T0
from tests.store.test_log import PAGE


def test_a_page_is_owed_once_however_often_it_is_queued(any_store: str) -> None:
    from doorward.store import outbox

    outbox.queue([PAGE])
    outbox.queue([PAGE])
    assert outbox.owed() == 1


def test_a_failed_page_is_due_again_later(any_store: str) -> None:
    from doorward.store import outbox

    outbox.queue([PAGE])
    outbox.failed(PAGE.key, T0 + timedelta(seconds=5))
    assert outbox.due(T0) == ()
    assert [page.attempts for page in outbox.due(T0 + timedelta(seconds=5))] == [1]


def test_a_delivered_page_is_not_owed(any_store: str) -> None:
    from doorward.store import outbox

    outbox.queue([PAGE])
    outbox.delivered(PAGE.key, T0)
    assert outbox.due(T0) == ()
    assert outbox.owed() == 0
