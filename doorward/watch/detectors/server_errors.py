"""Server errors: requests answered with 5xx, counted once a minute for each network and page."""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Outcome
from doorward.watch.plans import Detector, SharePlan, by_source_and_route

DETECTOR = Detector(
    id="server-errors",
    signal=Signal.SERVER_ERRORS,
    weight=3,
    shares=(
        SharePlan(
            id="all",
            labels=(),
            kind=Kind.REQUEST,
            prior=lambda settings: settings.server_errors,
            failed=lambda seen: seen.event.outcome is Outcome.FAILURE,
            key=by_source_and_route,
            # Pages opened on one visit that signs in, as the reference school's traffic does.
            per_attempt=6.0,
            by_reason=True,
        ),
    ),
)
