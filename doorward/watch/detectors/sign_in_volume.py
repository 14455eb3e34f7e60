"""Sign-in volume: far fewer people try to sign in than usual at this time (a form that does not open, a dead address).

It must learn first, and says nothing for a service whose usual traffic is not known: no prior could be right.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind
from doorward.watch.plans import Detector, RatePlan

DETECTOR = Detector(
    id="sign-in-volume",
    signal=Signal.SIGN_IN_VOLUME,
    weight=1,
    rates=(
        RatePlan(
            id="fewer",
            labels=(),
            kind=Kind.SIGN_IN,
            prior_per_min=lambda settings: None,
            counts=lambda seen: True,
            falling=True,
        ),
    ),
)
