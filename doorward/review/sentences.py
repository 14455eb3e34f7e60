"""One sentence for every kind of entry: what a line of the log says, in words that anybody reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from doorward.model.action import Plan
from doorward.model.detection import Detection, Direction, Signal
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
from doorward.model.page import PageKey
from doorward.review.document import number, utc

B = TypeVar("B", bound=EntryBody)
_Writer = Callable[[Entry, EntryBody, Plan | None], str]
_WRITERS: dict[type[object], _Writer] = {}

SIGNAL: dict[Signal, str] = {
    Signal.SIGN_IN_FAILURES: "failed sign-ins",
    Signal.SESSION_REJECTIONS: "refused sessions",
    Signal.SERVER_ERRORS: "server errors",
    Signal.SIGN_IN_VOLUME: "sign-ins",
    Signal.SUPPORT_INQUIRIES: "inquiries to support",
    Signal.PROBE_FAILURES: "failed trial sign-ins",
    Signal.LATENCY: "slow answers",
}
# Why a level is asked, as `respond` names it.
ASKED: dict[str, str] = {
    "declared": "the incident was declared",
    "not-acknowledged": "nobody had acknowledged it",
    "level-unreachable": "no page reached the level before",
}
COUNTED = frozenset({Signal.SIGN_IN_VOLUME, Signal.SUPPORT_INQUIRIES})


def sentence(entry: Entry, plan: Plan | None = None) -> str:
    """The entry as a sentence; with the plan in force, a step is told by what it does, not by its number alone."""
    return _WRITERS[type(entry.body)](entry, entry.body, plan)


def who(by: str) -> str:
    """The author of a line in words: Doorward, the recovery policy, or the operator's account name."""
    return {"doorward": "Doorward", "policy": "The recovery policy"}.get(by, by)


def words(reason: str) -> str:
    """A named reason as words."""
    return reason.replace("-", " ").strip()


def ended(text: str) -> str:
    """The text as a sentence: without spaces around it, with a full stop."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def opened(text: str) -> str:
    """The text as a sentence of its own: with a capital letter and a full stop."""
    text = ended(text)
    return text[:1].upper() + text[1:]


def seen(detection: Detection) -> str:
    """What a detection saw: `refused sessions rose to 41 % (4 % are usual)`."""
    verb = "rose to" if detection.direction is Direction.UP else "fell to"
    if detection.signal in COUNTED:
        return f"{SIGNAL[detection.signal]} {verb} {detection.observed:g} a minute ({detection.expected:g} are usual)"
    return f"{SIGNAL[detection.signal]} {verb} {detection.observed:.0%} ({detection.expected:.1%} are usual)"


def _writes(kind: type[B]) -> Callable[[Callable[[Entry, B, Plan | None], str]], Callable[..., str]]:
    """Register the sentence of a kind of entry; the type of the body is checked before the call."""

    def register(function: Callable[[Entry, B, Plan | None], str]) -> Callable[..., str]:
        def write(entry: Entry, body: EntryBody, plan: Plan | None) -> str:
            assert isinstance(body, kind)
            return function(entry, body, plan)

        _WRITERS[kind] = write
        return function

    return register


def _step(plan: Plan | None, digest: str, step: int, verb: str, detail: str = "") -> str:
    action = next((one for one in plan.actions if one.step == step), None) if plan and plan.digest == digest else None
    more = f" ({detail.strip().rstrip('.')})" if detail else ""
    return f"Step {step} {verb}: {action.effect}{more}." if action else f"Step {step} of plan {digest} {verb}{more}."


def _page(key: str) -> str:
    try:
        return f"The page by {PageKey.read(key).channel}"
    except ValueError:
        return f"Page {key}"


@_writes(Declared)
def _declared(entry: Entry, body: Declared, plan: Plan | None) -> str:
    return f"Incident declared: {body.title} ({words(body.reason)})."


@_writes(Joined)
def _joined(entry: Entry, body: Joined, plan: Plan | None) -> str:
    return f"A further sign belongs to it ({words(body.reason)}): {seen(body.detection)}."


@_writes(Diagnosed)
def _diagnosed(entry: Entry, body: Diagnosed, plan: Plan | None) -> str:
    made = body.differential
    if made.conclusion in (CANNOT_TELL, NOTHING_WRONG):
        return f"Diagnosis: {words(made.conclusion)}. {opened(made.reason)}"
    found = next((one for one in made.hypotheses if one.cause == made.conclusion), None)
    ruled_out = f" Ruled out: {number(len(made.ruled_out), 'other cause', 'other causes')}." if made.ruled_out else ""
    return f"Diagnosis: {found.title if found else words(made.conclusion)}.{ruled_out}"


@_writes(ImpactMeasured)
def _impact(entry: Entry, body: ImpactMeasured, plan: Plan | None) -> str:
    share = f" ({body.people_hurt / body.people_seen:.0%})" if body.people_seen else ""
    if body.is_unknown:
        networks = number(body.unnamed_networks, "network", "networks")
        return f"People on {networks} were hurt; the log does not say who they are, so they cannot be counted."
    hurt = f"{body.people_hurt} of {body.people_seen} people seen were hurt so far{share}"
    if body.unnamed_networks:
        networks = number(body.unnamed_networks, "network", "networks")
        return f"At least {hurt}; failures without a name came from {networks}."
    return f"{hurt}."


@_writes(Acknowledged)
def _acknowledged(entry: Entry, body: Acknowledged, plan: Plan | None) -> str:
    return f"{who(entry.by)} took the incident{f': {ended(body.note)}' if body.note else '.'}"


@_writes(Escalated)
def _escalated(entry: Entry, body: Escalated, plan: Plan | None) -> str:
    return f"{body.name} (level {body.level + 1}) was asked: {ASKED.get(body.reason, words(body.reason))}."


@_writes(PageQueued)
def _queued(entry: Entry, body: PageQueued, plan: Plan | None) -> str:
    return f"A page to {body.to} by {body.channel} is owed."


@_writes(PageDelivered)
def _delivered(entry: Entry, body: PageDelivered, plan: Plan | None) -> str:
    return f"{_page(body.key)} was delivered{f' at attempt {body.attempts}' if body.attempts > 1 else ''}."


@_writes(PageAttemptFailed)
def _not_delivered(entry: Entry, body: PageAttemptFailed, plan: Plan | None) -> str:
    return f"{_page(body.key)} was not delivered ({body.error}); tried again at {utc(body.next_at)}."


@_writes(Planned)
def _planned(entry: Entry, body: Planned, plan: Plan | None) -> str:
    steps = "; ".join(f"{action.step}. {action.effect}" for action in body.plan.actions)
    return f"A recovery was planned, nothing changed yet: {steps or 'no steps'}."


@_writes(Approved)
def _approved(entry: Entry, body: Approved, plan: Plan | None) -> str:
    return f"{who(entry.by)} approved the plan: {ended(body.reason)}"


@_writes(ActionStarted)
def _started(entry: Entry, body: ActionStarted, plan: Plan | None) -> str:
    return _step(plan, body.plan_digest, body.step, "began")


@_writes(ActionSucceeded)
def _succeeded(entry: Entry, body: ActionSucceeded, plan: Plan | None) -> str:
    return _step(plan, body.plan_digest, body.step, "is done", body.detail)


@_writes(ActionFailed)
def _failed(entry: Entry, body: ActionFailed, plan: Plan | None) -> str:
    return _step(plan, body.plan_digest, body.step, "failed", body.detail)


@_writes(SessionsCleared)
def _cleared(entry: Entry, body: SessionsCleared, plan: Plan | None) -> str:
    cleared = number(len(body.sessions), "session", "sessions")
    return f"Cleared {cleared} of {body.component} ({body.predicate}); {body.kept} kept."


@_writes(Verified)
def _verified(entry: Entry, body: Verified, plan: Plan | None) -> str:
    passed = sum(1 for _, outcome, _ in body.results if outcome == "passed")
    told = "It was proved that people can sign in" if body.passed else "The proof that people can sign in failed"
    return f"{told}: {ended(body.reason or f'{passed} of {len(body.results)} trials passed')}"


@_writes(Asked)
def _asked(entry: Entry, body: Asked, plan: Plan | None) -> str:
    return f"{who(entry.by)} stopped and asked: {ended(body.question)}"


@_writes(Recovered)
def _recovered(entry: Entry, body: Recovered, plan: Plan | None) -> str:
    return f"People could sign in again: {ended(body.reason)}"


@_writes(Resolved)
def _resolved(entry: Entry, body: Resolved, plan: Plan | None) -> str:
    return f"{who(entry.by)} closed the incident: {ended(body.reason)}"


@_writes(Noted)
def _noted(entry: Entry, body: Noted, plan: Plan | None) -> str:
    return f"{who(entry.by)} noted: {ended(body.text)}"


@_writes(Corrected)
def _corrected(entry: Entry, body: Corrected, plan: Plan | None) -> str:
    return f"{who(entry.by)} corrected line {body.seq}: {ended(body.text)}"
