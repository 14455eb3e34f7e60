"""The contract `doorward.detection/1`: a detection as a JSON object, for `doorward watch --format jsonl`."""

from __future__ import annotations

from datetime import datetime

from doorward.model.detection import Detection

SCHEMA = "doorward.detection/1"


def detection_json(detection: Detection) -> dict[str, object]:
    """The detection in the contract's terms; times are ISO 8601 in UTC with milliseconds, the log's own."""
    return {
        "schema": SCHEMA,
        "detected_at": detection.detected_at.isoformat(timespec="milliseconds"),
        "onset": detection.onset.isoformat(timespec="milliseconds"),
        "onset_interval": [_moment(detection.onset_from), _moment(detection.onset_to)],
        "segment": dict(detection.segment),
        "within": dict(detection.within),
        "looks": detection.looks.value,
        "measure": detection.signal.value,
        "observed": round(detection.observed, 6),
        "expected": round(detection.expected, 6),
        "direction": detection.direction.value,
        "people": detection.people,
        "evidence": list(detection.evidence),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")
