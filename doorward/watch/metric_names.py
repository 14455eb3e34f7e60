"""The metrics that Doorward shows to others, by name: what each says and its labels; for `/metrics` and alert rules.

Rules for editing: a name or label is never renamed, others' dashboards stand on it. Labels are bounded: components,
probes and parts of Doorward are named in doorward.toml, kinds, outcomes, reasons and signals are fixed words, and
segments are those of the detectors. No label ever holds a person, a session, a network or an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """`name` as it is asked for, a counter's with `_total`."""

    name: str
    type: Type
    says: str
    labels: tuple[str, ...] = ()


_EVENT = ("component", "kind", "outcome", "reason")
_SEGMENT = ("signal", "component", "segment")

EVENTS = Metric(
    "doorward_events_total", Type.COUNTER, "Events read from logs since the start, probes left out.", _EVENT
)
PEOPLE = Metric("doorward_people", Type.GAUGE, "Distinct people in the last window that has ended.", _EVENT)
EVIDENCE = Metric(
    "doorward_evidence_log",
    Type.GAUGE,
    "Log of the evidence that the segment left its usual course, 0 = none.",
    _SEGMENT,
)
THRESHOLD = Metric("doorward_threshold_log", Type.GAUGE, "Log of the evidence at which it is detected.", _SEGMENT)
USUAL = Metric(
    "doorward_usual",
    Type.GAUGE,
    "The most (of a volume the least) that is usual: a share or a count a minute.",
    _SEGMENT,
)
LEARNED = Metric("doorward_usual_learned", Type.GAUGE, "1 if the usual was learned, 0 while it is the prior.", _SEGMENT)
DETECTED = Metric("doorward_detected", Type.GAUGE, "1 from a detection to the recovery.", _SEGMENT)
FORGOTTEN = Metric(
    "doorward_parts_forgotten_total",
    Type.COUNTER,
    "Clients, networks, providers and browsers that had to make room for others since the start.",
)
LAST_EVENT = Metric(
    "doorward_log_last_event_timestamp_seconds", Type.GAUGE, "The log's own time of its latest event.", ("component",)
)
BEHIND = Metric("doorward_logs_behind", Type.GAUGE, "1 while lines that were written are not read yet.")
UNPARSED = Metric(
    "doorward_log_unparsed_lines_total", Type.COUNTER, "Lines that did not parse since the start.", ("component",)
)
PROBE = Metric("doorward_probe_passed", Type.GAUGE, "1 if the last sign-in of the probe passed.", ("probe",))
PROBED = Metric("doorward_probe_timestamp_seconds", Type.GAUGE, "When the probe signed in last.", ("probe",))
HEALTH = Metric(
    "doorward_health", Type.GAUGE, "1 for the state that a part of Doorward is in, 0 for the others.", ("part", "state")
)
STORE = Metric("doorward_store_up", Type.GAUGE, "1 if Doorward's own database answers.")
INCIDENTS = Metric("doorward_incidents_open", Type.GAUGE, "Incidents that are not resolved, by state.", ("state",))
OWED = Metric("doorward_pages_owed", Type.GAUGE, "Pages that have not been delivered yet.")

WATCH_METRICS = (
    EVENTS, PEOPLE, EVIDENCE, THRESHOLD, USUAL, LEARNED, DETECTED, FORGOTTEN, LAST_EVENT, BEHIND, UNPARSED,
)  # fmt: skip
STORE_METRICS = (PROBE, PROBED, HEALTH, STORE, INCIDENTS, OWED)
METRICS = (*WATCH_METRICS, *STORE_METRICS)
