"""Sign-in volume must be learned: it has no prior and only looks downwards."""

from __future__ import annotations

from doorward.watch.detectors.sign_in_volume import DETECTOR
from doorward.watch.settings import WatchSettings


def test_volume_has_no_prior_and_falls() -> None:
    (plan,) = DETECTOR.rates
    assert plan.prior_per_min(WatchSettings()) is None
    assert plan.falling
