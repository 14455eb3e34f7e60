"""Whom a journey's end speaks of: the service, or the prober itself. A Done and a plan in, a ProbeOutcome out.

A prober without network must blame itself: where no answer came, the control target is asked before the service is
blamed. A service that asks the prober to wait, or has locked its account out, is not down: that says nothing of others.
"""

from __future__ import annotations

import socket

from doorward.model.journey import ProbeOutcome
from doorward.probe.exchange import Done, Ending
from doorward.probe.plan import ProbePlan

# Endings that say that no answer came.
UNREACHED = frozenset({Ending.TIMEOUT, Ending.REFUSED, Ending.DNS, Ending.NO_ANSWER})
CONTROL_TIMEOUT_S = 2.0


def outcome(done: Done, plan: ProbePlan) -> ProbeOutcome:
    """How the journey ended, after the control target had its say."""
    if done.is_good:
        return ProbeOutcome.PASSED
    if done.reason not in UNREACHED:
        return ProbeOutcome.FAILED
    if plan.control is not None and not control_answers(plan.control):
        return ProbeOutcome.BLIND
    return ProbeOutcome.UNREACHABLE


def control_answers(control: tuple[str, int]) -> bool:
    """Whether the control target takes a connection: if not, the prober itself has no network."""
    try:
        with socket.create_connection(control, timeout=CONTROL_TIMEOUT_S):
            return True
    except OSError:
        return False
