"""Memory holds the recent past and no more."""

from __future__ import annotations

import threading
from datetime import timedelta

from doorward.model.sign_in import Kind
from doorward.wiring import memory as bounds
from doorward.wiring.memory import KEEP, Memory
from tests.wiring.cases import at, event


def test_what_is_too_old_is_forgotten_when_something_new_comes() -> None:
    memory = Memory()
    memory.add([event(0), event(1)])
    memory.add([event(1 + KEEP.total_seconds())])
    assert [e.at for e in memory.all()] == [at(1), at(1) + KEEP]


def test_no_more_events_than_the_bound_are_kept_and_the_newest_are() -> None:
    memory = Memory()
    one = event(0)
    memory.add(one for _ in range(bounds.MOST_EVENTS))
    memory.add([event(1, person="last")])
    assert len(memory.all()) == bounds.MOST_EVENTS
    assert memory.all()[-1].person == "last"


def test_events_since_a_time_include_that_time() -> None:
    memory = Memory()
    memory.add([event(0), event(1), event(2)])
    assert [e.at for e in memory.since(at(1))] == [at(1), at(2)]


def test_memory_reaches_back_as_far_as_its_oldest_event() -> None:
    memory = Memory()
    assert not memory.reaches(at(0))
    memory.add([event(1), event(2)])
    assert memory.reaches(at(1))
    assert memory.reaches(at(5))
    assert not memory.reaches(at(1) - timedelta(microseconds=1))


def test_the_configuration_that_a_component_last_loaded_is_known() -> None:
    memory = Memory()
    assert memory.loaded("auth") is None
    memory.add([event(0, Kind.CONFIGURATION, config="old"), event(1, Kind.CONFIGURATION, config="new")])
    memory.add([event(2, Kind.CONFIGURATION, config="its own", component="portal"), event(3, config="unsaid")])
    assert (memory.loaded("auth"), memory.loaded("portal")) == ("new", "its own")


def test_a_load_is_remembered_longer_than_the_event_that_told_it() -> None:
    memory = Memory()
    memory.add([event(0, Kind.CONFIGURATION, config="old")])
    memory.add([event(KEEP.total_seconds() + 1)])
    assert len(memory.all()) == 1
    assert memory.loaded("auth") == "old"


def test_a_reader_in_another_thread_is_never_disturbed() -> None:
    memory, seen = Memory(), []
    writer = threading.Thread(target=lambda: [memory.add([event(n / 100)]) for n in range(500)])
    writer.start()
    while writer.is_alive():
        seen.append(len(memory.since(at(0))))
    writer.join()
    assert seen == sorted(seen)
    assert len(memory.all()) == 500
