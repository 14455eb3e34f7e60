"""A probe's manners: when it may knock again, and which of its failures count as evidence. Pure; time is an argument.

In: results as they come. Out: pauses in seconds, and what the watch and the diagnosis are told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.manners_lockout import MOST_WAIT_S

_AGAINST = frozenset({ProbeOutcome.FAILED, ProbeOutcome.UNREACHABLE})
# Outcomes that say nothing of the service.
SILENT = frozenset({ProbeOutcome.BLIND, ProbeOutcome.WAITING})
# Failed sign-ins are forgotten after minutes at least: half of them is no manners.
LEAST_WAIT_S = 60.0


def pause_s(every_s: float, jitter: float, draw: float) -> float:
    """How long after the start of one run the next begins: `every_s`, more or less by the share `jitter`; `draw` is a
    random number of 0..1. Several probers do not knock at once, and a service cannot tell by the clock who knocks."""
    return every_s * (1 + jitter * (2 * draw - 1))


def wait_s(result: ProbeResult, times: int, every_s: float) -> float:
    """How long to stay away after the service asked for it for the `times`-th time in a row: as it said, else longer
    each time, bounded."""
    if result.wait_s is not None:
        return max(result.wait_s, every_s)
    doubled: float = max(LEAST_WAIT_S, every_s) * 2.0 ** min(times - 1, 10)
    return min(doubled, MOST_WAIT_S)


@dataclass(slots=True)
class Patience:
    """Back-off of one probe: how often in a row it was asked to wait, and until when it stays away."""

    times: int = 0
    until: datetime | None = None
    reason: str = ""

    def stays_away(self, now: datetime) -> bool:
        """Whether it is too early to knock."""
        return self.until is not None and now < self.until

    def learn(self, result: ProbeResult, every_s: float) -> None:
        """Take to heart how it went."""
        if result.outcome is not ProbeOutcome.WAITING:
            self.times, self.until, self.reason = 0, None, ""
            return
        self.times += 1
        self.reason = result.reason
        self.until = result.at + timedelta(seconds=wait_s(result, self.times, every_s))


@dataclass(slots=True)
class Jury:
    """Hears one probe at one vantage point: a failure is evidence once `failures` of the last `of_last` runs failed.

    What was held back since the last pass is then told with it, so that a real outage is not told later than without.
    """

    failures: int
    of_last: int
    _last: deque[bool] = field(default_factory=deque)
    _held: list[ProbeResult] = field(default_factory=list)

    def hear(self, result: ProbeResult) -> tuple[ProbeResult, ...]:
        """What counts now, oldest first: nothing for a failure that may be chance, and for silence."""
        if result.outcome in SILENT:
            return ()
        failed = result.outcome in _AGAINST
        self._last.append(failed)
        while len(self._last) > self.of_last:
            self._last.popleft()
        if not failed:
            self._held.clear()
            return (result,)
        self._held.append(result)
        if sum(self._last) < self.failures:
            return ()
        told = tuple(self._held)
        self._held.clear()
        return told


def evidence(results: Iterable[ProbeResult], failures: int, of_last: int) -> tuple[ProbeResult, ...]:
    """Of results in order of time, those that count; each probe at each vantage point is heard apart, and what a
    blind or waiting prober says of itself is kept."""
    juries: dict[str, Jury] = {}
    found: list[ProbeResult] = []
    for result in results:
        jury = juries.setdefault(result.label, Jury(failures, of_last))
        found.extend((result,) if result.outcome in SILENT else jury.hear(result))
    return tuple(sorted(found, key=lambda result: result.at))
