"""How an entry looks on the timeline: what kind of news it is. Its words are `doorward.review.sentences`."""

from __future__ import annotations

from doorward.model.entry import (
    Acknowledged,
    ActionFailed,
    ActionSucceeded,
    Approved,
    Asked,
    Corrected,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    Joined,
    Noted,
    PageAttemptFailed,
    Recovered,
    Resolved,
    Verified,
)

# Kinds that are not named are plain.
_TONES: dict[type[EntryBody], str] = {
    Declared: "head",
    Joined: "bad",
    ActionFailed: "bad",
    PageAttemptFailed: "bad",
    Asked: "unknown",
    Corrected: "unknown",
    Diagnosed: "cause",
    Approved: "person",
    Acknowledged: "person",
    Noted: "person",
    ActionSucceeded: "done",
    Recovered: "good",
    Resolved: "good",
}


def tone(entry: Entry) -> str:
    """`head`, `bad`, `good`, `unknown`, `done`, `cause`, `person` or `plain`: for the mark beside the sentence."""
    if isinstance(entry.body, Verified):
        return "good" if entry.body.passed else "bad"
    return _TONES.get(type(entry.body), "plain")
