"""A segment in which a share of observations fails: evidence, detection, recovery, learning."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence

from doorward.model.detection import Detection, Direction, Looks
from doorward.model.sign_in import SignInEvent
from doorward.watch.evidence import Recovery, ShareEvidence
from doorward.watch.level_evidence import LevelEvidence, Run
from doorward.watch.localisation import interval, smallest
from doorward.watch.looks import Verdict, verdict
from doorward.watch.observation import Observation, tally
from doorward.watch.people import Once
from doorward.watch.plans import Seen
from doorward.watch.segment import TAINTED_LOG_E, Identity, Segment, moment
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import Stretch
from doorward.watch.usual_share import FORGETS_S, RUN, Learned, UsualShare, unevenness

# Observations kept to count a detection's people and shares: minutes at any traffic that a single process can follow.
_KEPT = 4096
# An attack, or a ripple, is over when nothing of it came for so long.
_ATTACK_ENDS_S = 600.0
_RIPPLE_ENDS_S = 120.0


class ShareSegment(Segment):
    """Fed with observations in the log's order; raises a Detection at the failure that crosses the threshold."""

    def __init__(
        self,
        identity: Identity,
        prior: float,
        settings: WatchSettings,
        sharp: bool = False,
        most_kept: int = _KEPT,
    ) -> None:
        super().__init__(identity, settings)
        self._sharp = sharp
        self._evidence = ShareEvidence(prior, sharp)
        self._level = LevelEvidence(FORGETS_S)
        self._run_began_s: float | None = None
        self._once = Once(0.0 if sharp else settings.person_s)
        self._usual = UsualShare(prior, settings)
        self._expected: float | None = None
        self._observed = self._run_began = self._run_failures = self._runs = 0
        self._squares = 0.0
        self._kept: deque[Observation | Seen] = deque(maxlen=most_kept)
        self.restarted_s: float | None = None
        self._standing: Looks | None = None
        self._stands_until_s = 0.0
        self._hostile: set[str] = set()
        self._block = -1
        self._block_ends_s = 0.0
        self._amount = 0
        self._come = math.inf
        self._failures = 0
        self._reason_in_labels = any(name in ("reason", "journey") for name, _ in identity.labels)

    def log_e(self) -> float:
        """Log of the evidence against the usual share."""
        return max(self._evidence.log_e(), self._level_log_e())

    def _level_log_e(self) -> float:
        """Of a jump of the level: as of the last whole run, and with what came since weighed by the jump that fits."""
        if self._level.log_e < 0:
            return -math.inf
        up, down = self._level.best
        came = self._observed - self._run_began
        return self._level.log_e + self._run_failures * up + (came - self._run_failures) * down

    def onset_s(self) -> float:
        """The first failure of the run that fits best."""
        return self._strongest().onset_s

    def _strongest(self) -> ShareEvidence | LevelEvidence:
        """The evidence against the envelope, or that against the level where it wanders to."""
        return self._evidence if self._evidence.log_e() >= self._level_log_e() else self._level

    def expected(self) -> float:
        """The most that is usual, 0..1."""
        return self._evidence.usual

    @property
    def is_detected(self) -> bool:
        """Whether an outage, an attack or a ripple was told that is not over."""
        return self._recovery is not None or self._standing is not None

    def observe(
        self,
        at_s: float,
        key: str | None,
        failed: bool,
        reason: str,
        event: SignInEvent | None = None,
        since_s: float | None = None,
    ) -> Detection | None:
        """One event of the segment (`key`: who counts once, None = all); None unless it crosses the threshold.

        `since_s` is when its person was first seen."""
        if self._standing is not None and self._belongs(at_s, event, since_s):
            return None
        if not self._once.admits(key, at_s, failed):
            return None
        return self.admit(Observation(at_s, key, failed, reason, 1, event, since_s))

    def admit(self, one: Observation) -> Detection | None:
        """One event that counts, whoever found that it does; None unless it crosses the threshold."""
        self.turn(one.at_s)
        self._kept.append(one)
        self._amount += 1
        self._observed += 1
        if not one.failed:
            self._succeed()
            return None
        self._failures += 1
        return self._fail(one.at_s)

    def sets_aside(self, seen: Seen) -> bool:
        """Whether the event is a part of the attack or ripple that was told."""
        return self._standing is not None and self._belongs(seen.at_s, seen.event, seen.since_s)

    @property
    def is_setting_aside(self) -> bool:
        """Whether an attack or a ripple was told, and what belongs to it is left out."""
        return self._standing is not None

    def observe_each(self, came: Sequence[Seen], keys: Sequence[str | None]) -> None:
        """Events that are none of the bad kind, in their order, and who counts once in each."""
        if self.is_setting_aside:
            for seen, key in zip(came, keys, strict=True):
                self.observe(seen.at_s, key, False, seen.event.reason, seen.event, seen.since_s)
            return
        new, start = self._once.new(came, keys), 0
        for place, seen in enumerate(new):
            if seen.at_s >= self._block_ends_s:
                self.succeed_each(new[start:place])
                self.turn(seen.at_s)
                start = place
        self.succeed_each(new[start:] if start else new)

    def succeed_each(self, new: Sequence[Seen]) -> None:
        """Successes that count, in their order, all within the stretch."""
        self._kept.extend(new)
        self._amount += len(new)
        self._observed += len(new)
        for place in range(len(new)):
            if self._recovery is None:
                self._evidence.succeed(len(new) - place)
                return
            self._succeed()

    def turn(self, at_s: float) -> None:
        """Time has come to `at_s`: if the stretch has ended it is closed."""
        if at_s >= self._block_ends_s:
            self._turn_block(at_s)

    def _belongs(self, at_s: float, event: SignInEvent | None, since_s: float | None) -> bool:
        """Whether it is a part of the attack or ripple that was told, and so says nothing of an outage."""
        if at_s >= self._stands_until_s:
            self._standing = None
            self._hostile.clear()
            return False
        if self._standing is Looks.RIPPLE:
            return since_s is not None and self.restarted_s is not None and since_s <= self.restarted_s
        if event is None or event.source not in self._hostile:
            return False
        self._stands_until_s = at_s + _ATTACK_ENDS_S
        return True

    def succeed(self, at_s: float, count: int) -> None:
        """That many people were let in, each for the first time in `person_s`, up to that moment."""
        self.turn(at_s)
        self._kept.append(Observation(at_s, None, False, "", count))
        self._amount += count
        self._observed += count
        self._succeed(count)

    def _succeed(self, count: int = 1) -> None:
        if self._recovery is None:
            self._evidence.succeed(count)
        elif self._recovery.good(count):
            self.recover()

    def _fail(self, at_s: float) -> Detection | None:
        run = self._note_run(at_s)
        if self._vouched:
            return None
        if self._recovery is not None:
            self._recovery.bad()
            return None
        log_e = self._evidence.fail(at_s)
        if run is not None:
            log_e = max(log_e, self._level.run(run))
        if log_e >= self.threshold_log_e - TAINTED_LOG_E:
            self._tainted = True
            if log_e >= self.threshold_log_e:
                return self._detect(at_s)
        return None

    def _note_run(self, at_s: float) -> Run | None:
        """Every RUN failures, note how evenly they came; the run, if its share was expected."""
        self._run_failures += 1
        if self._run_failures < RUN:
            return None
        run, people, began_s = None, self._observed - self._run_began, self._run_began_s
        if self._expected is not None:
            self._runs += 1
            self._squares += unevenness(people, self._expected)
            if began_s is not None:
                run = Run(began_s, at_s, RUN, people, self._expected)
        self._run_failures, self._run_began, self._run_began_s = 0, self._observed, at_s
        return run

    def recover(self) -> None:
        """Begin afresh: what was detected is over."""
        if self._recovery is not None:
            # What the fault did to the level says nothing of the level after it, nor does a run that began in it.
            self._level.forget()
            self._run_began_s = None
        self._recovery = self._standing = None
        self._hostile.clear()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._evidence.reset()
        self._level.reset()

    def _detect(self, at_s: float) -> Detection | None:
        onset_s = self.onset_s()
        kept = [one.success() if isinstance(one, Seen) else one for one in self._kept]
        since = [one for one in kept if one.at_s >= onset_s]
        before = [one for one in kept if one.at_s < onset_s]
        self._usual.drop(onset_s)
        found = verdict(before, since, self._evidence.usual, self.restarted_s)
        if found.is_open or self._set_aside(found, at_s):
            return None
        detection = self._told(at_s, interval(kept, *self._strongest().best), since, found)
        if found.looks is Looks.OUTAGE or (found.looks is Looks.ATTACK and not found.hostile):
            self._recovery = self._recovery_from(*tally(since))
        else:
            self._begin_anew()
        return detection

    def _set_aside(self, found: Verdict, at_s: float) -> bool:
        """Leave out from now on what is no outage; returns whether it was told already."""
        known = self._standing is found.looks
        if found.looks is Looks.RIPPLE:
            self._standing, self._stands_until_s = Looks.RIPPLE, (self.restarted_s or at_s) + _RIPPLE_ENDS_S
        elif found.hostile:
            self._standing, self._stands_until_s = Looks.ATTACK, at_s + _ATTACK_ENDS_S
            self._hostile |= found.hostile
        else:
            return False
        if known:
            self._begin_anew()
        return known

    def _told(self, at_s: float, began: tuple[float, float], since: list[Observation], found: Verdict) -> Detection:
        onset_s, (first_s, last_s) = self.onset_s(), began
        failed, seen = tally(since)
        people = len({kept.key for kept in since if kept.failed and kept.key is not None})
        reasons = Counter(kept.reason for kept in since if kept.failed).most_common()
        self.told = self._named(str(reasons[0][0]))
        within = smallest(since, self._evidence.usual) if found.looks is Looks.OUTAGE else ()
        return Detection(
            detected_at=moment(at_s),
            onset=moment(onset_s),
            signal=self.identity.signal,
            segment=self.told,
            observed=failed / seen,
            expected=self._evidence.usual,
            direction=Direction.UP,
            evidence_log_e=self.log_e(),
            threshold_log_e=self.threshold_log_e,
            people=people,
            evidence=(
                f"{failed} of {seen} failed since {moment(onset_s):%H:%M:%S} UTC ({failed / seen:.0%}); "
                f"usual is at most {self._evidence.usual:.2%} ({'learned' if self.learned else 'prior'})",
                f"{people} distinct; each counts once in {self.settings.person_s:.0f} s",
                "reasons: " + ", ".join(f"{reason} {count}" for reason, count in reasons),
                f"began between {moment(first_s):%H:%M:%S} and {moment(last_s):%H:%M:%S} UTC (95 %)",
                found.why,
                *((f"explained by {_words(within)} alone",) if within else ()),
                self.budget_words(),
            ),
            onset_from=moment(first_s),
            onset_to=moment(last_s),
            looks=found.looks,
            within=within,
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
        self._runs, self._squares = 0, 0.0
        self._block_ends_s = (block + 1) * self.settings.block_s

    def _learn(self, block: int) -> None:
        ended_s, self._come = (self._block + 1) * self.settings.block_s, self._amount
        quiet = self._recovery is None and block - self._block <= 2
        stretch = Stretch(ended_s, self._amount, self._failures, self._runs, self._squares)
        self._usual.close(stretch, quiet, held=self._tainted)
        if self._vouched:
            self._usual.settle()
        self.threshold_log_e = self.identity.threshold_log_e(self._amount * 60 / self.settings.block_s)
        if not self.is_detected:
            self._judge(block * self.settings.block_s)

    def judge(self) -> None:
        """Take what was learned for usual from now on."""
        self._judge(self._block_ends_s)

    def kept(self) -> Learned | None:
        """What was learned of the usual share, to be stored; None if nothing was."""
        return self._usual.learned()

    def take_up(self, kept: Learned) -> None:
        """Go on from what was stored: it is what people vouched for, or what was learned here."""
        self._usual.take_up(kept)
        self._judge(kept.last_s)

    def _judge(self, at_s: float) -> None:
        self._usual.trusted = self._usual.trusted or self._vouched
        judged = self._usual.judge(at_s, self._come)
        self._expected = None if judged is None else judged.expected
        if judged is not None:
            self.learned = True
            self._evidence.set_usual(judged.envelope, self._usual.dispersion())
            spread = self._usual.spread() if judged.is_followed else None
            self._level.set_usual(judged.whole, spread, self._usual.dispersion())


def _words(labels: tuple[tuple[str, str], ...]) -> str:
    return " and ".join(f"{name} {value}" for name, value in labels)
