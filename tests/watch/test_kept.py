"""What was learned is kept and taken up again, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch import Watcher, WatchSettings
from doorward.watch.kept import decode, encode

AT = datetime(2026, 3, 2, tzinfo=UTC)


def history(days: int, every_s: int = 10) -> list[SignInEvent]:
    """Sign-ins so far apart, one in fifty failing by a fault, and a few inquiries."""
    events = []
    for number in range(days * 86400 // every_s):
        at = AT + timedelta(seconds=every_s * number)
        failed = number % 50 == 7
        outcome, reason = (Outcome.FAILURE, Reason.CSRF) if failed else (Outcome.SUCCESS, Reason.OK)
        events.append(SignInEvent(at, "auth", Kind.SIGN_IN, outcome, reason, person=f"p{number}"))
        if number % 360 == 0:
            events.append(SignInEvent(at, "auth", Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER, person=f"q{number}"))
    return events


@pytest.fixture(scope="module")
def taught() -> Watcher:
    """A watcher that knows three days."""
    watcher = Watcher(WatchSettings(), ("auth",))
    watcher.warm_start(history(3))
    return watcher


def test_a_watcher_goes_on_from_what_another_learned(taught: Watcher) -> None:
    second = Watcher(WatchSettings(), ("auth",))
    second.take_up(decode(encode(taught.kept(), AT)))
    assert second.kept() == taught.kept()
    assert any(one.learned for one in second.usual())
    for one, other in zip(second.usual(), taught.usual(), strict=True):
        if one.learned and one.signal is Signal.SIGN_IN_FAILURES:
            assert one.expected == pytest.approx(other.expected, rel=0.1)


def test_the_volume_is_watched_for_from_the_first_event_on() -> None:
    busy = [event for event in history(2, every_s=5) if event.kind is Kind.SIGN_IN]
    first, second = (Watcher(WatchSettings(), ("auth",)) for _ in range(2))
    began = AT + timedelta(days=1)
    first.warm_start(event for event in busy if event.at < began)
    second.take_up(first.kept())
    until = began + timedelta(minutes=5)
    second.feed(event for event in busy if began <= event.at < until)
    assert second.advance(until) == ()
    assert {told.signal for told in second.advance(until + timedelta(minutes=20))} == {Signal.SIGN_IN_VOLUME}


def test_segments_that_are_no_longer_watched_are_passed_over(taught: Watcher) -> None:
    other = Watcher(WatchSettings(), ("portal",))
    other.take_up(taught.kept())
    assert other.kept() == ()


def test_what_is_damaged_or_another_contract_is_refused(taught: Watcher) -> None:
    data = encode(taught.kept(), AT)
    assert decode(data) == taught.kept()
    for broken, why in ((data[:-1], "truncated"), (data.replace(b"usual/1", b"usual/2"), "not"), (b"[]", "object")):
        with pytest.raises(ValueError, match=why):
            decode(broken)
    short = msgspec.json.decode(data)
    share = next(one for one in short["segments"] if one["share"])
    share["share"]["events"].pop()
    with pytest.raises(ValueError, match="hours"):
        decode(msgspec.json.encode(short))
