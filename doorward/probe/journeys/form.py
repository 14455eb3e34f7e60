"""`form`: a sign-in page with a password and, mostly, a CSRF token; nothing is asked of the redirects on the way."""

from __future__ import annotations

from doorward.probe.exchange import Journey
from doorward.probe.journeys.sign_in import NoWitness, SignIn
from doorward.probe.plan import ProbePlan


def form_journey(plan: ProbePlan) -> Journey:
    """Sign in from the first address; with `return_url`, come back from the second."""
    return SignIn(plan, NoWitness())
