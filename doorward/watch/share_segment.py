"""A segment in which a share of observations fails: evidence, detection, recovery, learning."""

from __future__ import annotations

from collections import Counter, deque
from typing import NamedTuple

from doorward.model.detection import Detection, Direction
from doorward.watch.evidence import Recovery, ShareEvidence
from doorward.watch.people import Once
from doorward.watch.segment import TAINTED_LOG_E, Identity, Segment, moment
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch
from doorward.watch.usual_share import RUN, UsualShare, unevenness

# Observations kept to count a detection's people and shares: minutes at any traffic that a single process can follow.
_KEPT = 4096


class Observation(NamedTuple):
    """One that counts: who, whether it failed, and the reason of the log; `amount` successes may stand in one."""

    at_s: float
    key: str | None
    failed: bool
    reason: str
    amount: int = 1


class ShareSegment(Segment):
    """Fed with observations in the log's order; raises a Detection at the failure that crosses the threshold."""

    def __init__(self, identity: Identity, prior: float, settings: WatchSettings, sharp: bool = False) -> None:
        super().__init__(identity, settings)
        self._sharp = sharp
        self._evidence = ShareEvidence(prior, sharp)
        self._once = Once(0.0 if sharp else settings.person_s)
        self._usual = UsualShare(prior, settings)
        self._expected: float | None = None
        self._run_began = self._run_failures = self._runs = 0
        self._squares = 0.0
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

    def succeed(self, at_s: float, count: int) -> None:
        """That many people were let in, each for the first time in `person_s`, up to that moment."""
        if at_s >= self._block_ends_s:
            self._turn_block(at_s)
        self._kept.append(Observation(at_s, None, False, "", count))
        self._amount += count
        self._succeed(count)

    def _succeed(self, count: int = 1) -> None:
        if self._recovery is None:
            self._evidence.succeed(count)
        elif self._recovery.good(count):
            self.recover()

    def _fail(self, at_s: float) -> Detection | None:
        self._note_run()
        if self._vouched:
            return None
        if self._recovery is not None:
            self._recovery.bad()
            return None
        log_e = self._evidence.fail(at_s)
        if log_e >= self.threshold_log_e - TAINTED_LOG_E:
            self._tainted = True
            if log_e >= self.threshold_log_e:
                return self._detect(at_s)
        return None

    def _note_run(self) -> None:
        """Every RUN failures, note how evenly they came."""
        self._run_failures += 1
        if self._run_failures < RUN:
            return
        if self._expected is not None:
            self._runs += 1
            self._squares += unevenness(self._amount - self._run_began, self._expected)
        self._run_failures, self._run_began = 0, self._amount

    def recover(self) -> None:
        """Begin afresh: what was detected is over."""
        self._recovery = None
        self._evidence.reset()

    def _detect(self, at_s: float) -> Detection:
        onset_s = self._evidence.onset_s
        since = [kept for kept in self._kept if kept.at_s >= onset_s]
        failed = [kept for kept in since if kept.failed]
        seen = sum(kept.amount for kept in since)
        observed = len(failed) / seen
        people = len({kept.key for kept in failed if kept.key is not None})
        reasons = Counter(kept.reason for kept in failed).most_common()
        self._recovery = self._recovery_from(len(failed), seen)
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
                f"{len(failed)} of {seen} failed since {moment(onset_s):%H:%M:%S} UTC ({observed:.0%}); "
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
        self._runs, self._squares, self._run_failures, self._run_began = 0, 0.0, 0, 0
        self._block_ends_s = (block + 1) * self.settings.block_s

    def _learn(self, block: int) -> None:
        ended_s = (self._block + 1) * self.settings.block_s
        quiet = not self._tainted and block - self._block <= 2
        self._usual.close(Stretch(ended_s, self._amount, self._failures, self._runs, self._squares), quiet)
        self.threshold_log_e = self.identity.threshold_log_e(self._amount * 60 / self.settings.block_s)
        if not self.is_detected:
            self._judge(block * self.settings.block_s)

    def judge(self) -> None:
        """Take what was learned for usual from now on."""
        self._judge(self._block_ends_s)

    def _judge(self, at_s: float) -> None:
        self._usual.trusted = self._usual.trusted or self._vouched
        envelope = self._usual.envelope(at_s)
        self._expected = self._usual.expected(at_s)
        if envelope is not None:
            self.learned = True
            self._evidence.set_usual(envelope, self._usual.dispersion())
