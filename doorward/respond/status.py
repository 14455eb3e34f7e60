"""The folded incident → a few plain sentences for people who wait: no blame, no internals, no promise of an hour."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.action import ActionState
from doorward.model.detection import Signal
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG
from doorward.model.incident import Incident, IncidentState

# Above this share of those seen, "some people" would not be honest; below it, "everyone" would not.
NEARLY_ALL = 0.9
MOST = 0.5


def status_update(incident: Incident, now: datetime) -> str:
    """What to tell people now."""
    if incident.state in (IncidentState.RECOVERED, IncidentState.RESOLVED):
        return " ".join((_over(incident), *_sessions(incident), _as_of(now)))
    return " ".join((_trouble(incident), _advice(incident), _doing(incident), _as_of(now)))


def _trouble(incident: Incident) -> str:
    return f"{_who(incident)} cannot use {incident.service} as usual since {_clock(_began(incident), incident)}."


def _who(incident: Incident) -> str:
    impact = incident.impact
    if impact is None or not impact.people_seen or impact.unnamed_networks:
        return "Some people"
    share = impact.people_hurt / impact.people_seen
    if share >= NEARLY_ALL:
        return "Nearly everyone"
    return "Many people" if share >= MOST else "Some people"


def _began(incident: Incident) -> datetime:
    onset = min(detection.onset for detection in incident.detections)
    return incident.impact.first_hurt_at or onset if incident.impact else onset


def _advice(incident: Incident) -> str:
    """Only what holds whatever the cause turns out to be."""
    signals = {detection.signal for detection in incident.detections}
    if Signal.SESSION_REJECTIONS in signals:
        return (
            "You may be sent back to the sign-in page although your password was accepted. "
            "Your password is all right; there is no need to change it."
        )
    if Signal.SERVER_ERRORS in signals:
        return "You may see an error page. Nothing is wrong with your device or your password."
    return "You may not be able to sign in. There is no need to change your password."


def _doing(incident: Incident) -> str:
    if incident.state is IncidentState.RECOVERING:
        done = all(record.state is ActionState.SUCCEEDED for record in incident.actions)
        return "We have put it right and are checking that it works." if done else "We are putting it right."
    if incident.differential is None or incident.differential.conclusion in (CANNOT_TELL, NOTHING_WRONG):
        return "We are looking for the cause."
    return "We have found the cause and are preparing to put it right."


def _over(incident: Incident) -> str:
    ended_at = incident.recovered_at or incident.resolved_at or incident.declared_at
    began = _began(incident)
    return (
        f"{incident.service} works again since {_clock(ended_at, incident)}. "
        f"From {_clock(began, incident)} until then {_who(incident).lower()} could not use it as usual."
    )


def _sessions(incident: Incident) -> tuple[str, ...]:
    if not incident.sessions_cleared:
        return ()
    return ("If you are asked to sign in once more, please do: this is part of the repair.",)


def _clock(at: datetime, incident: Incident) -> str:
    return at.astimezone(UTC).strftime("%H:%M UTC" if at.date() == incident.declared_at.date() else "%d %B, %H:%M UTC")


def _as_of(now: datetime) -> str:
    return f"(As of {now.astimezone(UTC).strftime('%d %B %Y, %H:%M UTC').lstrip('0')}.)"
