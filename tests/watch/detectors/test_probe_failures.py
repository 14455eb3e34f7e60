"""Probe failures are fed with probes, one segment a journey, with the prior of the settings."""

from __future__ import annotations

from doorward.watch.detectors.probe_failures import DETECTOR
from doorward.watch.settings import WatchSettings


def test_it_watches_probes_and_no_events() -> None:
    assert DETECTOR.probe_prior is not None
    assert DETECTOR.probe_prior(WatchSettings()) == 0.001
    assert (DETECTOR.shares, DETECTOR.rates) == ((), ())
