"""Probe failures: Doorward's own sign-ins, a segment a journey.

A probe has one account, one network and a right password: 0.1 % failures are usual at most (a restart, a lost packet).
It fails wholly or not at all, so the only bet is on a total failure, and two failures in a row are 10^6 to 1: more
than a month of six probes a minute, with this weight.
"""

from __future__ import annotations

from doorward.model.detection import Signal
from doorward.watch.plans import Detector

DETECTOR = Detector(
    id="probe-failures",
    signal=Signal.PROBE_FAILURES,
    weight=5,
    probe_prior=lambda settings: settings.probe_failures,
)
