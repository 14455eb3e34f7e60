"""Every entry of an incident's log as a sentence for people.

In: an Entry. Out: plain words, no markup. A new entry kind needs a sentence here; a test finds the one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG
from doorward.model.entry import (
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
from doorward.web import phrases

B = TypeVar("B", bound=EntryBody)
_SENTENCES: dict[type[object], Callable[[Entry, EntryBody], str]] = {}
# How an entry looks on the timeline: what kind of news it is. Kinds that are not named are plain.
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


def sentence(entry: Entry) -> str:
    """What happened, in a sentence or two. Raises KeyError for a kind without words (a test finds it)."""
    return phrases.stopped(_SENTENCES[type(entry.body)](entry, entry.body))


def tone(entry: Entry) -> str:
    """`head`, `bad`, `good`, `unknown`, `done`, `cause`, `person` or `plain`: for the mark beside the sentence."""
    if isinstance(entry.body, Verified):
        return "good" if entry.body.passed else "bad"
    return _TONES.get(type(entry.body), "plain")


def _says(kind: type[B]) -> Callable[[Callable[[Entry, B], str]], Callable[[Entry, B], str]]:
    def register(function: Callable[[Entry, B], str]) -> Callable[[Entry, B], str]:
        def say(entry: Entry, body: EntryBody) -> str:
            assert isinstance(body, kind)
            return function(entry, body)

        _SENTENCES[kind] = say
        return function

    return register


@_says(Declared)
def _declared(entry: Entry, body: Declared) -> str:
    onset = phrases.clock(body.detection.onset)
    found = phrases.sentence_case(phrases.detected(body.detection))
    return f"Incident declared: {body.title}. {found} It began about {onset}."


@_says(Joined)
def _joined(entry: Entry, body: Joined) -> str:
    return f"A further sign of the same incident: {phrases.detected(body.detection)}"


@_says(Diagnosed)
def _diagnosed(entry: Entry, body: Diagnosed) -> str:
    differential = body.differential
    ruled_out = phrases.count(len(differential.ruled_out), "other cause")
    if differential.conclusion == NOTHING_WRONG:
        return f"Diagnosis: nothing is wrong. {differential.reason}"
    if differential.conclusion == CANNOT_TELL:
        return f"Diagnosis: the cause cannot be told yet; {ruled_out} ruled out. {differential.reason}"
    title = next((h.title for h in differential.hypotheses if h.cause == differential.conclusion), "")
    return f"Diagnosis: {title or phrases.readable(differential.conclusion)}; {ruled_out} ruled out"


@_says(ImpactMeasured)
def _impact(entry: Entry, body: ImpactMeasured) -> str:
    seen = f" of {body.people_seen:,} seen" if body.people_seen else ""
    return f"{phrases.count(body.people_hurt, 'person', 'people')}{seen} could not sign in or lost their session"


@_says(Acknowledged)
def _acknowledged(entry: Entry, body: Acknowledged) -> str:
    return f"{entry.by} took the incident; escalation stops" + (f". “{body.note}”" if body.note else "")


@_says(Escalated)
def _escalated(entry: Entry, body: Escalated) -> str:
    return f"Went to {body.name} (level {body.level + 1}): {phrases.readable(body.reason)}"


@_says(PageQueued)
def _page_queued(entry: Entry, body: PageQueued) -> str:
    return f"A page is owed to {body.to} by {body.channel}: {body.subject}"


@_says(PageDelivered)
def _page_delivered(entry: Entry, body: PageDelivered) -> str:
    tries = "" if body.attempts <= 1 else f" at attempt {body.attempts}"
    return f"The page was delivered{tries}"


@_says(PageAttemptFailed)
def _page_failed(entry: Entry, body: PageAttemptFailed) -> str:
    return f"A page was not delivered ({body.error}); tried again at {phrases.clock(body.next_at)}"


@_says(Planned)
def _planned(entry: Entry, body: Planned) -> str:
    steps = phrases.count(len(body.plan.actions), "step")
    asks = f" It asks: {body.plan.asks}" if body.plan.asks else ""
    return f"Recovery planned in {steps}, nothing changed yet: {phrases.sentence_case(body.plan.reason)}{asks}"


@_says(Approved)
def _approved(entry: Entry, body: Approved) -> str:
    who = "Policy" if entry.by == "policy" else entry.by
    return f"{who} approved plan {body.plan_digest} ({phrases.readable(body.reason)})"


@_says(ActionStarted)
def _started(entry: Entry, body: ActionStarted) -> str:
    return f"Step {body.step} of the plan began"


@_says(ActionSucceeded)
def _succeeded(entry: Entry, body: ActionSucceeded) -> str:
    return f"Step {body.step} is done: {body.detail}" if body.detail else f"Step {body.step} is done"


@_says(ActionFailed)
def _failed(entry: Entry, body: ActionFailed) -> str:
    return f"Step {body.step} failed and the plan stopped: {body.detail}"


@_says(SessionsCleared)
def _cleared(entry: Entry, body: SessionsCleared) -> str:
    cleared = phrases.count(len(body.sessions), "broken session")
    return f"{cleared} of {body.component} cleared, {body.kept:,} looked at and kept ({body.predicate})"


@_says(Verified)
def _verified(entry: Entry, body: Verified) -> str:
    passed = sum(outcome == "passed" for _, outcome, _ in body.results)
    why = phrases.sentence_case(phrases.readable(body.reason))
    probes = f"{passed} of {len(body.results)} probes passed"
    return f"{'Proved' if body.passed else 'Not proved'} by signing in: {probes}. {why}"


@_says(Asked)
def _asked(entry: Entry, body: Asked) -> str:
    return f"Doorward stopped and asks: {body.question}"


@_says(Recovered)
def _recovered(entry: Entry, body: Recovered) -> str:
    return f"People can sign in again: {phrases.readable(body.reason)}"


@_says(Resolved)
def _resolved(entry: Entry, body: Resolved) -> str:
    who = "" if entry.by in {"doorward", "policy"} else f" by {entry.by}"
    return f"Incident resolved{who}: {phrases.readable(body.reason)}"


@_says(Noted)
def _noted(entry: Entry, body: Noted) -> str:
    return f"{entry.by} noted: {body.text}"


@_says(Corrected)
def _corrected(entry: Entry, body: Corrected) -> str:
    return f"Correction of line {body.seq}: {body.text}"
