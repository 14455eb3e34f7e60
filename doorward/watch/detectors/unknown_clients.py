"""Unknown clients: people who are signed in are sent to the provider in the name of a client that it does not know.

An application that was rolled out with another id is refused so, and no part of any known client fails. What strangers
send in the name of none is their own affair: only answers to people whom the log names count.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Outcome
from doorward.watch.detectors.token_parts import EVERYDAY, person
from doorward.watch.plans import Detector, Seen, SharePlan


def _is_nobodys(seen: Seen) -> bool | None:
    event = seen.event
    if event.outcome is Outcome.SUCCESS:
        return False
    return True if event.client is None and event.person is not None and event.reason not in EVERYDAY else None


DETECTOR = Detector(
    id="unknown-clients",
    signal=Signal.SIGN_IN_FAILURES,
    # Taken from `token-parts`: a failure more is needed there, and the probes keep their part.
    weight=0.02,
    shares=(
        SharePlan(
            id="unknown",
            labels=(("reason", "client-unknown"),),
            kind=Kind.TOKEN,
            prior=lambda settings: settings.sign_in_failures,
            failed=_is_nobodys,
            key=person,
        ),
    ),
)
