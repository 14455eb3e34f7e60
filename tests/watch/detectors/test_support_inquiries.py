"""Support inquiries rise above the rate of the settings."""

from __future__ import annotations

from doorward.watch.detectors.support_inquiries import DETECTOR
from doorward.watch.settings import WatchSettings


def test_the_prior_is_the_settings() -> None:
    (plan,) = DETECTOR.rates
    assert plan.prior_per_min(WatchSettings(inquiries_per_min=2.5)) == 2.5
    assert not plan.falling
