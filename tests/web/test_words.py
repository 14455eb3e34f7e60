"""Every kind of entry has a sentence, and it reads as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.model.entry import (
    ENTRY_KINDS,
    Acknowledged,
    ActionFailed,
    Asked,
    Corrected,
    Entry,
    EntryBody,
    Noted,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Verified,
)
from doorward.store import log
from doorward.web import words

from . import story

AT = datetime(2026, 11, 21, 21, 4, 33, tzinfo=UTC)


def said(body: EntryBody, by: str = "doorward") -> str:
    """The sentence of this body."""
    return words.sentence(Entry(1, "2026-11-21-1", AT, by, body, "", ""))


def test_no_entry_kind_is_without_words() -> None:
    assert set(words._SENTENCES) == set(ENTRY_KINDS.values())


@pytest.mark.usefixtures("guarded")
def test_every_line_of_the_story_reads_as_a_sentence() -> None:
    story.tell(datetime.now(UTC), "resolved", ago_s=600)
    told = [words.sentence(entry) for entry in log.entries()]
    assert all(line[-1] in ".?!”" and ".." not in line and "None" not in line for line in told), told


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (Acknowledged(""), "mara took the incident; escalation stops."),
        (Acknowledged("looking"), "mara took the incident; escalation stops. “looking”"),
        (ActionFailed("c0ffee", 2, "no running process"), "Step 2 failed and the plan stopped: no running process."),
        (Asked("What now?"), "Doorward stopped and asks: What now?"),
        (Corrected(7, "it was 40 people"), "Correction of line 7: it was 40 people."),
        (Noted("told the help desk"), "mara noted: told the help desk."),
        (
            PageQueued("k", "mail", "it@school.example", "Cannot sign in", 0),
            "A page is owed to it@school.example by mail: Cannot sign in.",
        ),
        (PageDelivered("k", 1), "The page was delivered."),
        (PageDelivered("k", 3), "The page was delivered at attempt 3."),
        (PageAttemptFailed("k", "refused", AT), "A page was not delivered (refused); tried again at 21:04:33."),
        (
            Verified(False, "probes-fail", (("portal", "failed", "http-500"), ("auth", "passed", "ok"))),
            "Not proved by signing in: 1 of 2 probes passed. Probes fail.",
        ),
    ],
)
def test_a_line_says_who_did_what(body: EntryBody, sentence: str) -> None:
    assert said(body, by="mara") == sentence


def test_failed_verification_looks_like_bad_news() -> None:
    assert words.tone(Entry(1, "i", AT, "doorward", Verified(False, "x", ()), "", "")) == "bad"
    assert words.tone(Entry(1, "i", AT, "doorward", Verified(True, "x", ()), "", "")) == "good"
