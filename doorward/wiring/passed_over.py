"""Passed over: detections that became no incident and no part of one, each with the named reason, one JSON line each.

In: a detection and the decision. Out: lines in the state directory, for people who ask why nobody was paged. Bounded:
the file is turned over once.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec

from doorward.model.detection import Detection
from doorward.respond.declare import Decision

# About three thousand lines each, the present file and the one before it.
MOST_BYTES = 1_048_576


class PassedOver:
    """The record below `state`. A disk that takes no line costs the line and nothing else: the watch must go on."""

    def __init__(self, state: Path) -> None:
        self.path = state / "passed-over.jsonl"

    def record(self, detection: Detection, decision: Decision, now: datetime) -> None:
        """Write one line, if the disk takes it."""
        line = {
            "at": now,
            "reason": decision.reason.value,
            "incident": decision.incident,
            "signal": detection.signal.value,
            "segment": dict(detection.segment),
            "looks": detection.looks.value,
            "onset": detection.onset,
            "evidence": detection.evidence,
        }
        with contextlib.suppress(OSError):
            if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
                self.path.replace(self.path.with_suffix(".jsonl.1"))
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
