"""One client that the provider refuses, beside others that it serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors.token_parts import DETECTOR
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher
from tests.watch.detectors.cases import seen

BROKEN_FROM = 200


def answer(number: int, client: str, reason: Reason) -> SignInEvent:
    """One answer of the token endpoint, a second after the one before."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    at = datetime.fromtimestamp(1_000_000 + number, UTC)
    return SignInEvent(at, "auth", Kind.TOKEN, outcome, reason, client=client)


def told(reason: Reason) -> list[Detection]:
    """What is detected when every third answer is the library's, and those have that reason from some time on."""
    watcher = Watcher(WatchSettings(), ("auth",), (DETECTOR,))
    for number in range(400):
        is_broken = number % 3 == 0 and number >= BROKEN_FROM
        watcher.feed([answer(number, "library" if number % 3 == 0 else "portal", reason if is_broken else Reason.OK)])
    return list(watcher.advance(datetime.fromtimestamp(1_000_400, UTC)))


def test_a_client_that_is_refused_is_told_by_name_within_a_minute() -> None:
    (found,) = told(Reason.TOKEN_REFUSED)
    assert dict(found.segment) == {"component": "auth", "client": "library", "reason": "token-refused"}
    assert (found.detected_at - datetime.fromtimestamp(1_000_000 + BROKEN_FROM, UTC)).total_seconds() < 60


def test_grants_that_ended_are_of_every_day() -> None:
    assert told(Reason.ENDED_AT_PROVIDER) == []


def test_what_names_no_client_is_no_clients_fault() -> None:
    (plan,) = DETECTOR.parts
    moment = seen(Kind.TOKEN, Reason.TOKEN_REFUSED)
    assert plan.failed(moment) is None
    assert plan.failed(replace(moment, event=replace(moment.event, client="library"))) is True
