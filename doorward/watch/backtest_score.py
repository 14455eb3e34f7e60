"""Detections held against recorded incidents: what was met and how late, what was missed, what was a false alarm.

In: a Replay and RecordedIncidents. Out: a Score, in counts. Pure, no clock.

A detection within an incident (from two minutes before its beginning to its end) meets it; the first one tells the
delay. Detections outside of every incident are false alarms; those that come within two hours of one another are one
alarm, since live they would have joined one incident. Incidents outside of the logs are neither met nor missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from doorward.model.detection import Detection
from doorward.watch.backtest import Replay
from doorward.watch.backtest_recorded import EARLY, RecordedIncident

# As the respond stage joins what follows within that time to the incident before.
SAME_ALARM = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Met:
    """A recorded incident and the first detection within it, None if it was missed."""

    incident: RecordedIncident
    by: Detection | None

    @property
    def delay_s(self) -> float | None:
        """From the recorded beginning to the detection; below 0 where people noticed later than it began."""
        return None if self.by is None else (self.by.detected_at - self.incident.began).total_seconds()


@dataclass(frozen=True, slots=True)
class Score:
    """`false_alarms` are groups of detections; `outside` counts incidents that the logs do not cover."""

    days: float
    incidents: tuple[Met, ...]
    false_alarms: tuple[tuple[Detection, ...], ...]
    outside: int

    @property
    def met(self) -> int:
        """Incidents with a detection."""
        return sum(met.by is not None for met in self.incidents)

    @property
    def alarms(self) -> int:
        """What would have been declared: an incident that was met is one alarm, however many detections it had."""
        return self.met + len(self.false_alarms)

    @property
    def missed(self) -> int:
        """Incidents without a detection."""
        return len(self.incidents) - self.met

    @property
    def median_delay_s(self) -> float | None:
        """Of the incidents that were met; None if none was."""
        delays = [met.delay_s for met in self.incidents if met.delay_s is not None]
        return median(delays) if delays else None


def score(replay: Replay, recorded: Sequence[RecordedIncident]) -> Score:
    """The replay's detections held against what people recorded."""
    covered = [one for one in recorded if _is_covered(one, replay)]
    met = tuple(Met(one, _first(one, replay.detections)) for one in covered)
    false = [told for told in replay.detections if not any(one.holds(told.detected_at) for one in recorded)]
    days = replay.span.days if replay.span else 0.0
    return Score(days, met, _grouped(false), len(recorded) - len(covered))


def _is_covered(incident: RecordedIncident, replay: Replay) -> bool:
    span = replay.span
    return span is not None and incident.began - EARLY <= span.ended and incident.ended >= span.began


def _first(incident: RecordedIncident, detections: Sequence[Detection]) -> Detection | None:
    return next((told for told in detections if incident.holds(told.detected_at)), None)


def _grouped(detections: Sequence[Detection]) -> tuple[tuple[Detection, ...], ...]:
    groups: list[list[Detection]] = []
    last: datetime | None = None
    for told in detections:
        if last is None or told.detected_at - last > SAME_ALARM:
            groups.append([])
        groups[-1].append(told)
        last = told.detected_at
    return tuple(tuple(group) for group in groups)
