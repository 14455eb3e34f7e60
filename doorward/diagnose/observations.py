"""Observations: everything the causes may judge by, gathered before any of them is asked. Frozen, and without I/O.

What is None was not observed; an empty tuple was looked for and not found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from doorward.diagnose.examined import Examination, ExaminationResult, KeysExamined, NotExamined, ProcessExamined
from doorward.diagnose.nodes import Node
from doorward.diagnose.visitors import Visitors
from doorward.model.config_version import Change
from doorward.model.detection import Detection, Looks
from doorward.model.finding import Finding
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import TYPED, Kind, Outcome, SignInEvent
from doorward.model.statistics import Statistics

R = TypeVar("R", bound=ExaminationResult)

# A detector places the onset within a window or two of the truth (windows of 10 s), also where it tells no interval.
ONSET_SLACK = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change of a component's configuration, and what the check says of it (None: it was not checked).

    `loaded_at` is when the process began to work by it, where that is known: a file may lie changed for days until a
    restart reads it. `unread` says what is wrong with the new version where it does not even read.
    """

    change: Change
    findings: tuple[Finding, ...] | None = None
    loaded_at: datetime | None = None
    unread: str = ""

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
    def seen(self) -> int:
        """All of them."""
        return self.passed + self.failed

    @property
    def failed_share(self) -> float:
        """Failures among all, 0 when there was nothing."""
        return self.failed / self.seen if self.seen else 0.0


@dataclass(frozen=True, slots=True)
class Restart:
    """A component's log said that it begins to work; `changed` = under another configuration than before."""

    component: str
    at: datetime
    changed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """How sign-ins and sessions of one part went since the onset, beside all others: a client, a browser, a network or
    a provider. Typed mistakes are left out. `usually_failed` of `usually_seen` are this part's own of before."""

    dimension: str
    value: str
    failed: int
    seen: int
    failed_elsewhere: int
    seen_elsewhere: int
    usually_failed: int = 0
    usually_seen: int = 0

    @property
    def share(self) -> float:
        """Failures among this part's."""
        return self.failed / self.seen if self.seen else 0.0

    @property
    def share_elsewhere(self) -> float:
        """Failures among all others'."""
        return self.failed_elsewhere / self.seen_elsewhere if self.seen_elsewhere else 0.0

    @property
    def usual_share(self) -> float:
        """Failures among this part's before the onset."""
        return self.usually_failed / self.usually_seen if self.usually_seen else 0.0


@dataclass(frozen=True, slots=True)
class Observations:
    """What was seen. `suspects` is None when no configuration is watched; `usual` is None until there is a past.

    `during` reaches from the onset to now; `usual` is best a stretch of about the same length before the onset, since
    distinct people do not add up over time. `before` are examinations of a time when all was well. `logs_ahead_s` says
    by how much a component's log is ahead of our clock (behind: negative), for those whose log spoke lately. `looks` is
    how many were made before this one at the same trouble (None: nobody counts), `processes` and `keys` are those of
    them, `usual_processes` of before it, oldest first. `visitors` is None without events. `nodes` are the
    configurations of components that work by several at once.
    """

    detections: tuple[Detection, ...] = ()
    suspects: tuple[Suspect, ...] | None = None
    usual: Statistics | None = None
    during: Statistics | None = None
    probes: tuple[ProbeResult, ...] = ()
    tallies: tuple[ConfigTally, ...] = ()
    examinations: tuple[ExaminationResult, ...] = ()
    before: tuple[ExaminationResult, ...] = ()
    parts: tuple[Part, ...] = ()
    restarts: tuple[Restart, ...] = ()
    logs_ahead_s: tuple[tuple[str, float], ...] = ()
    processes: tuple[ProcessExamined, ...] = ()
    looks: int | None = None
    usual_processes: tuple[ProcessExamined, ...] = ()
    visitors: Visitors | None = None
    keys: tuple[KeysExamined, ...] = ()
    nodes: tuple[Node, ...] = ()

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
        onsets = [detection.onset for detection in self._hurting] or [probe.at for probe in self.failed_probes]
        return min(onsets, default=None)

    @property
    def _hurting(self) -> tuple[Detection, ...]:
        """Without those that look like guesses, unless there are no others: guesses hurt nobody, and what breaks while
        somebody guesses began when it broke."""
        return tuple(one for one in self.detections if one.looks is not Looks.ATTACK) or self.detections

    @property
    def onset_span(self) -> tuple[datetime, datetime] | None:
        """The interval in which it began: the detector's of 95 %, never narrower than its windows allow to say."""
        onset = self.onset
        if onset is None:
            return None
        first = min(self._hurting, key=lambda detection: detection.onset, default=None)
        began = (first.onset_from if first else None) or onset
        ended = (first.onset_to if first else None) or onset
        return min(began, onset - ONSET_SLACK), max(ended, onset + ONSET_SLACK)

    def all_look(self, looks: Looks) -> bool:
        """Whether there are detections and each of them looks so."""
        return bool(self.detections) and all(detection.looks is looks for detection in self.detections)

    def earlier(self, kind: type[R], component: str) -> R | None:
        """What that examination of that component said while all was well; None if it was not made."""
        return next((r for r in self.before if isinstance(r, kind) and r.component == component), None)

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
