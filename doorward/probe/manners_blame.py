"""Whom a journey's end speaks of: the service, or the prober itself. A Done and a plan in, a ProbeOutcome out.

A prober without network must blame itself: where no answer came, the control target is asked before the service is
blamed. A service that asks the prober to wait, or has locked its account out, is not down: that says nothing of others.
"""

from __future__ import annotations

from doorward.model.journey import ProbeOutcome
from doorward.probe.exchange import Done, Ending
from doorward.probe.manners_lockout import ASKS_TO_WAIT, Waiting
from doorward.probe.plan import ProbePlan
from doorward.probe.transport import control_answers

# Endings that say that no answer came.
UNREACHED = frozenset({Ending.TIMEOUT, Ending.REFUSED, Ending.DNS, Ending.NO_ANSWER})


def outcome(done: Done, plan: ProbePlan) -> ProbeOutcome:
    """How the journey ended, after the control target had its say."""
    if done.is_good:
        return ProbeOutcome.PASSED
    if isinstance(done, Waiting) or done.reason in ASKS_TO_WAIT:
        return ProbeOutcome.WAITING
    if done.reason not in UNREACHED:
        return ProbeOutcome.FAILED
    if plan.control is not None and not control_answers(plan.control):
        return ProbeOutcome.BLIND
    return ProbeOutcome.UNREACHABLE
