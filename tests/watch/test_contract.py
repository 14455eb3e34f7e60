"""A detection as JSON keeps the contract `doorward.detection/1`."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.detection import Detection, Direction, Signal
from doorward.watch.contract import detection_json


def test_a_detection_is_told_in_the_contracts_terms() -> None:
    detection = Detection(
        detected_at=datetime(2026, 3, 2, 8, 0, 33, 50000, UTC),
        onset=datetime(2026, 3, 2, 8, 0, 27, tzinfo=UTC),
        signal=Signal.SESSION_REJECTIONS,
        segment=(("component", "auth"), ("reason", "network-changed")),
        observed=4 / 7,
        expected=0.001,
        direction=Direction.UP,
        evidence_log_e=21.8,
        threshold_log_e=17.6,
        people=4,
        evidence=("4 of 7 failed",),
    )
    assert detection_json(detection) == {
        "schema": "doorward.detection/1",
        "detected_at": "2026-03-02T08:00:33.050+00:00",
        "onset": "2026-03-02T08:00:27.000+00:00",
        "onset_interval": [None, None],
        "segment": {"component": "auth", "reason": "network-changed"},
        "within": {},
        "looks": "outage",
        "measure": "session-rejections",
        "observed": 0.571429,
        "expected": 0.001,
        "direction": "up",
        "people": 4,
        "evidence": ["4 of 7 failed"],
    }
