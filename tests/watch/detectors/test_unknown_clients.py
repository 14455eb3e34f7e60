"""People who are sent to the provider in the name of a client that it does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.detectors.unknown_clients import DETECTOR
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher
from tests.watch.detectors.cases import seen

BEGAN = datetime.fromtimestamp(1_000_000, UTC)
BROKEN_FROM = 200


def answer(number: int) -> SignInEvent:
    """One answer a second; from some time on every third is to somebody who was sent by no known client."""
    at = BEGAN + timedelta(seconds=number)
    if number % 3 or number < BROKEN_FROM:
        return SignInEvent(at, "auth", Kind.TOKEN, Outcome.SUCCESS, Reason.OK, client="portal")
    return SignInEvent(at, "auth", Kind.TOKEN, Outcome.FAILURE, Reason.TOKEN_REFUSED, person=f"p{number}")


def test_people_who_are_sent_in_the_name_of_no_known_client_are_told_within_a_minute() -> None:
    watcher = Watcher(WatchSettings(), ("auth",), (DETECTOR,))
    found = [one for number in range(400) for one in watcher.feed([answer(number)]) or ()]
    found += watcher.advance(BEGAN + timedelta(seconds=400))
    assert [dict(one.segment) for one in found] == [{"component": "auth", "reason": "client-unknown"}]
    assert found[0].detected_at - BEGAN < timedelta(seconds=BROKEN_FROM + 60)


def test_what_strangers_send_and_what_a_known_client_is_refused_is_passed_over() -> None:
    (plan,) = DETECTOR.shares
    moment = seen(Kind.TOKEN, Reason.TOKEN_REFUSED)
    assert plan.failed(moment) is True
    assert plan.failed(replace(moment, event=replace(moment.event, person=None))) is None
    assert plan.failed(replace(moment, event=replace(moment.event, client="library"))) is None
    assert plan.failed(seen(Kind.TOKEN, Reason.ENDED_AT_PROVIDER)) is None
    assert plan.failed(seen(Kind.TOKEN, Reason.OK)) is False
