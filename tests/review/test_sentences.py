"""There is a sentence for every kind of entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.diagnosis import CANNOT_TELL, Differential
from doorward.model.entry import (
    ENTRY_KINDS,
    Acknowledged,
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Asked,
    Corrected,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    Escalated,
    ImpactMeasured,
    Joined,
    Noted,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Planned,
    Recovered,
    Resolved,
    SessionsCleared,
    Verified,
)
from doorward.review.sentences import sentence
from tests.review import story
from tests.review.story import at

KEY = f"{story.ID}:0:mail:declared"
EXPECTED: tuple[tuple[EntryBody, str], ...] = (
    (
        Declared("S", "People are signed out", "first-of-its-kind", story.rejections()),
        "Incident declared: People are signed out (first of its kind).",
    ),
    (
        Joined(story.inquiries(), "same-onset"),
        "A further sign belongs to it (same onset): inquiries to support rose to 9 a minute (0.5 are usual).",
    ),
    (Diagnosed(story.differential(), story.CHANGE), "Diagnosis: configuration change. Ruled out: 5 other causes."),
    (
        Diagnosed(Differential(at(1), (), CANNOT_TELL, "two causes are alike"), None),
        "Diagnosis: cannot tell. Two causes are alike.",
    ),
    (ImpactMeasured(27, 60, None, None, (), "x"), "27 of 60 people seen were hurt so far (45%)."),
    (ImpactMeasured(0, 0, None, None, (), "x"), "0 of 0 people seen were hurt so far."),
    (Acknowledged("on it"), "mwangi took the incident: on it."),
    (Acknowledged(""), "mwangi took the incident."),
    (
        Escalated(1, "System operations", "not-acknowledged"),
        "System operations (level 2) was asked: nobody had acknowledged it.",
    ),
    (PageQueued(KEY, "mail", "it@school.example", "s", 0), "A page to it@school.example by mail is owed."),
    (PageDelivered(KEY, 1), "The page by mail was delivered."),
    (PageDelivered(KEY, 3), "The page by mail was delivered at attempt 3."),
    (
        PageAttemptFailed(KEY, "refused", at(0)),
        "The page by mail was not delivered (refused); tried again at 2026-11-21 10:00:04 UTC.",
    ),
    (
        Planned(replace(story.plan(), actions=story.plan().actions[2:3])),
        "A recovery was planned, nothing changed yet: 3. end the sessions of auth that cannot be used any more.",
    ),
    (Approved(story.PLAN, "seen"), "mwangi approved the plan: seen."),
    (
        ActionStarted(story.PLAN, 1),
        "Step 1 began: put configuration 91ab34c0ffee of auth back (proved good by probes).",
    ),
    (ActionStarted("another", 1), "Step 1 of plan another began."),
    (
        ActionSucceeded(story.PLAN, 2, "running"),
        "Step 2 is done: reload auth so that it takes 91ab34c0ffee (running).",
    ),
    (
        ActionFailed(story.PLAN, 1, "disk full."),
        "Step 1 failed: put configuration 91ab34c0ffee of auth back (proved good by probes) (disk full).",
    ),
    (SessionsCleared("auth", "prefix 32", ("a",), 2), "Cleared 1 session of auth (prefix 32); 2 kept."),
    (
        Verified(True, "1 of 1 probes pass", (("form", "passed", "ok"),)),
        "It was proved that people can sign in: 1 of 1 probes pass.",
    ),
    (
        Verified(False, "form: http-500", (("form", "failed", "http-500"),)),
        "The proof that people can sign in failed: form: http-500.",
    ),
    (Asked("Clear 900 sessions?"), "mwangi stopped and asked: Clear 900 sessions?"),
    (Recovered("quiet"), "People could sign in again: quiet."),
    (Resolved("quiet"), "mwangi closed the incident: quiet."),
    (Noted("Told the help desk."), "mwangi noted: Told the help desk."),
    (Corrected(4, "it was mail"), "mwangi corrected line 4: it was mail."),
)


def entry(body: EntryBody, by: str = "mwangi") -> Entry:
    """An entry around a body; the chain does not matter here."""
    return Entry(1, story.ID, at(0) + timedelta(seconds=1), by, body, "", "")


@pytest.mark.parametrize(("body", "expected"), EXPECTED, ids=lambda value: type(value).__name__)
def test_an_entry_reads_as_a_sentence(body: EntryBody, expected: str) -> None:
    assert sentence(entry(body), story.plan()) == expected


def test_no_kind_of_entry_is_without_a_sentence() -> None:
    assert {type(body) for body, _ in EXPECTED} == set(ENTRY_KINDS.values())


def test_doorward_and_the_policy_are_named_in_words() -> None:
    assert sentence(entry(Approved("p", "small"), "policy")) == "The recovery policy approved the plan: small."
    assert sentence(entry(Asked("?"), "doorward")).startswith("Doorward stopped")
