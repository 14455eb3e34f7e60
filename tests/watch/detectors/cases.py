"""What a plan says of an event, for the tests of the detectors."""

from __future__ import annotations

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.plans import Detector, Seen, SharePlan
from tests.watch.crowd import BEGAN


def plan_of(detector: Detector, plan_id: str) -> SharePlan:
    """The share plan of that id."""
    return next(plan for plan in detector.shares if plan.id == plan_id)


def seen(kind: Kind, reason: Reason, fresh: bool = False, again: bool = False) -> Seen:
    """An event of that reason: a success if it is OK, else a failure."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    event = SignInEvent(BEGAN, "auth", kind, outcome, reason, person="p", session="s", source="n", route="page")
    return Seen(event, BEGAN.timestamp(), fresh, again)


def says(detector: Detector, moment: Seen) -> dict[str, bool | None]:
    """Every plan's answer to an event of its kind."""
    return {plan.id: plan.failed(moment) for plan in detector.shares if plan.kind is moment.event.kind}
