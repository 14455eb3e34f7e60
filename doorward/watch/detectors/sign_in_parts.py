"""Parts of the sign-ins: one client, network, identity provider or browser whose people fail while most get in.

A tenth of the people who all fail are a tenth of failures in the whole: lost in a large one, plain in their own part.
Only reasons that no person types count, so that an attack on one client is not told as a fault of it.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import TYPED, Kind, Outcome
from doorward.watch.plans import Detector, PartPlan, Seen

# Named once: in Python 3.11 naming an enum's member costs as much as a call.
_FAILURE = Outcome.FAILURE


def _fails(seen: Seen) -> bool:
    return seen.event.outcome is _FAILURE and seen.event.reason not in TYPED


DETECTOR = Detector(
    id="sign-in-parts",
    signal=Signal.SIGN_IN_FAILURES,
    weight=1,
    parts=(PartPlan(id="parts", kind=Kind.SIGN_IN, prior=lambda settings: settings.sign_in_failures, failed=_fails),),
)
