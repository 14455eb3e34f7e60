"""What others make of the same people: burn-rate rules, a Prometheus rule, river's and ruptures' detectors.

Each is given everybody's first answer in order (retries, late and repeated lines taken out): kinder than a log.
Rules are asked every minute, river's detectors at every person with their own defaults, ruptures (PELT on least squares
over the last two hours by the minute, penalty 3 log(n) variances) every minute; only changes upwards count. Its PELT of
a linear kernel is the one in C: it gives what `Pelt(model="l2")` gives, in a five-hundredth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import ruptures
from river.drift import ADWIN, PageHinkley
from river.drift.binary import DDM

from bench.traffic_model import Floats, Ints, Lines

BURN, RATE = "burn rate 14.4x, 1 h and 5 min", "rate[5m] > 3x for 5 min"


def rules(lines: Lines, usual: float) -> dict[str, list[int]]:
    """Minutes at whose end each rule began to fire."""
    hour, five = (_share(lines.minute_failed, lines.minute_people, width) for width in (60, 5))
    burning = np.minimum(hour, five) > 14.4 * 1.5 * usual
    over = five > 3 * usual
    held = np.convolve(over, np.ones(6), "full")[: over.size] >= 6
    return {BURN: _begins(burning), RATE: _begins(held)}


def _share(failed: Ints, people: Ints, width: int) -> Floats:
    """Of the last `width` minutes, nought where nobody came."""
    window = np.ones(width)
    bad = np.convolve(failed, window, "full")[: failed.size]
    return np.asarray(bad / np.maximum(np.convolve(people, window, "full")[: failed.size], 1))


def _begins(fires: Ints) -> list[int]:
    return [int(minute) for minute in np.flatnonzero(np.diff(fires.astype(int), prepend=0) == 1)]


def of_river(lines: Lines) -> dict[str, list[int]]:
    """People at whom each of river's detectors told a change upwards."""
    made: dict[str, Callable[[], object]] = {
        "river ADWIN": ADWIN,
        "river PageHinkley": lambda: PageHinkley(mode="up"),
        "river DDM": DDM,
    }
    return {name: list(_changes(make(), lines.failed.tolist())) for name, make in made.items()}


def _changes(detector: object, failed: list[bool]) -> Iterator[int]:
    before = 0.0
    for number, one in enumerate(failed):
        detector.update(int(one))  # type: ignore[attr-defined]
        estimate = getattr(detector, "estimation", None)
        if detector.drift_detected and (estimate is None or estimate > before):  # type: ignore[attr-defined]
            yield number
        before = before if estimate is None else estimate


def of_ruptures(lines: Lines, first_minute: int) -> list[int]:
    """Minutes at which PELT saw a rise within the last ten."""
    share = lines.minute_failed / np.maximum(lines.minute_people, 1)
    found: list[int] = []
    for minute in range(max(first_minute, 120), share.size):
        window = share[minute - 119 : minute + 1]
        penalty = 3 * np.log(120) * max(float(np.var(window[:60])), 1e-6)
        ends = ruptures.KernelCPD(kernel="linear", min_size=3).fit(window.reshape(-1, 1)).predict(pen=penalty)
        if len(ends) > 1 and ends[-2] >= 110 and window[ends[-2] :].mean() > window[: ends[-2]].mean():
            found.append(minute)
    return found


def places(lines: Lines, minutes: list[int]) -> list[float]:
    """Minutes as seconds after the stretch's beginning, at their end."""
    return [60.0 * (minute + 1) for minute in minutes]
