"""The mark beside a line of the timeline tells what kind of news it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.model.entry import Asked, Entry, EntryBody, Noted, Recovered, Verified
from doorward.web.tones import tone

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Verified(True, "x", ()), "good"),
        (Verified(False, "x", ()), "bad"),
        (Recovered("x"), "good"),
        (Asked("x"), "unknown"),
        (Noted("x"), "person"),
    ],
)
def test_good_news_and_bad_news_look_different(body: EntryBody, expected: str) -> None:
    assert tone(Entry(1, "i", AT, "doorward", body, "", "")) == expected
