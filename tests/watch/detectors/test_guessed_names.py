"""Guesses at a few names from everywhere are told, though hardly more people fail than on any day."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors import guessed_names, sign_in_failures
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher

BEGAN_S = 1_000_000


def event(at_s: float, person: str, source: str | None, reason: Reason) -> SignInEvent:
    """One sign-in."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    at = datetime.fromtimestamp(BEGAN_S + at_s, UTC)
    return SignInEvent(at, "auth", Kind.SIGN_IN, outcome, reason, person=person, source=source)


def told(networks: int, guesses_per_s: int = 0, source: str = "n") -> list[Detection]:
    """One sign-in a second from so many networks, each twelfth mistyped; and then guesses at three names."""
    watcher = Watcher(WatchSettings(), ("auth",), (guessed_names.DETECTOR, sign_in_failures.DETECTOR))
    for second in range(600):
        reason = Reason.WRONG_PASSWORD if second % 12 == 0 else Reason.OK
        watcher.feed([event(second, f"p{second}", f"n{second % networks}", reason)])
        for number in range(guesses_per_s if second >= 500 else 0):
            at_s = second + number / 10
            watcher.feed([event(at_s, f"t{number % 3}", f"{source}{at_s}", Reason.WRONG_PASSWORD)])
    return list(watcher.advance(datetime.fromtimestamp(BEGAN_S + 600, UTC)))


def test_three_names_that_are_tried_from_everywhere_are_told() -> None:
    (found,) = told(40, guesses_per_s=6, source="x")
    assert dict(found.segment)["reason"] == "typed-everywhere"


def test_mistakes_of_every_day_are_not_told_from_many_networks_nor_from_one() -> None:
    assert told(40) == []
    assert told(1) == []
