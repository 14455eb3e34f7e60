"""The metrics as Prometheus reads them: figures of the watch and of the store in, families of samples out.

The dashboard runs in the daemon's process: `figures_from` tells where the watch's figures come from. A dashboard alone
shows what the store holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from doorward.model.detection import SegmentState
from doorward.watch import metric_names as names
from doorward.watch.localisation import DIMENSIONS
from doorward.wiring.watch_figures import WatchFigures

Family = CounterMetricFamily | GaugeMetricFamily
Sample = tuple[names.Metric, tuple[str, ...], float]

_figures: Callable[[], WatchFigures] | None = None


def figures_from(source: Callable[[], WatchFigures] | None) -> None:
    """From now on the watch's figures are asked there; None: there is no watch in this process."""
    global _figures
    _figures = source


def watch_samples() -> Iterator[Sample]:
    """What the watch of this process says, nothing without one."""
    if _figures is not None:
        yield from samples(_figures())


def samples(figures: WatchFigures) -> Iterator[Sample]:
    """The watch's figures, each under its metric."""
    for (component, kind, outcome, reason), count in sorted(figures.events.items()):
        yield names.EVENTS, (component, kind, outcome, reason), count
    for window in figures.windows:
        for (kind, outcome, reason), people in sorted(window.people.items()):
            yield names.PEOPLE, (window.component, kind, outcome, reason), people
    for state in figures.segments:
        if _is_told(state):
            yield from _segment(state)
    yield names.FORGOTTEN, (), figures.forgotten
    for log in figures.logs:
        if log.last_at is not None:
            yield names.LAST_EVENT, (log.component,), log.last_at.timestamp()
        yield names.UNPARSED, (log.component,), log.unparsed
    yield names.BEHIND, (), figures.is_behind


def _is_told(state: SegmentState) -> bool:
    """Clients, networks, providers and browsers come and go, and a network may be a person: they stand on the
    dashboard, and what they tell makes an incident; here they would only be labels without end."""
    return not any(name in DIMENSIONS for name, _ in state.usual.segment)


def _segment(state: SegmentState) -> Iterator[Sample]:
    usual = state.usual
    component = dict(usual.segment).get("component", "")
    rest = ",".join(f"{name}={value}" for name, value in usual.segment if name != "component")
    labels = (usual.signal.value, component, rest)
    yield names.EVIDENCE, labels, max(state.log_e, 0.0)
    yield names.THRESHOLD, labels, state.threshold_log_e
    if usual.expected is not None:
        yield names.USUAL, labels, usual.expected
    yield names.LEARNED, labels, usual.learned
    yield names.DETECTED, labels, state.detected


class Samples(Collector):
    """A collector of samples that are already there."""

    def __init__(self, found: Iterable[Sample]) -> None:
        self._found = tuple(found)

    def collect(self) -> Iterator[Family]:
        """The families in the order of their definition; those without a sample are left out."""
        families = {metric: _family(metric) for metric in names.METRICS}
        for metric, labels, value in self._found:
            families[metric].add_metric(labels, float(value))
        return (family for family in families.values() if family.samples)


def _family(metric: names.Metric) -> Family:
    if metric.type is names.Type.COUNTER:
        return CounterMetricFamily(metric.name.removesuffix("_total"), metric.says, labels=metric.labels)
    return GaugeMetricFamily(metric.name, metric.says, labels=metric.labels)
