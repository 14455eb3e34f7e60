"""Session rejections: by reason, in all, and apart for sessions that were made a moment ago."""

from __future__ import annotations

import pytest

from doorward.model.sign_in import Kind, Reason
from doorward.watch.detectors.session_rejections import DETECTOR
from doorward.watch.settings import WatchSettings
from tests.watch.detectors.cases import plan_of, says, seen


@pytest.mark.parametrize("reason", [Reason.SESSION_EXPIRED, Reason.NETWORK_CHANGED, Reason.SESSION_UNREADABLE])
def test_a_rejection_fails_in_its_reason_and_in_all(reason: Reason) -> None:
    answers = says(DETECTOR, seen(Kind.SESSION, reason))
    assert {name for name, failed in answers.items() if failed} == {reason.value, "any"}


def test_a_fresh_session_is_judged_and_an_older_one_is_not() -> None:
    assert says(DETECTOR, seen(Kind.SESSION, Reason.NETWORK_CHANGED, fresh=True))["fresh"] is True
    assert says(DETECTOR, seen(Kind.SESSION, Reason.OK, fresh=True))["fresh"] is False
    assert says(DETECTOR, seen(Kind.SESSION, Reason.NETWORK_CHANGED))["fresh"] is None


def test_a_sign_out_at_the_provider_says_nothing_of_fresh_sessions() -> None:
    assert says(DETECTOR, seen(Kind.SESSION, Reason.ENDED_AT_PROVIDER, fresh=True))["fresh"] is None


def test_fresh_sessions_have_half_of_the_budget_and_the_smallest_prior() -> None:
    settings, fresh = WatchSettings(), plan_of(DETECTOR, "fresh")
    assert fresh.weight == sum(plan.weight for plan in DETECTOR.shares) / 2
    assert fresh.prior(settings) == min(plan.prior(settings) for plan in DETECTOR.shares)
