"""Observation: one that counts in a share's segment, as it is kept for telling what a detection is made of."""

from __future__ import annotations

from typing import NamedTuple

from doorward.model.sign_in import SignInEvent


class Observation(NamedTuple):
    """Who, whether it failed, and the reason of the log; `amount` successes may stand in one, then of nobody named.

    `event` is the line, None where only counts are known; `since_s` when the person was first seen, None if not known.
    """

    at_s: float
    key: str | None
    failed: bool
    reason: str
    amount: int = 1
    event: SignInEvent | None = None
    since_s: float | None = None


def tally(observations: list[Observation]) -> tuple[int, int]:
    """Failures, and all that were seen."""
    failed = sum(1 for one in observations if one.failed)
    return failed, sum(one.amount for one in observations)
