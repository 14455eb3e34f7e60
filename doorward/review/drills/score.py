"""Score a drill from what really happened (the people's record) and what Doorward wrote (the incident log). Pure.

A cleared session counts as wrongly cleared unless, by the record alone, it could not be used any more: it was held by a
person whose network has several outgoing addresses and who was sent back with it after the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from doorward.model.drill import DrillScore
from doorward.model.incident import Incident
from doorward.model.page import PageState
from doorward.review.drills.scenario import Scenario

HARM = frozenset({"sent-back", "http-500", "timeout", "refused"})


class Seen(msgspec.Struct, frozen=True):
    """One line of the people's record: what a person did and what came of it."""

    time: datetime
    person: str
    network: str
    action: str
    ok: bool
    symptom: str | None = None
    session: str | None = None
    status: int | None = None


_DECODE = msgspec.json.Decoder(Seen).decode


def read_truth(lines: Iterable[bytes]) -> tuple[Seen, ...]:
    """The record; a last line that was cut short is left out."""
    return tuple(_DECODE(line) for line in lines if line.endswith(b"\n"))


@dataclass(frozen=True, slots=True)
class Harm:
    """Who was hurt, by the people's own record."""

    people_hurt: int
    people_seen: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def share(self) -> float:
        """Hurt among those who tried anything, 0 without people."""
        return self.people_hurt / self.people_seen if self.people_seen else 0.0


def harm(truth: Sequence[Seen], changed_at: datetime, until: datetime | None) -> Harm:
    """Who was hurt from the change on; `until` = when Doorward said that it was over (None: to the end)."""
    during = [seen for seen in truth if seen.time >= changed_at and (until is None or seen.time <= until)]
    hurt = [seen for seen in truth if seen.time >= changed_at and seen.symptom in HARM and seen.action != "roll-call"]
    times = [seen.time for seen in hurt]
    people = {seen.person for seen in hurt if until is None or seen.time <= until}
    return Harm(len(people), len({seen.person for seen in during}), min(times, default=None), max(times, default=None))


def wrongly_cleared(truth: Sequence[Seen], changed_at: datetime, cleared: Sequence[str]) -> tuple[str, ...]:
    """Cleared sessions that the record does not show to be broken."""
    broken = {
        seen.session
        for seen in truth
        if seen.session and seen.time >= changed_at and seen.network == "shared-exit" and seen.symptom == "sent-back"
    }
    return tuple(session for session in cleared if session not in broken)


def score(
    scenario: Scenario,
    incident: Incident | None,
    truth: Sequence[Seen],
    changed_at: datetime,
    postmortem: str | None,
) -> DrillScore:
    """The score in the terms of the contract `doorward.drill/1`."""
    first_hurt = harm(truth, changed_at, None).first_at
    if incident is None:
        return DrillScore(scenario.name, None, None, scenario.expect.cause is None, (), None, None, 0, 0, None)
    differential = incident.differential
    cause = differential.conclusion if differential else None
    delivered = [
        page.delivered_at for page in incident.pages if page.state is PageState.DELIVERED and page.delivered_at
    ]
    return DrillScore(
        drill=scenario.name,
        detected_after_s=_seconds(first_hurt, incident.declared_at),
        cause=cause,
        cause_correct=cause == scenario.expect.cause,
        ruled_out=differential.ruled_out if differential else (),
        paged_after_s=_seconds(incident.declared_at, min(delivered, default=None)),
        restored_after_s=_seconds(incident.declared_at, incident.recovered_at),
        sessions_cleared=len(incident.sessions_cleared),
        sessions_wrongly_cleared=len(wrongly_cleared(truth, changed_at, incident.sessions_cleared)),
        postmortem=postmortem,
    )


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return round((until - since).total_seconds(), 1) if since and until else None


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that a drill must reach."""

    name: str
    holds: bool
    seen: str


DETECT_WITHIN_S = 15.0
RESTORE_WITHIN_S = 60.0
WRONG_TRAILS = ("server", "database", "network", "load", "attack")


def limits(scenario: Scenario, result: DrillScore, declared: int) -> tuple[Limit, ...]:
    """What the drill must reach, and whether it did."""
    if not scenario.expect.declared:
        return (Limit("nothing is declared", declared == 0, f"{declared} incidents"),)
    missing = [cause for cause in WRONG_TRAILS if cause not in result.ruled_out]
    return (
        Limit("one incident is declared", declared == 1, f"{declared} incidents"),
        Limit(
            f"detected within {DETECT_WITHIN_S:.0f} s of the first person hurt",
            result.detected_after_s is not None and result.detected_after_s <= DETECT_WITHIN_S,
            _shown(result.detected_after_s),
        ),
        Limit("the right cause stands first", result.cause_correct, str(result.cause)),
        Limit("the wrong trails are ruled out", not missing, f"not ruled out: {', '.join(missing) or 'none'}"),
        Limit("a page went out", result.paged_after_s is not None, _shown(result.paged_after_s)),
        Limit(
            f"restored within {RESTORE_WITHIN_S:.0f} s of detection",
            result.restored_after_s is not None and result.restored_after_s <= RESTORE_WITHIN_S,
            _shown(result.restored_after_s),
        ),
        Limit(
            "no healthy session is cleared",
            result.sessions_wrongly_cleared == 0,
            f"{result.sessions_wrongly_cleared} of {result.sessions_cleared}",
        ),
    )


def _shown(seconds: float | None) -> str:
    return "did not happen" if seconds is None else f"{seconds:.1f} s"
