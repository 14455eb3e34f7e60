"""Records of a real broker are stored once: after a kill, while the broker is away, and when partitions are added."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doorward.watch.sources import spool as spools
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.spooled import SpoolSource
from tests.services.kafka import Broker, broker

# An extra: skipped with a reason where it is not installed.
module: Any = pytest.importorskip("doorward.watch.sources.kafka", reason="needs confluent-kafka (make setup-all)")
Kafka, Place = module.Kafka, module.Place


@pytest.fixture(scope="module")
def started() -> Iterator[Broker]:
    with broker() as made:
        yield made


@pytest.fixture
def open_one(tmp_path: Path) -> Iterator[Callable[[Broker, str], Kafka]]:
    """A reader as the next process has it; the one before is closed."""
    made: list[Kafka] = []

    def opened(server: Broker, topic: str) -> Kafka:
        for one in made:
            one.close()
        made.append(Kafka(Spool(tmp_path), topic, {"bootstrap.servers": server.address}))
        return made[-1]

    yield opened
    for one in made:
        one.close()


def stored(folder: Path) -> list[bytes]:
    return [line or b"" for line in SpoolSource("door", Spool(folder)).take(1 << 24).lines]


def until(one: Kafka, folder: Path, number: int) -> list[bytes]:
    """Step until so many are stored, and a little longer; they in order."""
    deadline = time.monotonic() + 60
    while len(stored(folder)) < number:
        assert time.monotonic() < deadline, f"{len(stored(folder))} of {number}"
        _again(one, folder)
    for _ in range(3):
        one.step()
    return sorted(stored(folder))


def steps(one: Kafka) -> None:
    """Step until it fails."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        one.step()


def numbered(begin: int, end: int) -> list[bytes]:
    return [b"%05d" % number for number in range(begin, end)]


Opened = Callable[[Broker, str], Kafka]


def test_records_are_stored_once_by_whoever_comes_back(started: Broker, open_one: Opened, tmp_path: Path) -> None:
    started.make_topic("logins", 3)
    started.send("logins", numbered(0, 3000))
    assert until(open_one(started, "logins"), tmp_path, 3000) == numbered(0, 3000)
    started.send("logins", numbered(3000, 4000))
    assert until(open_one(started, "logins"), tmp_path, 4000) == numbered(0, 4000)


def test_what_was_read_and_not_stored_is_read_again(
    started: Broker, open_one: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started.make_topic("full", 1)
    started.send("full", [b"first"])
    one = open_one(started, "full")
    until(one, tmp_path, 1)
    started.send("full", numbered(0, 100))
    with monkeypatch.context() as full:
        full.setattr(spools, "MOST_WAITING_BYTES", 0)
        with pytest.raises(SpoolFull):
            steps(one)
    assert until(one, tmp_path, 101) == [*numbered(0, 100), b"first"]


def test_a_delivery_is_bounded_and_each_place_stands_with_its_lines(
    started: Broker, open_one: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DELIVERY_BYTES", 50)
    started.make_topic("bounded", 1)
    started.send("bounded", numbered(0, 100))
    assert until(open_one(started, "bounded"), tmp_path, 100) == numbered(0, 100)
    place = msgspec.json.decode(Spool(tmp_path).position or "", type=Place)
    assert (place.topic, place.offsets) == ("bounded", {0: 100})


def test_a_partition_that_is_added_is_read_from_its_first_record(
    started: Broker, open_one: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARTITIONS_EVERY_S", 0.0)
    started.make_topic("grown", 1)
    one = open_one(started, "grown")
    started.send("grown", numbered(0, 10))
    until(one, tmp_path, 10)
    started.add_partitions("grown", 2)
    started.send("grown", numbered(10, 20), partition=1)
    assert until(one, tmp_path, 20) == numbered(0, 20)


def test_records_that_are_gone_are_told_and_what_is_left_is_read(
    started: Broker, open_one: Opened, tmp_path: Path
) -> None:
    started.make_topic("short", 1)
    started.send("short", numbered(0, 10))
    Spool(tmp_path).append(spools.Delivery((), position=module._encode(Place("short", {0: 99}))))
    one = open_one(started, "short")
    told, deadline = "", time.monotonic() + 60
    while not told and time.monotonic() < deadline:
        told = one.step()
    assert told == "records were deleted before they were read: partitions 0 begin with what is left"
    assert until(one, tmp_path, 10) == numbered(0, 10)


def test_another_topic_begins_by_itself(started: Broker, open_one: Opened, tmp_path: Path) -> None:
    started.make_topic("other", 1)
    started.send("other", numbered(0, 5))
    Spool(tmp_path).append(spools.Delivery((), position=module._encode(Place("before", {0: 3}))))
    assert until(open_one(started, "other"), tmp_path, 5) == numbered(0, 5)


def test_a_topic_that_is_not_there_is_told(started: Broker, open_one: Opened) -> None:
    with pytest.raises(Away, match="topic never: UNKNOWN_TOPIC_OR_PART"):
        open_one(started, "never").step()


def test_a_configuration_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no\.such\.option"):
        Kafka(Spool(tmp_path), "a", {"bootstrap.servers": "127.0.0.1:1", "no.such.option": "1"})


def test_a_broker_that_is_away_is_told_and_found_again(
    started: Broker, open_one: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 1.0)
    started.make_topic("away", 1)
    started.send("away", numbered(0, 10))
    one = open_one(started, "away")
    until(one, tmp_path, 10)
    started.stop()
    try:
        with pytest.raises(Away, match="does not answer"):
            steps(one)
    finally:
        started.start()
    started.send("away", numbered(10, 20))
    deadline = time.monotonic() + 60
    while len(_again(one, tmp_path)) < 20:
        assert time.monotonic() < deadline
    assert sorted(stored(tmp_path)) == numbered(0, 20)


def _again(one: Kafka, folder: Path) -> list[bytes]:
    """A step of which it does not matter whether the broker answered."""
    with contextlib.suppress(Away):
        one.step()
    return stored(folder)
