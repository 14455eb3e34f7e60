"""A segment in which people come at a rate: more than usual (inquiries) or far fewer (sign-ins) is the departure."""

from __future__ import annotations

from collections.abc import Iterable

from doorward.model.detection import Detection, Direction, Looks
from doorward.watch.evidence import RateEvidence, Recovery
from doorward.watch.people import Once
from doorward.watch.segment import Identity, Segment, moment
from doorward.watch.settings import WatchSettings
from doorward.watch.usual import LearnedRate, Stretch, UsualMost, UsualVolume

# A longer silence than this is a gap in the log, not a course of events: evidence begins afresh after it.
_GAP_S = 8 * 86400
_HOUR_S = 3600.0


class RateSegment(Segment):
    """Fed with events and with the passing of time; time only runs forward, an event of the past counts as now.

    One observation is one second. A segment without an envelope (`prior_per_s` None, nothing learned) says nothing.
    """

    def __init__(self, identity: Identity, prior_per_s: float | None, falling: bool, settings: WatchSettings) -> None:
        super().__init__(identity, settings)
        self._falling = falling
        self._evidence = RateEvidence(prior_per_s, falling) if prior_per_s else None
        self._once = Once(settings.person_s)
        self._usual: UsualMost | UsualVolume = (
            UsualMost(prior_per_s, _HOUR_S, settings) if prior_per_s else UsualVolume(settings)
        )
        self._second: int | None = None
        self._block_events = 0
        self._times: list[float] = []
        # When the component's log last said anything at all; set by whoever reads it.
        self.heard_s: float | None = None

    def log_e(self) -> float:
        """Log of the evidence against the usual rate; minus infinity while nothing is known."""
        return self._evidence.log_e() if self._evidence is not None else float("-inf")

    def onset_s(self) -> float:
        """Where the run that fits best began."""
        return self._evidence.onset_s if self._evidence is not None else 0.0

    def expected(self) -> float | None:
        """The envelope, per minute."""
        return self._evidence.usual_per_s * 60 if self._evidence is not None else None

    def observe_each(self, came: Iterable[tuple[float, str | None]]) -> list[Detection]:
        """Those came, at these times; the detections that time or they brought."""
        found: list[Detection] = []
        for at_s, key in came:
            self.heard_s = at_s
            found += self.observe(at_s, key)
        return found

    def observe(self, at_s: float, key: str | None) -> tuple[Detection, ...]:
        """Somebody came; the detections that time or this event brought."""
        found = self.advance(at_s)
        if not self._once.admits(key, at_s, failed=False):
            return found
        self._block_events += 1
        self._times.append(at_s)
        if self._recovery is not None:
            if self._recovery.bad():
                self.recover()
        elif self._evidence is not None and not self._vouched and self._evidence.count(at_s) >= self.threshold_log_e:
            return (*found, self._detect(at_s))
        return found

    def advance(self, to_s: float) -> tuple[Detection, ...]:
        """Time passes up to the last whole second before `to_s`."""
        target = int(to_s)
        if self._second is None or self._second >= target:
            return ()
        if target - self._second > _GAP_S:
            self.begin(target)
        found: list[Detection] = []
        while self._second < target:
            block_end = (int(self._second // self.settings.block_s) + 1) * int(self.settings.block_s)
            found += self._pass(self._second, min(target, block_end))
            if self._second == block_end:
                self._close_block(block_end)
        return tuple(found)

    def begin(self, second: int) -> None:
        """Nothing is known of the time before `second`. Until it has begun, a segment says nothing."""
        self._second = second
        self._block_events = 0
        self._tainted = True  # A block that was not seen from its start teaches nothing.
        self.judge()
        if self._evidence is not None:
            self._evidence.reset()

    def _pass(self, second: int, end: int) -> list[Detection]:
        """Silence from `second` to `end`, within one block."""
        self._second = end
        if self._recovery is not None:
            if self._recovery.good(end - second):
                self.recover()
            return []
        if self._evidence is None or self._vouched:
            return []
        reached = self._evidence.advance(second, end - second, self.threshold_log_e)
        self._tainted = self._tainted or self.is_suspicious
        return [] if reached is None else [self._detect(reached)]

    def recover(self) -> None:
        """Begin afresh: what was detected is over."""
        self._recovery = None
        if self._evidence is not None:
            self._evidence.reset()

    def _detect(self, at_s: float) -> Detection:
        assert self._evidence is not None
        onset_s = min(self._evidence.onset_s, at_s)
        events = sum(1 for time in self._times if onset_s <= time <= at_s)
        observed_per_s = events / max(at_s - onset_s, 1.0)
        usual_per_s = self._evidence.usual_per_s
        self._recovery = Recovery.of_rate(usual_per_s, observed_per_s)
        self._tainted = True
        bound = "at least" if self._falling else "at most"
        return Detection(
            detected_at=moment(at_s),
            onset=moment(onset_s),
            signal=self.identity.signal,
            segment=self.identity.labels,
            observed=observed_per_s * 60,
            expected=usual_per_s * 60,
            direction=Direction.DOWN if self._falling else Direction.UP,
            evidence_log_e=self.log_e(),
            threshold_log_e=self.threshold_log_e,
            people=0 if self._falling else events,
            evidence=(
                f"{events} in {max(at_s - onset_s, 1.0):.0f} s since {moment(onset_s):%H:%M:%S} UTC "
                f"({observed_per_s * 60:.1f} a minute); usual is {bound} {usual_per_s * 60:.1f} a minute "
                f"({'learned' if self.learned else 'prior'})",
                f"each counts once in {self.settings.person_s:.0f} s",
                *(("the whole log is silent: a gap in it, or nothing runs",) if self._is_silent(onset_s) else ()),
                self.budget_words(),
            ),
            looks=Looks.LOG_SILENT if self._is_silent(onset_s) else Looks.OUTAGE,
        )

    def _is_silent(self, onset_s: float) -> bool:
        """Whether nothing at all was heard since then, of whatever kind."""
        return self._falling and self.heard_s is not None and self.heard_s <= onset_s

    def _close_block(self, end: int) -> None:
        block_s = self.settings.block_s
        self._usual.close(Stretch(float(end), block_s, self._block_events), quiet=not self._tainted)
        self._times = [time for time in self._times if end - time < _HOUR_S]
        self._block_events = 0
        self._tainted = self.is_detected
        if not self.is_detected:
            self.judge()

    def kept(self) -> LearnedRate | None:
        """What was learned of the usual rate, to be stored; None if nothing was."""
        return self._usual.learned()

    def take_up(self, kept: LearnedRate) -> None:
        """Go on from what was stored, from the first event on."""
        self._usual.take_up(kept)
        self.judge()

    def judge(self) -> None:
        """Take what was learned for usual from now on."""
        if isinstance(self._usual, UsualVolume):
            self._set_usual(self._usual.envelope(float(self._second or self._usual.newest_s)))
            return
        self._usual.trusted = self._usual.trusted or self._vouched
        if (envelope := self._usual.envelope()) is not None:
            self._set_usual(envelope)

    def _set_usual(self, per_s: float | None) -> None:
        self.learned = per_s is not None
        if per_s is None:
            self._evidence = None
        elif self._evidence is None:
            self._evidence = RateEvidence(per_s, self._falling)
        else:
            self._evidence.set_usual(per_s)
