"""Slow requests are those above two seconds; a line without a time says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.sign_in import Kind, Reason
from doorward.watch.detectors.latency import DETECTOR
from doorward.watch.plans import Seen
from tests.watch.detectors.cases import seen


@pytest.mark.parametrize(("ms", "slow"), [(None, None), (120.0, False), (1999.0, False), (2000.0, True), (9e4, True)])
def test_a_request_is_slow_from_two_seconds_on(ms: float | None, slow: bool | None) -> None:
    moment = seen(Kind.REQUEST, Reason.OK)
    assert DETECTOR.shares[0].failed(Seen(replace(moment.event, ms=ms), moment.at_s)) is slow
