"""The folded incident, the chain and the time → who is paged next, if anybody.

Nothing is remembered here: what was done stands in the log, so no restart repeats or skips a step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from doorward.model.incident import Incident, IncidentState, PageRecord
from doorward.model.page import PageState
from doorward.settings_tables import LevelTable

# Three attempts are 15 s with the default waits: long enough for a restart of a mail server, short enough for people.
UNREACHABLE_FAILURES = 3
# The last part of the key of pages that tell of an attack alone.
_ATTACK = "attack"


class StepReason(StrEnum):
    """Why a level is paged."""

    DECLARED = "declared"
    NOT_ACKNOWLEDGED = "not-acknowledged"
    LEVEL_UNREACHABLE = "level-unreachable"
    QUESTION = "question"
    RELAPSE = "relapse"
    RECOVERED = "recovered"
    ATTACK = "attack"


@dataclass(frozen=True, slots=True)
class Step:
    """Page these channels of this level; `occasion` is the last part of the pages' keys.

    `is_new_level` is false where a level is told something more, such as a question.
    """

    level: int
    name: str
    channels: tuple[str, ...]
    occasion: str
    reason: StepReason
    is_new_level: bool


def next_step(incident: Incident, chain: Sequence[LevelTable], now: datetime) -> Step | None:
    """The step that is due now, None if there is none. Call again after it was written to the log."""
    if not chain or incident.state is IncidentState.RESOLVED:
        return None
    level = min(incident.level, len(chain) - 1)
    if incident.state is IncidentState.RECOVERED:
        return _told_once(incident, chain, level, StepReason.RECOVERED, incident.recovered_at)
    if incident.is_attack_alone:
        # No outage: the first level hears of it once, and nobody else is woken.
        return None if incident.pages else _step(chain, 0, StepReason.ATTACK, _ATTACK, is_new=False)
    if all(_occasion(page) == _ATTACK for page in incident.pages):
        return _step(chain, 0, StepReason.DECLARED, "declared", is_new=True)
    if _was_told_over(incident):
        return relapse(incident, chain)
    if incident.question is not None:
        asked = _told_once(incident, chain, level, StepReason.QUESTION, incident.approved_at)
        if asked is not None:
            return asked
    return _onward(incident, chain, level, now)


def relapse(incident: Incident, chain: Sequence[LevelTable]) -> Step:
    """Tell the present level that the incident is back; where a kill prevents it, `next_step` says it again."""
    level = min(incident.level, len(chain) - 1)
    occasion = f"relapse-{len(incident.detections)}"
    return _step(chain, level, StepReason.RELAPSE, occasion, is_new=False)


def _was_told_over(incident: Incident) -> bool:
    """Whether people heard last that it is over, although it is not: a kill came before the page of the relapse."""
    last = max(incident.pages, key=lambda page: page.queued_at)
    return _occasion(last).startswith(f"{StepReason.RECOVERED}-")


def _onward(incident: Incident, chain: Sequence[LevelTable], level: int, now: datetime) -> Step | None:
    if incident.acknowledged_at is not None or level + 1 >= len(chain):
        return None
    pages = [page for page in incident.pages if page.level == level]
    if pages and all(_is_unreachable(page) for page in pages):
        return _step(chain, level + 1, StepReason.LEVEL_UNREACHABLE, "escalated", is_new=True)
    asked_at = max((page.queued_at for page in pages), default=incident.declared_at)
    if now < asked_at + timedelta(seconds=chain[level].after_s):
        return None
    return _step(chain, level + 1, StepReason.NOT_ACKNOWLEDGED, "escalated", is_new=True)


def _is_unreachable(page: PageRecord) -> bool:
    return page.state is PageState.QUEUED and page.failures >= UNREACHABLE_FAILURES


def _told_once(
    incident: Incident, chain: Sequence[LevelTable], level: int, reason: StepReason, since: datetime | None
) -> Step | None:
    """A step for this very question or recovery, unless its pages stand in the log already."""
    matter = f"{incident.question or ''} {since.isoformat() if since else ''}"
    occasion = f"{reason}-{hashlib.sha256(matter.encode()).hexdigest()[:6]}"
    if not incident.pages and reason is StepReason.RECOVERED:
        return None
    if any(_occasion(page) == occasion for page in incident.pages):
        return None
    levels = range(level + 1) if reason is StepReason.RECOVERED else (level,)
    channels = [channel for number in levels for channel in chain[number].channels]
    return Step(level, chain[level].name, tuple(dict.fromkeys(channels)), occasion, reason, is_new_level=False)


def _occasion(page: PageRecord) -> str:
    """The last part of the page's key (`doorward.model.page.PageKey`)."""
    return page.key.rpartition(":")[2]


def _step(chain: Sequence[LevelTable], level: int, reason: StepReason, occasion: str, *, is_new: bool) -> Step:
    channels = tuple(dict.fromkeys(chain[level].channels))
    return Step(level, chain[level].name, channels, occasion, reason, is_new)
