"""Titles say what happens to people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.detection import Direction, Signal
from doorward.respond.title import BY_SIGNAL, CLEAREST, title
from tests.review import story

Segment = tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    ("signal", "segment", "expected"),
    [
        (Signal.SESSION_REJECTIONS, (("reason", "network-changed"),), "People are sent back to the sign-in page"),
        (Signal.SESSION_REJECTIONS, (("reason", "unreadable"),), "People are signed out"),
        (Signal.SERVER_ERRORS, (("component", "portal"),), "The portal answers with errors (HTTP 5xx)"),
        (Signal.SERVER_ERRORS, (("component", "auth"),), "The auth service answers with errors (HTTP 5xx)"),
        (Signal.SERVER_ERRORS, (), "The service answers with errors (HTTP 5xx)"),
        (Signal.SIGN_IN_FAILURES, (("reason", "provider-error"),), "People cannot sign in: the sign-in service fails"),
        (Signal.SIGN_IN_FAILURES, (), "People cannot sign in"),
        (Signal.PROBE_FAILURES, (), "The trial sign-in fails"),
        (Signal.SUPPORT_INQUIRIES, (), "People write that they cannot sign in"),
    ],
)
def test_a_title_is_made_of_signal_and_segment(signal: Signal, segment: Segment, expected: str) -> None:
    assert title((replace(story.rejections(), signal=signal, segment=segment),)) == expected


def test_of_several_detections_the_clearest_gives_the_title() -> None:
    assert title((story.inquiries(), story.rejections())) == "People are sent back to the sign-in page"


def test_every_signal_has_a_rank_and_a_title() -> None:
    assert set(CLEAREST) == set(Signal)
    assert {signal for signal, _ in BY_SIGNAL} == set(Signal)
    assert (Signal.SIGN_IN_VOLUME, Direction.DOWN) in BY_SIGNAL
