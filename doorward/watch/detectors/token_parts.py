"""Parts of the token and authorization endpoints: one client that the provider refuses while people sign in as usual.

Its people typed the right password and still do not get in: the client lost its secret, moved, or mixes codes up. Only
the provider sees that, since the client keeps its own log. A server asks for many people, so each answer counts; where
the log names the person (at the authorization endpoint), a person counts once. That a grant has ended since, by a
sign-out or by its age, is of every day. A client that is refused fails wholly, so a small part of the budget does: it
costs one more failure, and two failed probes in a row must go on to be enough.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent
from doorward.watch.plans import Detector, PartPlan, Seen

# What is refused on any day at these endpoints.
EVERYDAY = TYPED | {Reason.ENDED_AT_PROVIDER, Reason.SESSION_EXPIRED}


def _fails(seen: Seen) -> bool | None:
    """None for an answer that names no client: what strangers send is no client's fault."""
    if seen.event.client is None:
        return None
    return seen.event.outcome is Outcome.FAILURE and seen.event.reason not in EVERYDAY


def person(event: SignInEvent) -> str | None:
    """Who counts once: only the person; an answer that names none counts each time."""
    return event.person


DETECTOR = Detector(
    id="token-parts",
    signal=Signal.SIGN_IN_FAILURES,
    weight=0.04,
    parts=(
        PartPlan(
            id="parts",
            kind=Kind.TOKEN,
            prior=lambda settings: settings.sign_in_failures,
            failed=_fails,
            key=person,
            dimensions=("client",),
        ),
    ),
)
