"""The probes of one Doorward, at its vantage point: run with manners, and told with what counts of them.

In: Settings. Out: ProbeResults; what of them the watch is told; what other vantage points found, from the shared store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from doorward.model.journey import ProbeResult
from doorward.probe.driver import run
from doorward.probe.manners import Jury, Patience, evidence
from doorward.settings import Settings
from doorward.settings_tables import ProbeTable
from doorward.store import watching
from doorward.wiring.probe_plans import probe_plan


class Prober:
    """One prober. Each probe is run by one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._patience = {probe.name: Patience() for probe in settings.probe}
        self._juries: dict[str, Jury] = {}
        self._heard: int | None = None

    def knock(self, probe: ProbeTable, now: datetime) -> ProbeResult | None:
        """Sign in once; None while the service asked this probe to wait."""
        patience = self._patience[probe.name]
        if patience.stays_away(now):
            return None
        result = self.once(probe, now)
        patience.learn(result, probe.every_s)
        return result

    def once(self, probe: ProbeTable, now: datetime) -> ProbeResult:
        """Sign in once, whatever was asked before: to see whether a repair worked."""
        return replace(run(probe_plan(self._settings, probe), now), vantage=self._settings.vantage.name)

    def waits(self, probe: ProbeTable) -> str:
        """Until when it stays away and why, empty if it does not."""
        patience = self._patience[probe.name]
        if patience.until is None:
            return ""
        return f"waits until {patience.until:%H:%M:%S} because the service asked it to ({patience.reason})"

    def counted(self, result: ProbeResult) -> tuple[ProbeResult, ...]:
        """What of this and earlier results is evidence now."""
        failures, of_last = _terms(self._settings, result.journey)
        return self._juries.setdefault(result.label, Jury(failures, of_last)).hear(result)

    def elsewhere(self) -> tuple[ProbeResult, ...]:
        """What other vantage points found since the last call; nothing of before the first. Raises StoreUnavailable."""
        if self._heard is None:
            self._heard = watching.last_probe()
        found = watching.probes_elsewhere(self._settings.vantage.name, self._heard)
        self._heard = found[-1][0] if found else self._heard
        return tuple(result for _, result in found)


def counted(settings: Settings, results: Iterable[ProbeResult]) -> tuple[ProbeResult, ...]:
    """Of kept results, oldest first, those that are evidence."""
    by_probe: dict[str, list[ProbeResult]] = {}
    for result in results:
        by_probe.setdefault(result.journey, []).append(result)
    found = [one for name, own in by_probe.items() for one in evidence(own, *_terms(settings, name))]
    return tuple(sorted(found, key=lambda result: result.at))


def _terms(settings: Settings, name: str) -> tuple[int, int]:
    """(failures, of_last) of that probe; of one that is no longer declared, each failure counts."""
    return next(((probe.failures, probe.of_last) for probe in settings.probe if probe.name == name), (1, 1))
