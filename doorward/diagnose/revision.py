"""Revision: is a later differential news, and does it replace one that stated a cause? Pure.

A conclusion is what people and the repair act on: it does not waver. It falls only where the earlier cause does not
explain what is seen since: another leads clearly, by evidence that was not there, and the earlier one is no longer
supported, or a test settles the other.
"""

from __future__ import annotations

from dataclasses import replace

from doorward.diagnose.conclusion import CLEAR_LEAD, is_settled
from doorward.model.diagnosis import Differential, Hypothesis, Verdict


def news(before: Differential | None, made: Differential) -> Differential | None:
    """The later differential as it is to be written down; None where it says nothing new, or the earlier one stands."""
    if before is None:
        return made
    earlier = before.concluded
    if earlier is None:
        return made if _told(made) != _told(before) else None
    if not _is_refuted(earlier, before, made):
        return None
    reason = f"{made.reason} (revised: {earlier.title} was stated before, and does not explain this)"
    return replace(made, reason=reason)


def _told(differential: Differential) -> tuple[str, list[tuple[str, Verdict]]]:
    return differential.conclusion, [(h.cause, h.verdict) for h in differential.hypotheses]


def _is_refuted(earlier: Hypothesis, before: Differential, made: Differential) -> bool:
    later, then = made.concluded, made.hypothesis(earlier.cause)
    if later is None or later.cause == earlier.cause or later.cause in earlier.explains:
        return False
    known = before.hypothesis(later.cause)
    is_new = known is None or later.score >= known.score + CLEAR_LEAD
    is_fallen = then is None or then.verdict is not Verdict.SUPPORTED
    return is_new and (is_fallen or is_settled(later))
