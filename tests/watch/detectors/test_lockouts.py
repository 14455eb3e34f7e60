"""Lock-outs are told by themselves, though no more people fail than on any day."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors import lockouts, sign_in_failures
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher

BEGAN_S = 1_000_000


def told(reason: Reason, seconds: int = 300, strict_from: int = 180) -> list[Detection]:
    """One sign-in a second, each twelfth mistyped, which is told by that reason from some time on."""
    watcher = Watcher(WatchSettings(), ("auth",), (lockouts.DETECTOR, sign_in_failures.DETECTOR))
    for second in range(seconds):
        is_wrong = second % 12 == 0
        why = (reason if second >= strict_from else Reason.WRONG_PASSWORD) if is_wrong else Reason.OK
        outcome = Outcome.FAILURE if is_wrong else Outcome.SUCCESS
        at = datetime.fromtimestamp(BEGAN_S + second, UTC)
        event = SignInEvent(at, "auth", Kind.SIGN_IN, outcome, why, person=f"p{second}", source=f"n{second % 40}")
        watcher.feed([event])
    return list(watcher.advance(datetime.fromtimestamp(BEGAN_S + seconds, UTC)))


def test_people_who_are_locked_out_by_their_first_mistake_are_told() -> None:
    (found,) = told(Reason.LOCKED_OUT)
    assert dict(found.segment)["reason"] == "locked-out"


def test_as_many_mistakes_without_a_lock_are_of_every_day() -> None:
    assert told(Reason.WRONG_PASSWORD) == []


def test_two_who_locked_themselves_out_are_of_every_day() -> None:
    assert told(Reason.LOCKED_OUT, seconds=200) == []
