"""What a person decides on the dashboard: take an incident, approve its plan, note, resolve.

In: who, when, what the page showed. Out: a Decision with a named reason. Each is one transaction: the entry is
appended, the incident is folded with it, and what could not be true is taken back; so two people who click at once
cannot both be right. Refuses: a plan other than the one that the page showed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward import incident_log
from doorward.model.entry import Acknowledged, Approved, EntryBody, Noted, Resolved
from doorward.model.incident import TRANSITIONS, Incident, IncidentState
from doorward.store import log
from doorward.store.connection import transacted
from doorward.web import incident_words

# Longer texts belong in the postmortem; the log is read at 3 a.m.
MOST_TEXT = 2000


class Ruling(StrEnum):
    """What became of a decision."""

    DONE = "done"
    NO_INCIDENT = "no-such-incident"
    ALREADY_TAKEN = "already-acknowledged"
    IS_OVER = "incident-is-resolved"
    NO_PLAN = "no-plan-to-approve"
    OTHER_PLAN = "plan-changed-since-the-page-was-made"
    ALREADY_APPROVED = "plan-is-approved-already"
    NOT_NOW = "not-possible-in-this-state"
    NO_TEXT = "text-is-missing"


@dataclass(frozen=True, slots=True)
class Decision:
    """The ruling, and its words for the person who clicked."""

    ruling: Ruling
    message: str

    @property
    def is_done(self) -> bool:
        """Whether an entry was written."""
        return self.ruling is Ruling.DONE


class _Refused(Exception):
    """Takes the transaction back; never leaves this module."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.message)
        self.decision = decision


def acknowledge(incident_id: str, by: str, now: datetime, note: str = "") -> Decision:
    """Take the incident; escalation by time stops."""

    def refusal(before: Incident) -> Decision | None:
        if not before.state.is_open:
            return Decision(Ruling.IS_OVER, "The incident is resolved; there is nothing to take.")
        if before.acknowledged_by:
            return Decision(Ruling.ALREADY_TAKEN, f"{before.acknowledged_by} has taken this incident already.")
        return None

    done = "You have the incident. Escalation has stopped."
    return _decide(incident_id, by, now, Acknowledged(note.strip()[:MOST_TEXT]), refusal, done)


def approve(incident_id: str, by: str, now: datetime, shown_plan: str) -> Decision:
    """Approve the plan whose digest the page showed; Doorward applies it next."""

    def refusal(before: Incident) -> Decision | None:
        if before.plan is None:
            return Decision(Ruling.NO_PLAN, "There is no plan to approve.")
        if before.plan.digest != shown_plan:
            return Decision(
                Ruling.OTHER_PLAN,
                "The plan has changed since you opened this page. Nothing was approved: read the plan of now first.",
            )
        if before.approved_plan == shown_plan:
            return Decision(Ruling.ALREADY_APPROVED, f"{before.approved_by} has approved this plan already.")
        if not incident_words.awaits_approval(before):
            return Decision(Ruling.NOT_NOW, f"The incident is {before.state.value}; its plan is not needed any more.")
        return None

    done = "Approved. Doorward applies the plan now and signs in to prove it."
    return _decide(incident_id, by, now, Approved(shown_plan, "on-the-dashboard"), refusal, done)


def note(incident_id: str, by: str, now: datetime, text: str) -> Decision:
    """Add a person's note; also after the incident is over."""
    if not text.strip():
        return Decision(Ruling.NO_TEXT, "Write the note first.")
    return _decide(
        incident_id, by, now, Noted(text.strip()[:MOST_TEXT]), lambda before: None, "Your note is in the log."
    )


def resolve(incident_id: str, by: str, now: datetime, reason: str) -> Decision:
    """End the incident; `reason` says why it is over."""
    if not reason.strip():
        return Decision(Ruling.NO_TEXT, "Say in a few words why the incident is over.")

    def refusal(before: Incident) -> Decision | None:
        if before.state is IncidentState.RESOLVED:
            return Decision(Ruling.IS_OVER, "The incident is resolved already.")
        if before.state not in TRANSITIONS["resolved"]:
            return Decision(Ruling.NOT_NOW, "A plan is being applied. Wait for its end, then resolve.")
        return None

    return _decide(incident_id, by, now, Resolved(reason.strip()[:MOST_TEXT]), refusal, "The incident is resolved.")


def _decide(
    incident_id: str,
    by: str,
    now: datetime,
    body: EntryBody,
    refusal: Callable[[Incident], Decision | None],
    done: str,
) -> Decision:
    """Append, look at what stood before, take back if refused. Raises StoreUnavailable, LogBroken."""
    if not log.entries(incident_id):
        return Decision(Ruling.NO_INCIDENT, "The log knows no such incident.")
    try:
        with transacted():
            # Appending first takes the log's lock: nobody can write between the look and the line.
            log.append(incident_id, by, now, [body])
            entries = log.entries(incident_id)
            refused = refusal(incident_log.fold(entries[:-1]))
            if refused is not None:
                raise _Refused(refused)
            incident_log.fold(entries)
    except _Refused as error:
        return error.decision
    return Decision(Ruling.DONE, done)
