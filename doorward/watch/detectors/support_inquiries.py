"""Support inquiries: people who write that they cannot sign in. They notice what no log line says."""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind
from doorward.watch.plans import Detector, RatePlan

DETECTOR = Detector(
    id="support-inquiries",
    signal=Signal.SUPPORT_INQUIRIES,
    weight=1,
    rates=(
        RatePlan(
            id="more",
            labels=(),
            kind=Kind.INQUIRY,
            prior_per_min=lambda settings: settings.inquiries_per_min,
            counts=lambda seen: True,
        ),
    ),
)
