"""Every figure becomes a sample under its metric, with labels that are bounded."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from doorward.model.detection import SegmentState, Signal, UsualRate
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.watch import metric_names as names
from doorward.web import metrics
from doorward.wiring.watch_figures import LogFigures, WatchFigures

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
REFUSED = (Kind.SESSION, Outcome.FAILURE, Reason.NETWORK_CHANGED)
FRESH = (("component", "auth"), ("session", "fresh"))
PART = (("component", "auth"), ("network", "n1"))
FIGURES = WatchFigures(
    events={("auth", *REFUSED): 7},
    windows=(Bucket("auth", AT, 10.0, {REFUSED: 7}, {REFUSED: 4}),),
    segments=(
        SegmentState(UsualRate(Signal.SESSION_REJECTIONS, FRESH, 0.001, learned=True), 21.5, 17.0, detected=True),
        SegmentState(UsualRate(Signal.SIGN_IN_VOLUME, FRESH[:1], None, learned=False), -math.inf, 17.0, detected=False),
        SegmentState(UsualRate(Signal.SIGN_IN_FAILURES, PART, 0.02, learned=True), 30.0, 17.0, detected=True),
    ),
    logs=(LogFigures("auth", AT, 3), LogFigures("portal", None, 0)),
    forgotten=5,
)
EVENT = {"component": "auth", "kind": "session", "outcome": "failure", "reason": "network-changed"}
SEGMENT = {"signal": "session-rejections", "component": "auth", "segment": "session=fresh"}


@pytest.fixture(scope="module")
def read() -> dict[str, list[tuple[dict[str, str], float]]]:
    """The samples as Prometheus reads them, by name."""
    registry = CollectorRegistry()
    registry.register(metrics.Samples(metrics.samples(FIGURES)))
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_counts_people_and_logs_are_told(read: dict[str, list[tuple[dict[str, str], float]]]) -> None:
    assert read["doorward_events_total"] == [(EVENT, 7)]
    assert read["doorward_people"] == [(EVENT, 4)]
    assert read["doorward_parts_forgotten_total"] == [({}, 5)]
    assert read["doorward_logs_behind"] == [({}, 0)]
    assert read["doorward_log_last_event_timestamp_seconds"] == [({"component": "auth"}, AT.timestamp())]
    assert read["doorward_log_unparsed_lines_total"][0] == ({"component": "auth"}, 3)


def test_a_segment_is_told_with_evidence_threshold_and_usual(
    read: dict[str, list[tuple[dict[str, str], float]]],
) -> None:
    assert read["doorward_evidence_log"][0] == (SEGMENT, 21.5)
    assert read["doorward_threshold_log"][0] == (SEGMENT, 17.0)
    assert read["doorward_detected"][0] == (SEGMENT, 1)
    assert read["doorward_usual"] == [(SEGMENT, 0.001)]
    assert read["doorward_usual_learned"][0] == (SEGMENT, 1)
    assert read["doorward_evidence_log"][1][1] == 0


def test_parts_of_people_are_no_labels(read: dict[str, list[tuple[dict[str, str], float]]]) -> None:
    assert len(read["doorward_detected"]) == 2
    assert not any("n1" in value for rows in read.values() for labels, _ in rows for value in labels.values())


def test_every_watch_metric_has_a_sample_and_the_labels_of_its_definition(
    read: dict[str, list[tuple[dict[str, str], float]]],
) -> None:
    assert set(read) == {metric.name for metric in names.WATCH_METRICS}
    for metric in names.WATCH_METRICS:
        assert {frozenset(labels) for labels, _ in read[metric.name]} == {frozenset(metric.labels)}
