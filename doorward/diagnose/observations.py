"""Observations: everything the causes may judge by, gathered before any of them is asked. Frozen, and without I/O.

What is None was not observed; an empty tuple was looked for and not found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from doorward.diagnose.examined import Examination, ExaminationResult, NotExamined
from doorward.model.config_version import Change
from doorward.model.detection import Detection
from doorward.model.finding import Finding
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import TYPED, Kind, Outcome, SignInEvent
from doorward.model.statistics import Statistics

R = TypeVar("R", bound=ExaminationResult)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change of a component's configuration, and what the check says of it (None: it was not checked).

    `loaded_at` is when the process began to work by it, where that is known: a file may lie changed for days until a
    restart reads it.
    """

    change: Change
    findings: tuple[Finding, ...] | None = None
    loaded_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When the change could begin to be felt."""
        return self.loaded_at or self.change.at

    @property
    def alters(self) -> bool:
        """Whether the configuration differs: neither touching a file nor seeing it for the first time is a change."""
        return self.change.before not in (None, self.change.after)


@dataclass(frozen=True, slots=True)
class ConfigTally:
    """How one component's events went under one configuration digest, typed mistakes left out."""

    component: str
    digest: str
    passed: int
    failed: int
    first_failed_at: datetime | None = None

    @property
    def failed_share(self) -> float:
        """Failures among all, 0 when there was nothing."""
        return self.failed / (self.passed + self.failed) if self.passed + self.failed else 0.0


@dataclass(frozen=True, slots=True)
class Observations:
    """What was seen. `suspects` is None when no configuration is watched; `usual` is None until there is a past.

    `during` reaches from the onset to now; `usual` is best a stretch of about the same length before the onset, since
    distinct people do not add up over time.
    """

    detections: tuple[Detection, ...] = ()
    suspects: tuple[Suspect, ...] | None = None
    usual: Statistics | None = None
    during: Statistics | None = None
    probes: tuple[ProbeResult, ...] = ()
    tallies: tuple[ConfigTally, ...] = ()
    examinations: tuple[ExaminationResult, ...] = ()

    @property
    def failed_probes(self) -> tuple[ProbeResult, ...]:
        """Probes that say something is wrong; a blind prober says nothing."""
        return tuple(p for p in self.probes if p.outcome in (ProbeOutcome.FAILED, ProbeOutcome.UNREACHABLE))

    @property
    def has_signal(self) -> bool:
        """Whether anything says that people cannot sign in as usual."""
        return bool(self.detections or self.failed_probes)

    @property
    def onset(self) -> datetime | None:
        """When it began: the earliest onset of a detection, else the first failed probe, None without a signal."""
        onsets = [detection.onset for detection in self.detections] or [probe.at for probe in self.failed_probes]
        return min(onsets, default=None)

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The examination results of that type, in the order of the examinees."""
        return tuple(result for result in self.examinations if isinstance(result, kind))

    def not_examined(self, examination: Examination) -> tuple[NotExamined, ...]:
        """The examinations of that name that apply but could not be made."""
        return tuple(item for item in self.of(NotExamined) if item.examination is examination and item.applies)


# They say nothing of how a configuration works, or (an error) say again what its request says.
_UNTALLIED = frozenset({Kind.SIGN_OUT, Kind.INQUIRY, Kind.CONFIGURATION, Kind.ERROR})


def tally(events: Iterable[SignInEvent]) -> tuple[ConfigTally, ...]:
    """Passed and failed events by component and configuration digest, in the order in which the digests appear.

    Probes count: they are sign-ins under a known configuration.
    """
    passed: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], datetime] = {}
    order: dict[tuple[str, str], None] = {}
    for event in events:
        if event.config is None or event.outcome is Outcome.UNKNOWN or event.reason in TYPED:
            continue
        if event.kind in _UNTALLIED:
            continue
        key = (event.component, event.config)
        order[key] = None
        if event.outcome is Outcome.SUCCESS:
            passed[key] += 1
        else:
            failed[key] += 1
            first.setdefault(key, event.at)
    return tuple(ConfigTally(*key, passed[key], failed[key], first.get(key)) for key in order)
