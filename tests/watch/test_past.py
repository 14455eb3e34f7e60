"""A replayed log gives the same detections as the live stream, and bad lines are counted, not fatal."""

from __future__ import annotations

import heapq
from datetime import timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.follow import Follower
from doorward.watch.past import Unparsed, by_time, component_of, events_of, replay
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher
from tests.watch.crowd import BEGAN, Crowd


def parse(line: bytes, component: str) -> SignInEvent | None:
    return msgspec.json.decode(line, type=SignInEvent)


def write(directory: Path, crowd: Crowd) -> tuple[Path, Path]:
    """The crowd's events as a log for each component."""
    paths = directory / "auth.jsonl", directory / "portal.jsonl"
    for path in paths:
        lines = [msgspec.json.encode(event) for event in crowd.events if event.component == component_of(path)]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    return paths


def live(paths: tuple[Path, ...], crowd: Crowd, step_s: float) -> list[object]:
    """The logs followed as they grow, the clock read every `step_s`."""
    watcher = Watcher(WatchSettings(), ("auth", "portal"))
    whole = {path: path.read_bytes().splitlines(keepends=True) for path in paths}
    events = {path: [event for event in crowd.events if event.component == component_of(path)] for path in paths}
    followers = {path: Follower(path, component_of(path), parse) for path in paths}
    for path in paths:
        path.write_bytes(b"")
    found, now, written = [], crowd.events[0].at, dict.fromkeys(paths, 0)
    while now < crowd.events[-1].at + timedelta(seconds=step_s):
        for path in paths:
            with path.open("ab") as file:
                while written[path] < len(events[path]) and events[path][written[path]].at <= now:
                    file.write(whole[path][written[path]])
                    written[path] += 1
            watcher.feed(followers[path].poll().events)
        found += watcher.advance(now)
        now += timedelta(seconds=step_s)
    for follower in followers.values():
        follower.close()
    return found


@pytest.mark.parametrize(("fault", "step_s"), [("A", 0.5), ("B", 2.0), (None, 5.0)])
def test_a_replay_gives_the_detections_of_the_live_stream(tmp_path: Path, fault: str | None, step_s: float) -> None:
    crowd = Crowd(11, 80, fault=fault)
    paths = write(tmp_path, crowd)
    replayed = replay(paths, parse)
    assert bool(replayed) is (fault is not None)
    assert live(paths, crowd, step_s) == list(replayed)


def test_lines_that_do_not_parse_are_counted(tmp_path: Path) -> None:
    paths = write(tmp_path, Crowd(11, 80, fault="A"))
    paths[0].write_bytes(b"{}\nnonsense\n" + paths[0].read_bytes())
    unparsed = Unparsed()
    assert replay(paths, parse, unparsed=unparsed)
    assert unparsed.lines == 2
    assert unparsed.samples[1] == "8 bytes, not JSON"


def test_a_log_without_events_has_no_detections(tmp_path: Path) -> None:
    path = tmp_path / "auth.jsonl"
    path.write_bytes(b"")
    assert replay([path], parse) == ()


def test_a_missing_log_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(events_of(tmp_path / "auth.jsonl", parse))


def at(second: int, number: int) -> SignInEvent:
    return SignInEvent(
        BEGAN + timedelta(seconds=second), "auth", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK, person=str(number)
    )


@given(st.lists(st.lists(st.lists(st.integers(0, 9), min_size=1), max_size=4), min_size=1, max_size=4))
def test_logs_read_in_pieces_are_merged_as_if_line_by_line(logs: list[list[list[int]]]) -> None:
    """Also where lines are late, and where many are of one moment."""
    numbers = iter(range(10_000))
    streams = [[[at(second, next(numbers)) for second in batch] for batch in log] for log in logs]
    expected = heapq.merge(*(chain.from_iterable(stream) for stream in streams), key=attrgetter("at"))
    assert list(chain.from_iterable(by_time([iter(stream) for stream in streams]))) == list(expected)
