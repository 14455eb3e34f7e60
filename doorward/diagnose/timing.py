"""Timing: does a change come before the onset, as the detector's interval allows to say? Pure.

A cause comes before its effect. How near they are tells something too: with three changes a day, one falls into a given
ten minutes by chance one time in fifty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, favours, opposes
from doorward.diagnose.examined import CodeExamined, KeysExamined
from doorward.diagnose.examined_process import SurroundingsExamined
from doorward.diagnose.observations import Observations
from doorward.model.diagnosis import Evidence
from doorward.model.sign_in import Kind, Outcome

# Beyond this the onset cannot be so wrong: a change this late is an answer to the fault, not its cause.
LATE = timedelta(minutes=5)
# With three changes a day, one falls into a given ten minutes by chance one time in fifty: 7 to 1 is modest.
CLOSE = timedelta(minutes=10)
# A change whose harm waits for the next day's sign-ins is still its cause; beyond that nobody would look at it first.
FAR = timedelta(hours=24)
# A later change outdoes an earlier one if so many usually sign in between them, and it did not come after the onset.
MEANWHILE = 5.0
SLACK = timedelta(seconds=2)


class Place(StrEnum):
    """Where a change lies, seen from the onset."""

    LONG_BEFORE = "long before the onset"
    BEFORE = "before the onset"
    AT = "within the interval of the onset"
    AFTER = "after the onset"
    LATE = "long after the onset"


def place(at: datetime, span: tuple[datetime, datetime]) -> Place:
    """Where `at` lies; `span` is the interval of the onset."""
    began, ended = span
    if at > ended:
        return Place.LATE if at - ended > LATE else Place.AFTER
    if at >= began:
        return Place.AT
    return Place.BEFORE if began - at <= CLOSE else Place.LONG_BEFORE


def is_near(at: datetime, observations: Observations) -> bool:
    """Whether a change at that time could have brought about the onset, and lies near it."""
    span = observations.onset_span
    return span is not None and place(at, span) in (Place.AT, Place.BEFORE)


def timed(test: str, at: datetime, what: str, observations: Observations, component: str | None = None) -> Evidence:
    """Evidence from the time of a change, for or against. There must be an onset."""
    onset, span = observations.onset, observations.onset_span
    assert onset is not None
    assert span is not None
    found = place(at, span)
    expected = f"a change in the {CLOSE.total_seconds() / 60:.0f} min before the onset"
    seen = f"{what} {apart(at, onset)}"
    if found in (Place.AFTER, Place.LATE):
        failed_before = any(probe.at < at for probe in observations.failed_probes)
        return opposes(test, DECISIVE if found is Place.LATE or failed_before else STRONG, seen, expected)
    outdone = outdone_by(at, observations)
    if outdone is not None and found is not Place.LONG_BEFORE:
        seen = f"{seen}; people signed in under it until something else changed {apart(outdone, onset)}"
        return favours(test, WEAK, seen, expected, component)
    return favours(test, WEAK if found is Place.LONG_BEFORE else STRONG, seen, expected, component)


def outdone_by(at: datetime, observations: Observations) -> datetime | None:
    """When something else was changed before the onset, so much later that people had signed in under this change;
    None if nothing was."""
    onset, usual = observations.onset, observations.usual
    if onset is None or usual is None:
        return None
    latest = max((one for one in changes(observations) if one <= onset + SLACK), default=at)
    between = (latest - at).total_seconds() / 60 * usual.per_min(Kind.SIGN_IN, Outcome.SUCCESS)
    return latest if latest > at and between >= MEANWHILE else None


def changes(observations: Observations) -> Iterator[datetime]:
    """When what people put in place began to be felt: settings, code, keys, environments."""
    yield from (suspect.at for suspect in observations.suspects or () if suspect.alters)
    for code in observations.of(CodeExamined):
        if code.changed_at is not None and observations.earlier(CodeExamined, code.component) not in (None, code):
            yield taken_up(observations, code.component, code.changed_at)
    for keys in observations.of(KeysExamined):
        before = observations.earlier(KeysExamined, keys.component)
        known = {file.name: file.digest for file in before.files} if before else {}
        for file in keys.files:
            if file.changed_at is not None and known.get(file.name, file.digest) != file.digest:
                yield taken_up(observations, keys.component, file.changed_at)
    for one in observations.of(SurroundingsExamined):
        if one.changed(observations.earlier(SurroundingsExamined, one.component)):
            yield one.began_at


def taken_up(observations: Observations, component: str, changed_at: datetime) -> datetime:
    """At the component's next start, where its log tells one; code and keys are read then."""
    starts = (one.at for one in observations.restarts if one.component == component and one.at >= changed_at)
    return min(starts, default=changed_at)


def apart(at: datetime, onset: datetime) -> str:
    """Such as `4 s before the onset`."""
    seconds = (onset - at).total_seconds()
    return f"{abs(seconds):.0f} s {'before' if seconds >= 0 else 'after'} the onset"
