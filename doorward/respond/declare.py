"""A detection → what becomes of it: a new incident, part of an open one, or nothing; always with a named reason.

In: the detection, the incidents that are not resolved, the time. Out: a Decision. It refuses to wake anybody for one
failed trial sign-in or for the ripple of a restart, and to reopen what has recovered for an echo of what was before. An
attack alone is declared, for it must be looked at, but it is no outage: `escalate` tells the first level and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from doorward.model.detection import Detection, Direction, Looks, Signal
from doorward.model.incident import Incident, IncidentState
from doorward.respond.title import title

# Symptoms of one fault begin together but are noticed apart: support inquiries follow failed sign-ins by minutes.
SAME_ONSET = timedelta(minutes=10)
# A detector needs a while to calm down after a repair. An onset that it still dates before the repair is believed for
# so long and no longer, lest a badly dated relapse be missed.
ECHO = timedelta(minutes=10)
# What goes wrong again within this time of the recovery was not put right; later it is a story of its own.
RELAPSE = timedelta(hours=2)


class Course(StrEnum):
    """What is done with a detection."""

    DECLARE = "declare"
    JOIN = "join"
    IGNORE = "ignore"


class Reason(StrEnum):
    """Why; written into the log with the entry."""

    FIRST_OF_ITS_KIND = "first-of-its-kind"
    LONG_AFTER_RECOVERY = "long-after-recovery"
    SAME_ONSET = "same-onset"
    WHILE_OPEN = "while-open"
    RELAPSE = "relapse"
    ALREADY_KNOWN = "already-known"
    BEFORE_RECOVERY = "before-recovery"
    PROBE_ALONE_NOT_CONFIRMED = "probe-alone-not-confirmed"
    BETTER_THAN_USUAL = "better-than-usual"
    ATTACK_ALONE = "attack-alone-people-sign-in-as-usual"
    RIPPLE_OF_A_RESTART = "ripple-of-a-restart"


COURSE_OF: dict[Reason, Course] = {
    Reason.FIRST_OF_ITS_KIND: Course.DECLARE,
    Reason.LONG_AFTER_RECOVERY: Course.DECLARE,
    Reason.SAME_ONSET: Course.JOIN,
    Reason.WHILE_OPEN: Course.JOIN,
    Reason.RELAPSE: Course.JOIN,
    Reason.ALREADY_KNOWN: Course.IGNORE,
    Reason.BEFORE_RECOVERY: Course.IGNORE,
    Reason.PROBE_ALONE_NOT_CONFIRMED: Course.IGNORE,
    Reason.BETTER_THAN_USUAL: Course.IGNORE,
    Reason.ATTACK_ALONE: Course.DECLARE,
    Reason.RIPPLE_OF_A_RESTART: Course.IGNORE,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`incident`: the id of the one that it concerns, None for a new one or none; `title`: its name from now on."""

    course: Course
    reason: Reason
    incident: str | None = None
    title: str = ""


def decide(detection: Detection, open_incidents: Sequence[Incident], now: datetime) -> Decision:
    """What becomes of the detection. Resolved incidents in the list are passed over."""
    incident = _nearest([one for one in open_incidents if one.state.is_open])
    reason = _reason(detection, incident, now)
    course = COURSE_OF[reason]
    if course is Course.DECLARE:
        return Decision(course, reason, None, title((detection,)))
    renamed = title((*incident.detections, detection)) if incident and course is Course.JOIN else ""
    return Decision(course, reason, incident.id if incident else None, renamed)


def _nearest(incidents: Sequence[Incident]) -> Incident | None:
    """The incident that a detection would belong to: the newest that still hurts, else the newest that recovered."""
    return max(
        incidents,
        key=lambda one: (one.state is not IncidentState.RECOVERED, one.declared_at, one.id),
        default=None,
    )


def _reason(detection: Detection, incident: Incident | None, now: datetime) -> Reason:
    if detection.direction is Direction.DOWN and detection.signal is not Signal.SIGN_IN_VOLUME:
        return Reason.BETTER_THAN_USUAL
    if detection.looks is Looks.RIPPLE:
        return Reason.RIPPLE_OF_A_RESTART
    if incident is None and detection.looks is Looks.ATTACK:
        return Reason.ATTACK_ALONE
    if incident is None:
        return Reason.FIRST_OF_ITS_KIND if _stands_alone(detection) else Reason.PROBE_ALONE_NOT_CONFIRMED
    if incident.state is IncidentState.RECOVERED:
        return _after_recovery(detection, incident, now)
    if any(_is_same(detection, known) for known in incident.detections):
        return Reason.ALREADY_KNOWN
    near = any(abs(detection.onset - known.onset) <= SAME_ONSET for known in incident.detections)
    # One service has one door: while people cannot pass it, a later sign is far likelier the same fault than another.
    return Reason.SAME_ONSET if near else Reason.WHILE_OPEN


def _stands_alone(detection: Detection) -> bool:
    """Whether the detection may wake a person by itself: a probe must have failed at least twice."""
    return detection.signal is not Signal.PROBE_FAILURES or detection.detected_at > detection.onset


def _after_recovery(detection: Detection, incident: Incident, now: datetime) -> Reason:
    recovered_at = incident.recovered_at or incident.declared_at
    if detection.onset < recovered_at and now - recovered_at <= ECHO:
        return Reason.BEFORE_RECOVERY
    if not _stands_alone(detection):
        return Reason.PROBE_ALONE_NOT_CONFIRMED
    if detection.detected_at - recovered_at <= RELAPSE:
        return Reason.RELAPSE
    return Reason.LONG_AFTER_RECOVERY


def _is_same(one: Detection, other: Detection) -> bool:
    return one.signal is other.signal and one.segment == other.segment
