"""The watcher: events, probes and time in; detections, usual rates and recent windows out.

Time is the events' own. `advance` moves it on by the clock where a log is silent (live), or to the end (replay); a log
may lag by `late_s`. The order of events within a component is all that counts, so a replayed file gives the same
detections as the live stream, however it was cut into batches.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import compress, pairwise, repeat

from doorward import extensions
from doorward.model.detection import Detection, Direction, SegmentState, Signal, Suspicion, UsualRate
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import Bucket, Kind, SignInEvent
from doorward.uncollected import uncollected
from doorward.watch import detectors as _folder
from doorward.watch.component import Component
from doorward.watch.kept import Kept
from doorward.watch.partial_buckets import buckets
from doorward.watch.partial_counts import Counting, Partial
from doorward.watch.plans import Detector, Labels
from doorward.watch.rate_segment import RateSegment
from doorward.watch.segment import Identity, moment
from doorward.watch.settings import WatchSettings
from doorward.watch.share_segment import ShareSegment

_CONFIGURATION = Kind.CONFIGURATION


def detectors() -> tuple[Detector, ...]:
    """Every detector of the folder and of others' packages, by name."""
    return extensions.load(sys.modules[_folder.__name__], "DETECTOR", Detector, lambda detector: detector.id)


def _order(detection: Detection) -> tuple[datetime, bool, Labels]:
    """Of one moment, what lines told by name, and then what silence told: whatever was taken in first."""
    return detection.detected_at, detection.direction is Direction.DOWN, detection.segment


class Watcher:
    """Watches the components of one service; an event of another component is refused with KeyError.

    Without `windows` nothing is counted for `series`: nobody looks at the recent windows of a replay.
    """

    def __init__(
        self,
        settings: WatchSettings,
        components: tuple[str, ...],
        found: tuple[Detector, ...] | None = None,
        windows: bool = True,
    ) -> None:
        self.settings = settings
        used = detectors() if found is None else found
        weights = sum(detector.weight for detector in used)
        parts = {detector.id: detector.weight / weights for detector in used}
        budget = settings.false_alarms_per_month
        each = {name: budget * part / max(len(components), 1) for name, part in parts.items()}
        self._components = {name: Component(name, used, each, settings) for name in components}
        counting = Counting(width_s=settings.window_s, most_windows=settings.windows_kept)
        self._windows = {name: Partial(name, counting) for name in components} if windows else {}
        self._probing = tuple((d, budget * parts[d.id]) for d in used if d.probe_prior is not None)
        self._journeys: dict[tuple[str, str], list[ShareSegment]] = {}
        self._found: list[Detection] = []
        self._began_s: float | None = None
        self._now_s = float("-inf")
        self._disturbed_s: float | None = None

    def feed(self, events: Iterable[SignInEvent]) -> None:
        """Events in their log's order; those of several components in any order between them."""
        events = tuple(events)
        times = [event.at.timestamp() for event in events]
        restarts = {place for place, event in enumerate(events) if event.kind is _CONFIGURATION}
        with uncollected():
            for start, end in pairwise((0, *(place + 1 for place in sorted(restarts)), len(events))):
                self._feed(events[start:end], times[start:end])
                if start < end and end - 1 in restarts:
                    for component in self._components.values():
                        component.restart(times[end - 1])
            if self._windows:
                self._count(events)
        if times:
            self._pass(times[0])
            self._pass(max(times))

    def _feed(self, events: Sequence[SignInEvent], times: Sequence[float]) -> None:
        """Events between two restarts, each component's by themselves."""
        names = dict.fromkeys([event.component for event in events])
        for name in names:
            own = [event.component == name for event in events] if len(names) > 1 else repeat(True)
            self._found += self._components[name].feed(list(compress(events, own)), list(compress(times, own)))

    def _count(self, events: Iterable[SignInEvent]) -> None:
        for name, counted in self._windows.items():
            counted.add_events([event for event in events if event.component == name])

    def probe(self, result: ProbeResult) -> None:
        """How one of Doorward's own sign-ins went; one that was blind or had to wait says nothing."""
        if result.outcome in (ProbeOutcome.BLIND, ProbeOutcome.WAITING):
            return
        at_s, failed = result.at.timestamp(), result.outcome is not ProbeOutcome.PASSED
        for segment in self._journey(result.journey, result.vantage):
            detection = segment.observe(at_s, None, failed, result.reason)
            if detection is not None:
                self._found.append(detection)
        self._pass(at_s)

    def advance(self, now: datetime) -> tuple[Detection, ...]:
        """Time has come to `now`; the detections since the last call, in order of time. Silence counts up to `late_s`
        ago. Call it after every `feed`, and every second or so where the log may be silent."""
        silent_to_s = now.timestamp() - self.settings.late_s
        for component in self._components.values():
            self._found += component.advance(silent_to_s)
        self._pass(now.timestamp())
        if self.suspicious():
            self._disturbed_s = self._now_s
        found, self._found = self._found, []
        return tuple(sorted(found, key=_order))

    def warm_start(self, events: Iterable[SignInEvent]) -> None:
        """Learn what is usual from history that people vouch for; nothing of it is a detection."""
        for segment in self._segments():
            segment.begin_history()
        self.feed(events)
        self._found = []
        for segment in self._segments():
            segment.end_history()
        self._disturbed_s = None

    def kept(self) -> tuple[Kept, ...]:
        """What was learned of the detectors' own segments, to be stored."""
        found = []
        for part in self._components.values():
            found += [Kept(one.identity.signal, one.identity.labels, share=one.kept()) for one in part.shares]
            found += [Kept(one.identity.signal, one.identity.labels, rate=one.kept()) for one in part.rates]
        return tuple(one for one in found if one.share is not None or one.rate is not None)

    def take_up(self, kept: Iterable[Kept]) -> None:
        """Go on from what was stored; of segments that are no longer watched nothing is taken."""
        by_segment = {(one.signal, one.segment): one for one in kept}
        for segment in self._segments():
            one = by_segment.get((segment.identity.signal, segment.identity.labels))
            if one is None:
                continue
            if isinstance(segment, ShareSegment) and one.share is not None:
                segment.take_up(one.share)
            elif isinstance(segment, RateSegment) and one.rate is not None:
                segment.take_up(one.rate)

    def quiet_since(self) -> datetime | None:
        """Since when nothing has been suspicious; None while something is, or before the first event."""
        if self._began_s is None or self.suspicious():
            return None
        return moment(self._began_s if self._disturbed_s is None else self._disturbed_s)

    def suspicious(self) -> tuple[Suspicion, ...]:
        """What has left its usual course, detected or not yet; strongest first."""
        found = [segment.suspicion() for segment in self._segments() if segment.is_suspicious]
        return tuple(sorted(found, key=lambda suspicion: (not suspicion.detected, -suspicion.log_e)))

    def is_recovered(self, signal: Signal, segment: Labels | None = None) -> bool:
        """Whether no detection of that signal (of that segment, as a Detection names it) still stands."""
        return not any(
            standing.is_detected
            for standing in self._segments()
            if standing.identity.signal is signal and (segment is None or segment == standing.told)
        )

    def usual(self) -> tuple[UsualRate, ...]:
        """What is usual for every segment."""
        return tuple(segment.usual() for segment in self._segments())

    def states(self) -> tuple[SegmentState, ...]:
        """How every segment stands."""
        return tuple(segment.state() for segment in self._segments())

    def forgotten(self) -> int:
        """Parts (clients, networks, providers, browsers) that had to make room for others."""
        return sum(part.forgotten for component in self._components.values() for part in component.parts)

    def series(self, component: str) -> tuple[Bucket, ...]:
        """The recent windows of a component, oldest first. Raises KeyError for one that is not watched."""
        return buckets(self._windows[component])

    def _segments(self) -> tuple[ShareSegment | RateSegment, ...]:
        probes = tuple(segment for segments in self._journeys.values() for segment in segments)
        return tuple(segment for part in self._components.values() for segment in part.segments()) + probes

    def _journey(self, journey: str, vantage: str) -> list[ShareSegment]:
        key = (journey, vantage)
        labels = (("journey", journey), ("vantage", vantage)) if vantage else (("journey", journey),)
        if key not in self._journeys:
            self._journeys[key] = [
                ShareSegment(
                    Identity(detector.signal, labels, budget, self.settings.probes_per_min),
                    detector.probe_prior(self.settings),
                    self.settings,
                    sharp=True,
                )
                for detector, budget in self._probing
                if detector.probe_prior is not None
            ]
        return self._journeys[key]

    def _pass(self, at_s: float) -> None:
        self._began_s = at_s if self._began_s is None else self._began_s
        self._now_s = max(self._now_s, at_s)
