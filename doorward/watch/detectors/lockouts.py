"""Lock-outs: people whose account is locked when they try to sign in.

Among all that people type wrong a lock-out is lost: whoever is locked out by a first mistake would have failed once
anyhow. By themselves lock-outs are rare, one sign-in in a thousand at most where several mistakes are forgiven, until
history tells otherwise. A limit that became too strict shows here, and so does somebody who tries the names of others.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Outcome, Reason
from doorward.watch.plans import Detector, Seen, SharePlan

USUAL = 0.001


def _locked_out(seen: Seen) -> bool:
    return seen.event.outcome is Outcome.FAILURE and seen.event.reason is Reason.LOCKED_OUT


DETECTOR = Detector(
    id="lockouts",
    signal=Signal.SIGN_IN_FAILURES,
    # As of `token-parts`: one lock-out more is needed, and the probes keep their part.
    weight=0.02,
    shares=(
        SharePlan(
            id="locked-out",
            labels=(("reason", "locked-out"),),
            kind=Kind.SIGN_IN,
            prior=lambda settings: USUAL,
            failed=_locked_out,
            by_reason=True,
        ),
    ),
)
