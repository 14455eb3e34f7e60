"""What every watched segment has: its threshold from the budget, its learning, its state, its words of evidence.

States: usual -> detected (a Detection is raised, once) -> recovered, which is usual again with evidence begun afresh.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime

from doorward.model.detection import SegmentState, Signal, Suspicion, UsualRate
from doorward.watch.evidence import Recovery
from doorward.watch.plans import Labels
from doorward.watch.settings import MINUTES_PER_MONTH, WatchSettings

# Half of the way to the threshold, in logs: worth a closer look.
_SUSPICIOUS = 0.5
# Learning pauses where the evidence is this near to the threshold: chance goes there a hundred times as often as the
# budget allows alarms, whatever the traffic; were it more often, only lucky hours would be learned.
TAINTED_LOG_E = math.log(100)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which segment it is; `budget` is the false alarms a month that it may cause, `per_min` the observations a minute
    that its threshold assumes at least."""

    signal: Signal
    labels: Labels
    budget: float
    per_min: float

    def threshold_log_e(self, measured_per_min: float) -> float:
        """Log of the observations between two false alarms that the budget allows."""
        return math.log(max(self.per_min, measured_per_min) * MINUTES_PER_MONTH / self.budget)


class Segment(ABC):
    """The part that shares and rates have in common; not used by itself.

    `told` are the labels of the last Detection: the segment's own, and the commonest reason if they name none.
    """

    def __init__(self, identity: Identity, settings: WatchSettings) -> None:
        self.identity = identity
        self.settings = settings
        self.learned = False
        self.threshold_log_e = identity.threshold_log_e(0)
        self._recovery: Recovery | None = None
        self._tainted = False
        self._vouched = False
        self.told = identity.labels

    @property
    def is_detected(self) -> bool:
        """Whether a detection was raised and the segment has not recovered."""
        return self._recovery is not None

    @property
    def is_suspicious(self) -> bool:
        """Whether it is detected or on the way there."""
        return self.is_detected or self.log_e() >= _SUSPICIOUS * self.threshold_log_e

    def begin_history(self) -> None:
        """What comes until `end_history` is vouched for by people: it is learned, and never suspicious."""
        self._vouched = True

    def end_history(self) -> None:
        """From now on it is watched, beginning without evidence."""
        self.recover()
        self.judge()
        self._vouched = False

    @abstractmethod
    def recover(self) -> None:
        """Begin afresh: what was detected is over."""

    @abstractmethod
    def judge(self) -> None:
        """Take what was learned for usual from now on."""

    @abstractmethod
    def log_e(self) -> float:
        """Log of the evidence against the usual."""

    @abstractmethod
    def onset_s(self) -> float:
        """When what is suspicious began."""

    @abstractmethod
    def expected(self) -> float | None:
        """The envelope in the signal's unit."""

    def suspicion(self) -> Suspicion:
        """The segment as others see it while it is suspicious."""
        identity = self.identity
        since = moment(self.onset_s())
        return Suspicion(
            identity.signal, self.told, since, self.log_e(), self.threshold_log_e, detected=self.is_detected
        )

    def usual(self) -> UsualRate:
        """The segment's envelope as others see it."""
        return UsualRate(self.identity.signal, self.identity.labels, self.expected(), self.learned)

    def state(self) -> SegmentState:
        """The segment at this moment."""
        return SegmentState(self.usual(), self.log_e(), self.threshold_log_e, self.is_detected)

    def budget_words(self) -> str:
        """The last line of every detection's evidence."""
        months = 1 / self.identity.budget
        return (
            f"evidence e^{self.log_e():.1f} against a threshold of e^{self.threshold_log_e:.1f}: "
            f"at most one false alarm of this segment in {months:.0f} months"
        )


def moment(at_s: float) -> datetime:
    """Seconds since 1970 as UTC."""
    return datetime.fromtimestamp(at_s, UTC)
