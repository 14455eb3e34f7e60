"""Session rejections: people whose session was refused, a segment a reason, one in all, and one for fresh sessions.

A session that was made seconds ago and is refused is never a person's fault: it is harm at any share, so its usual
envelope is 0.1 % (someone who changes network in that very half minute) and it has half of this detector's budget.
The fresh segment is told with the reason that is commonest in it. Sessions that a provider ended are left out of it:
a sign-out at the provider is what people do.
"""

from __future__ import annotations

from collections.abc import Callable

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Outcome, Reason
from doorward.watch.plans import Detector, Seen, SharePlan
from doorward.watch.settings import WatchSettings

# Session checks for each sign-in attempt: the pages that a signed-in person opens, at most one a minute.
_CHECKS = 3.0


def _any(seen: Seen) -> bool:
    return seen.event.outcome is Outcome.FAILURE


def _fresh(seen: Seen) -> bool | None:
    if not seen.fresh or seen.event.reason is Reason.ENDED_AT_PROVIDER:
        return None
    return seen.event.outcome is Outcome.FAILURE


def _rejected_by(reason: Reason) -> Callable[[Seen], bool]:
    def failed(seen: Seen) -> bool:
        return seen.event.outcome is Outcome.FAILURE and seen.event.reason is reason

    return failed


def _common(settings: WatchSettings) -> float:
    return settings.session_rejections


def _rare(settings: WatchSettings) -> float:
    """A sixth of all: phones that leave the house's network, accounts that were closed."""
    return settings.session_rejections / 6


def _never(settings: WatchSettings) -> float:
    """Sessions that cannot be read do not occur in a system that works; a deployment may leave a few."""
    return settings.session_rejections / 30


_USUAL: dict[Reason, Callable[[WatchSettings], float]] = {
    Reason.SESSION_EXPIRED: _common,
    Reason.SESSION_UNKNOWN: _common,
    Reason.ENDED_AT_PROVIDER: _common,
    Reason.NETWORK_CHANGED: _rare,
    Reason.INACTIVE: _rare,
    Reason.OTHER: _rare,
    Reason.SESSION_UNREADABLE: _never,
}

DETECTOR = Detector(
    id="session-rejections",
    signal=Signal.SESSION_REJECTIONS,
    weight=4,
    shares=(
        SharePlan(
            id="fresh",
            labels=(("session", "fresh"),),
            kind=Kind.SESSION,
            prior=lambda settings: settings.fresh_rejections,
            failed=_fresh,
            weight=len(_USUAL) + 1,
        ),
        SharePlan(
            id="any",
            labels=(("reason", "any"),),
            kind=Kind.SESSION,
            prior=lambda s: s.session_rejections * 1.5,
            failed=_any,
            per_attempt=_CHECKS,
            by_reason=True,
        ),
        *(
            SharePlan(
                id=reason.value,
                labels=(("reason", reason.value),),
                kind=Kind.SESSION,
                prior=prior,
                failed=_rejected_by(reason),
                per_attempt=_CHECKS,
                by_reason=True,
            )
            for reason, prior in _USUAL.items()
        ),
    ),
)
