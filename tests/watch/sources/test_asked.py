"""Whatever comes late, fills a page, fails or is killed: each line that is asked for by its time is stored once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from doorward.watch.sources import asked, marks
from doorward.watch.sources.answers import TooLarge
from doorward.watch.sources.asked import FIRST_S, NS_PER_S, Asked, Found
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource

T0 = 1_800_000_000.0
LATE_S = 30.0


@dataclass
class Store:
    """A small store of lines by time, with the pages that a source answers; `fails` decides which questions do."""

    usual: int = 5
    most: int = 50
    tick_ns: int = 1
    fails: Callable[[], bool] = lambda: False
    lines: list[Found] = field(default_factory=list)
    questions: int = 0

    def add(self, at: float, line: bytes) -> None:
        self.lines.append(Found(int(at * NS_PER_S), line.decode(), line))

    def page(self, since_ns: int, until_ns: int, limit: int) -> list[Found]:
        self.questions += 1
        if self.fails():
            raise Away("does not answer")
        found = sorted((one for one in self.lines if since_ns <= one.at_ns <= until_ns), key=lambda one: one.at_ns)
        return found[:limit]


class Clock:
    """Seconds since 1970, moved by the test."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stored(spool: Spool) -> list[bytes | None]:
    return list(SpoolSource("auth", spool).take(1 << 24).lines)


def test_lines_are_asked_for_once_from_half_an_hour_before_the_first_start(tmp_path: Path, clock: Clock) -> None:
    store, spool = Store(), Spool(tmp_path)
    store.add(T0 - FIRST_S - LATE_S - 1, b"too old")
    for number in range(12):
        store.add(T0 - 100 + number, b"%d" % number)
    one = Asked(spool, store, LATE_S, clock)
    assert one.step() == ""
    clock.now += 2
    store.add(clock.now - 20, b"late")
    one.step()
    assert stored(spool) == [*(b"%d" % number for number in range(12)), b"late"]


def test_a_first_place_is_stored_before_the_first_question(tmp_path: Path, clock: Clock) -> None:
    store = Store(fails=lambda: True)
    with pytest.raises(Away):
        Asked(Spool(tmp_path), store, LATE_S, clock).step()
    store.add(T0 - FIRST_S + 1, b"old")
    clock.now += 3600
    store.fails = lambda: False
    spool = Spool(tmp_path)
    Asked(spool, store, LATE_S, clock).step()
    assert stored(spool) == [b"old"]


@pytest.mark.parametrize("away_s", [10.0, 700.0, 90_000.0])
def test_lines_are_known_again_however_long_nobody_asked(tmp_path: Path, clock: Clock, away_s: float) -> None:
    store = Store()
    for number in range(23):
        store.add(T0 - number / 2, b"%d" % number)
    Asked(Spool(tmp_path), store, LATE_S, clock).step()
    clock.now += away_s
    store.add(T0 - 1.1, b"late")
    spool = Spool(tmp_path)
    Asked(spool, store, LATE_S, clock).step()
    told = stored(spool)
    assert len(told) == len(set(told)) == 24


def test_more_lines_at_one_moment_than_a_page_holds_are_all_found(tmp_path: Path, clock: Clock) -> None:
    store, spool = Store(), Spool(tmp_path)
    for number in range(49):
        store.add(T0 - 5, b"%d" % number)
    store.add(T0 - 4, b"after")
    assert Asked(spool, store, LATE_S, clock).step() == ""
    assert len(stored(spool)) == 50


def test_more_than_any_page_holds_is_told_and_what_follows_is_found(tmp_path: Path, clock: Clock) -> None:
    store, spool = Store(), Spool(tmp_path)
    for number in range(60):
        store.add(T0 - 5, b"%d" % number)
    store.add(T0 - 4, b"after")
    said = Asked(spool, store, LATE_S, clock).step()
    assert said == "more than 50 lines at one moment: some of them were left out"
    assert len(stored(spool)) == 51
    assert b"after" in stored(spool)


def test_an_answer_that_is_too_large_is_asked_for_in_halves(tmp_path: Path, clock: Clock) -> None:
    class Narrow(Store):
        def page(self, since_ns: int, until_ns: int, limit: int) -> list[Found]:
            found = super().page(since_ns, until_ns, limit)
            if len(found) > 2:
                raise TooLarge
            return found

    store, spool = Narrow(), Spool(tmp_path)
    for number in range(12):
        store.add(T0 - 20 + number, b"%d" % number)
    Asked(spool, store, LATE_S, clock).step()
    assert stored(spool) == [b"%d" % number for number in range(12)]


def test_a_long_past_is_read_in_several_steps_and_no_page_twice(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "PAGES_A_STEP", 3)
    store, spool = Store(), Spool(tmp_path)
    for number in range(1000):
        store.add(T0 - 10 + number / 100, b"%d" % number)
    one = Asked(spool, store, LATE_S, clock)
    while len(stored(spool)) < 1000:
        one.step()
    # Each page begins with the last line of the one before.
    assert store.questions < 1000 / 4 + 10
    assert stored(spool) == [b"%d" % number for number in range(1000)]


def test_a_clock_that_was_wrong_for_a_while_does_not_keep_it_from_asking(tmp_path: Path, clock: Clock) -> None:
    store, spool = Store(), Spool(tmp_path)
    store.add(T0 - 1, b"before")
    one = Asked(spool, store, LATE_S, clock)
    clock.now = T0 + 1e8
    one.step()
    clock.now = T0 + 2
    store.add(T0 + 1, b"after")
    one.step()
    assert stored(spool) == [b"before", b"after"]


def test_where_identities_are_forgotten_for_their_number_nothing_is_counted_twice(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "MOST_IDS", 20)
    store, spool = Store(), Spool(tmp_path)
    one = Asked(spool, store, LATE_S, clock)
    for number in range(300):
        clock.now += 0.5
        store.add(clock.now - 0.1, b"%d" % number)
        one.step()
    assert stored(spool) == [b"%d" % number for number in range(300)]


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_late_lines_failures_and_kills_stores_each_once(tmp_path: Path, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    store = Store(fails=lambda: chance.random() < 0.2)
    spool = Spool(tmp_path)
    one, number, waiting = Asked(spool, store, LATE_S, clock), 0, []
    for _ in range(300):
        clock.now += chance.choice((0.1, 2, 2, 2, 20))
        for _ in range(chance.choice((0, 1, 3, 12))):
            at = clock.now - chance.choice((0.0, 0.5, 0.5))
            waiting.append((at, b"%d" % number, clock.now + chance.choice((0, 0, 0, 1, 8))))
            number += 1
        for late in [late for late in waiting if late[2] <= clock.now or late[0] < clock.now - LATE_S + 25]:
            store.add(*late[:2])
            waiting.remove(late)
        if chance.random() < 0.1:
            spool.close()
            spool = Spool(tmp_path)
            one = Asked(spool, store, LATE_S, clock)
        try:
            one.step()
        except Away:
            continue
    for late in waiting:
        store.add(*late[:2])
    store.fails = lambda: False
    # What was begun, and what came since.
    for _ in range(2):
        one.step()
    assert sorted(map(int, filter(None, stored(spool)))) == list(range(number))
