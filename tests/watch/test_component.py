"""A component takes in many events at once, and tells and learns what it would have one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.model.detection import Detection
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher
from tests.watch.crowd import BEGAN

# Short stretches, so that much is learned; and segments that have little to wait for.
SETTINGS = WatchSettings(block_s=30.0, person_s=20.0, enough_samples=2, false_alarms_per_month=500.0)
BOTH = ("auth", "portal")
GOOD = (Outcome.SUCCESS, Reason.OK)
TROUBLE = {
    "none": (),
    "typed": ((Kind.SIGN_IN, Reason.WRONG_PASSWORD),),
    "csrf": ((Kind.SIGN_IN, Reason.CSRF),),
    "rejected": ((Kind.SESSION, Reason.NETWORK_CHANGED), (Kind.SESSION, Reason.SESSION_EXPIRED)),
    "errors": ((Kind.REQUEST, Reason.SERVER_ERROR),),
    "client": ((Kind.TOKEN, Reason.TOKEN_REFUSED), (Kind.SIGN_IN, Reason.TOKEN_REFUSED)),
}
KINDS = (Kind.SIGN_IN, Kind.SIGN_IN, Kind.SESSION, Kind.SESSION, Kind.REQUEST, Kind.TOKEN, Kind.SIGN_OUT, Kind.INQUIRY)


def stream(seed: int) -> Iterator[SignInEvent]:
    """Calm and trouble of every sort in turn: late lines, lines of one second, silences, restarts, attacks, probes."""
    chance, at_s = random.Random(seed), 0.0
    for _ in range(8):
        trouble, pace_s = chance.choice(list(TROUBLE.values())), chance.choice((0.02, 0.3, 2.0))
        is_attack, is_slow, is_whole = chance.random() < 0.2, chance.random() < 0.2, chance.random() < 0.3
        if chance.random() < 0.3:
            yield SignInEvent(at(at_s), chance.choice(BOTH), Kind.CONFIGURATION, *GOOD)
        for _ in range(chance.choice((10, 60))):
            at_s += chance.expovariate(1 / pace_s)
            late_s = chance.choice((0.0, 0.0, 0.0, 5.0, 40.0))
            here_s = max(at_s - late_s, 0.0)
            kind = Kind.SIGN_IN if is_attack else chance.choice(KINDS)
            reasons = [reason for bad, reason in trouble if bad is kind] if chance.random() < 0.6 else []
            yield event(chance, round(here_s) if is_whole else here_s, kind, reasons, is_attack, is_slow)
        at_s += chance.choice((0.0, 0.0, 300.0))


def at(at_s: float) -> datetime:
    return BEGAN + timedelta(seconds=at_s)


def event(
    chance: random.Random, at_s: float, kind: Kind, reasons: Sequence[Reason], is_attack: bool, is_slow: bool
) -> SignInEvent:
    verdict = (Outcome.FAILURE, chance.choice(reasons)) if reasons else GOOD
    if is_attack:
        verdict = Outcome.FAILURE, Reason.WRONG_PASSWORD
    person = chance.choice((None, *(f"p{chance.randrange(1000 if is_attack else 40)}",) * 9))
    return SignInEvent(
        at(at_s),
        chance.choice(BOTH),
        kind,
        *verdict,
        person=person,
        session=chance.choice((None, f"s{person}")),
        source="attacker" if is_attack else chance.choice((None, f"n{chance.randrange(90)}")),
        client=chance.choice((None, "portal", "library")),
        agent=chance.choice((None, "firefox")),
        route=chance.choice((None, "courses", "sign-in")),
        ms=chance.choice((None, 3000.0 if is_slow else 20.0)),
        probe=chance.random() < 0.02,
    )


def come_to(events: Sequence[SignInEvent], cuts: Sequence[int], asks: Sequence[int]) -> list[object]:
    """What is told at each of the places where it is asked, if the stream is fed in pieces that end at `cuts`; and at
    the end all that is known."""
    watcher, told, start = Watcher(SETTINGS, BOTH), list[tuple[Detection, ...]](), 0
    for end in sorted({*cuts, *asks, len(events)}):
        watcher.feed(events[start:end])
        start = end
        if end in asks:
            told.append(watcher.advance(max(one.at for one in events[:end])))
    told.append(watcher.advance(max(one.at for one in events)))
    known = sorted(map(repr, watcher.states())), sorted(map(repr, watcher.kept())), watcher.suspicious()
    return [told, *known, watcher.forgotten(), watcher.series("auth"), watcher.quiet_since()]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sets(st.integers(1, 400)), st.sets(st.integers(1, 400), max_size=4))
def test_however_a_stream_is_cut_the_same_is_told_and_learned(seed: int, cuts: set[int], asks: set[int]) -> None:
    events = tuple(stream(seed))
    inside = sorted(place for place in asks if place < len(events))
    one_by_one = come_to(events, range(1, len(events)), inside)
    assert come_to(events, [place for place in cuts if place < len(events)], inside) == one_by_one
    assert come_to(events, (), inside) == one_by_one
