"""Sign-in failures: people who tried to sign in and could not, a segment a reason.

Reasons that people type (a wrong password, a locked account) are one segment with a high usual share: a surge there is
a detection of its own, recognisable by `reason=typed`, since it may be an attack and says little of the system.
`signed-in-again` has no reason in any log: who signs in, and a moment later signs in again without having signed
out, was not let in by the first one (a cookie that does not stick, a loop between the services).
"""

from __future__ import annotations

from collections.abc import Callable

from doorward.model.detection import Signal
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason
from doorward.watch.plans import Detector, Seen, SharePlan

# Named once: in Python 3.11 naming an enum's member costs as much as a call.
_SUCCESS = Outcome.SUCCESS


def _fails_by(*reasons: Reason) -> Callable[[Seen], bool]:
    wanted = frozenset(reasons)

    def failed(seen: Seen) -> bool:
        return seen.event.outcome is Outcome.FAILURE and seen.event.reason in wanted

    return failed


def _signed_in_again(seen: Seen) -> bool | None:
    return seen.again if seen.event.outcome is _SUCCESS else None


def _by_reason(reason: Reason) -> SharePlan:
    """A reason that stands for a fault: usual for 2 % of people at most (stale forms, declined consent)."""
    return SharePlan(
        id=reason.value,
        labels=(("reason", reason.value),),
        kind=Kind.SIGN_IN,
        prior=lambda settings: settings.sign_in_failures,
        failed=_fails_by(reason),
        by_reason=True,
    )


_FAULTS = (
    Reason.CSRF,
    Reason.PROVIDER_ERROR,
    Reason.STATE_MISMATCH,
    Reason.TOKEN_REFUSED,
    Reason.ACCESS_DENIED,
    Reason.OTHER,
)

DETECTOR = Detector(
    id="sign-in-failures",
    signal=Signal.SIGN_IN_FAILURES,
    weight=3,
    shares=(
        SharePlan(
            id="typed",
            labels=(("reason", "typed"),),
            kind=Kind.SIGN_IN,
            prior=lambda settings: settings.wrong_passwords,
            failed=_fails_by(*TYPED),
            by_reason=True,
        ),
        SharePlan(
            id="signed-in-again",
            labels=(("reason", "signed-in-again"),),
            kind=Kind.SIGN_IN,
            prior=lambda settings: settings.signed_in_again,
            failed=_signed_in_again,
        ),
        *(_by_reason(reason) for reason in _FAULTS),
    ),
)
