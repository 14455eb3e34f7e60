"""A segment in which a share of observations fails: evidence, detection, recovery, learning."""

from __future__ import annotations

from collections import Counter, deque
from typing import NamedTuple

from doorward.model.detection import Detection, Direction
from doorward.watch.evidence import Recovery, ShareEvidence
from doorward.watch.people import Once
from doorward.watch.segment import Identity, Segment, moment
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch, UsualMost

# Observations kept to count a detection's people and shares: minutes at any traffic that a single process can follow.
_KEPT = 4096


class Observation(NamedTuple):
    """One that counts: who, whether it failed, and the reason of the log."""

    at_s: float
    key: str | None
    failed: bool
    reason: str


class ShareSegment(Segment):
    """Fed with observations in the log's order; raises a Detection at the failure that crosses the threshold."""

    def __init__(self, identity: Identity, prior: float, settings: WatchSettings, sharp: bool = False) -> None:
        super().__init__(identity, settings)
        self._sharp = sharp
        self._evidence = ShareEvidence(prior, sharp)
        self._once = Once(0.0 if sharp else settings.person_s)
        self._usual = UsualMost(prior, max(50.0, 5 / prior), settings)
        self._kept: deque[Observation] = deque(maxlen=_KEPT)
        self._block = -1
        self._block_ends_s = 0.0
        self._amount = 0
        self._failures = 0
        self._reason_in_labels = any(name in ("reason", "journey") for name, _ in identity.labels)

    def log_e(self) -> float:
        """Log of the evidence against the usual share."""
        return self._evidence.log_e()

    def onset_s(self) -> float:
        """The first failure of the run that fits best."""
        return self._evidence.onset_s

    def expected(self) -> float:
        """The most that is usual, 0..1."""
        return self._evidence.usual

    def observe(self, at_s: float, key: str | None, failed: bool, reason: str) -> Detection | None:
        """One event of the segment (`key`: who counts once, None = all); None unless it crosses the threshold."""
        if not self._once.admits(key, at_s, failed):
            return None
        if at_s >= self._block_ends_s:
            self._turn_block(at_s)
        self._kept.append(Observation(at_s, key, failed, reason))
        self._amount += 1
        if not failed:
            self._succeed()
            return None
        self._failures += 1
        return self._fail(at_s)

    def _succeed(self) -> None:
        if self._recovery is None:
            self._evidence.succeed()
        elif self._recovery.good():
            self.recover()

    def _fail(self, at_s: float) -> Detection | None:
        if self._vouched:
            return None
        if self._recovery is not None:
            self._recovery.bad()
            return None
        log_e = self._evidence.fail(at_s)
        self._tainted = self._tainted or self.is_suspicious
        if log_e < self.threshold_log_e:
            return None
        self._tainted = True
        return self._detect(at_s)

    def recover(self) -> None:
        """Begin afresh: what was detected is over."""
        self._recovery = None
        self._evidence.reset()

    def _detect(self, at_s: float) -> Detection:
        onset_s = self._evidence.onset_s
        since = [kept for kept in self._kept if kept.at_s >= onset_s]
        failed = [kept for kept in since if kept.failed]
        observed = len(failed) / len(since)
        people = len({kept.key for kept in failed if kept.key is not None})
        reasons = Counter(kept.reason for kept in failed).most_common()
        self._recovery = self._recovery_from(len(failed), len(since))
        self.told = self._named(str(reasons[0][0]))
        return Detection(
            detected_at=moment(at_s),
            onset=moment(onset_s),
            signal=self.identity.signal,
            segment=self.told,
            observed=observed,
            expected=self._evidence.usual,
            direction=Direction.UP,
            evidence_log_e=self.log_e(),
            threshold_log_e=self.threshold_log_e,
            people=people,
            evidence=(
                f"{len(failed)} of {len(since)} failed since {moment(onset_s):%H:%M:%S} UTC ({observed:.0%}); "
                f"usual is at most {self._evidence.usual:.2%} ({'learned' if self.learned else 'prior'})",
                f"{people} distinct; each counts once in {self.settings.person_s:.0f} s",
                "reasons: " + ", ".join(f"{reason} {count}" for reason, count in reasons),
                self.budget_words(),
            ),
        )

    def _recovery_from(self, failed: int, seen: int) -> Recovery:
        usual = self._evidence.usual
        return Recovery.of_probe(usual) if self._sharp else Recovery.of_share(usual, failed, seen)

    def _named(self, reason: str) -> tuple[tuple[str, str], ...]:
        """The labels; a segment that is not one of a reason is told with the commonest."""
        labels = self.identity.labels
        return labels if self._reason_in_labels else (*labels, ("reason", reason))

    def _turn_block(self, at_s: float) -> None:
        """Close the stretch that has ended and learn from it; judge by what it taught from now on."""
        block = int(at_s // self.settings.block_s)
        if self._block >= 0:
            self._learn(block)
        self._block, self._amount, self._failures, self._tainted = block, 0, 0, self.is_detected
        self._block_ends_s = (block + 1) * self.settings.block_s

    def _learn(self, block: int) -> None:
        ended_s = (self._block + 1) * self.settings.block_s
        quiet = not self._tainted and block - self._block <= 2
        self._usual.close(Stretch(ended_s, self._amount, self._failures), quiet)
        self.threshold_log_e = self.identity.threshold_log_e(self._amount * 60 / self.settings.block_s)
        if not self.is_detected:
            self.judge()

    def judge(self) -> None:
        """Take what was learned for usual from now on."""
        self._usual.trusted = self._usual.trusted or self._vouched
        envelope = self._usual.envelope()
        if envelope is not None:
            self.learned = True
            self._evidence.set_usual(envelope)
