"""People count once, failing beats succeeding, and a moment's memory tells fresh sessions and repeated sign-ins."""

from __future__ import annotations

from datetime import timedelta

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.people import Once, Recent
from doorward.watch.plans import Seen
from doorward.watch.settings import WatchSettings
from tests.watch.crowd import BEGAN


def event(at_s: float, kind: Kind, session: str | None = "s", agent: str = "firefox", person: str = "p") -> SignInEvent:
    at = BEGAN + timedelta(seconds=at_s)
    return SignInEvent(
        at, "auth", kind, Outcome.SUCCESS, Reason.OK, person=person, session=session, source="n", agent=agent
    )


def see(recent: Recent, told: SignInEvent) -> Seen:
    (kind,) = recent.see_each([told], [told.at.timestamp()]).values()
    return kind[0]


def test_retries_of_a_person_count_once_in_the_window() -> None:
    once = Once(60)
    assert [once.admits("p", at_s, failed=True) for at_s in (0, 5, 59, 60)] == [True, False, False, True]


def test_failing_beats_succeeding_once() -> None:
    once = Once(60)
    assert once.admits("p", 0, failed=False)
    assert once.admits("p", 1, failed=True)
    assert not once.admits("p", 2, failed=True)
    assert not once.admits("p", 3, failed=False)


def test_who_has_no_key_always_counts() -> None:
    once = Once(60)
    assert once.admits(None, 0, failed=True)
    assert once.admits(None, 0, failed=True)


def test_old_windows_are_forgotten() -> None:
    once = Once(60)
    for number in range(1000):
        once.admits(f"p{number}", number, failed=True)
    assert len(once._began) < 130


def test_a_session_is_fresh_for_half_a_minute_after_its_sign_in() -> None:
    recent = Recent(WatchSettings())
    see(recent, event(0, Kind.SIGN_IN))
    assert see(recent, event(29, Kind.SESSION)).fresh
    assert not see(recent, event(31, Kind.SESSION)).fresh


def test_an_older_session_of_the_same_person_is_not_fresh() -> None:
    recent = Recent(WatchSettings())
    see(recent, event(0, Kind.SIGN_IN))
    assert not see(recent, event(1, Kind.SESSION, session="older")).fresh


def test_a_session_that_was_signed_out_is_not_fresh() -> None:
    recent = Recent(WatchSettings())
    see(recent, event(0, Kind.SIGN_IN))
    see(recent, event(5, Kind.SIGN_OUT))
    assert not see(recent, event(6, Kind.SESSION)).fresh


def test_signing_in_again_is_told_for_the_same_browser_only() -> None:
    recent = Recent(WatchSettings())
    assert not see(recent, event(0, Kind.SIGN_IN)).again
    assert see(recent, event(5, Kind.SIGN_IN, session="other")).again
    assert not see(recent, event(10, Kind.SIGN_IN, agent="safari")).again
    assert not see(recent, event(11, Kind.SIGN_IN, person="q", agent="safari")).again


def test_signing_in_after_signing_out_is_not_again() -> None:
    recent = Recent(WatchSettings())
    see(recent, event(0, Kind.SIGN_IN))
    see(recent, event(5, Kind.SIGN_OUT))
    assert not see(recent, event(6, Kind.SIGN_IN)).again


def test_who_comes_is_known_by_when_they_came_until_they_are_away() -> None:
    recent, began = Recent(WatchSettings()), BEGAN.timestamp()
    assert [see(recent, event(at_s, Kind.REQUEST)).since_s for at_s in (0, 200, 450)] == [began] * 3
    assert see(recent, event(800, Kind.REQUEST)).since_s == began + 800
