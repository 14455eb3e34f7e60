"""Guessed names: far more networks from which somebody fails by what is typed than from which somebody gets in.

Who guesses at a few names from everywhere is lost among people: a name counts once a minute, however often it is tried.
So networks are counted here, once for those who fail there and once for those who get in. Where all come by one network
these are as many of each at most; a log that tells no networks is counted line by line.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import TYPED, Kind, Outcome, SignInEvent
from doorward.watch.plans import Detector, Seen, SharePlan

# As many fail as get in where everybody shares one network; a tenth more for those who give up.
USUAL = 0.6


def by_network(event: SignInEvent) -> str | None:
    """Who counts once: a network, by whether they got in."""
    return None if event.source is None else f"{event.source} {event.outcome}"


def _typed(seen: Seen) -> bool:
    return seen.event.outcome is Outcome.FAILURE and seen.event.reason in TYPED


DETECTOR = Detector(
    id="guessed-names",
    signal=Signal.SIGN_IN_FAILURES,
    # Taken from `lockouts`: a failure more is needed there, and the probes keep their part.
    weight=0.02,
    shares=(
        SharePlan(
            id="everywhere",
            labels=(("reason", "typed-everywhere"),),
            kind=Kind.SIGN_IN,
            prior=lambda settings: USUAL,
            failed=_typed,
            key=by_network,
            by_reason=True,
        ),
    ),
)
