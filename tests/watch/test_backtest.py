"""The backtest gives the answers that the live watch gives on the same lines."""

from __future__ import annotations

import gzip
import heapq
import random
from datetime import timedelta
from operator import attrgetter
from pathlib import Path

import pytest

from doorward.model.detection import Detection
from doorward.systems import system
from doorward.watch import Follower, Watcher, WatchSettings, component_of, merged
from doorward.watch.backtest import Replay, backtest
from tests.watch.crowd import Crowd
from tests.watch.school_lines import lines, write

SETTINGS = WatchSettings()


def live(crowd: Crowd, directory: Path, seed: int) -> tuple[Detection, ...]:
    """As the daemon does: lines are written at any moment, also half of one, polled, and time passes by the clock."""
    chance = random.Random(seed)
    names = tuple(dict.fromkeys(event.component for event in crowd.events))
    texts = {name: "".join(lines(crowd.events, name)).encode() for name in names}
    paths = {name: directory / f"{name}.jsonl" for name in names}
    parse = system("school").parser()
    followers = [Follower(path, name, parse) for name, path in paths.items()]
    watcher = Watcher(SETTINGS, names)
    found: list[Detection] = []
    written = dict.fromkeys(names, 0)
    until = crowd.events[0].at
    while any(written[name] < len(texts[name]) for name in names):
        until += timedelta(seconds=chance.expovariate(1 / 5))
        for name in names:
            due = len("".join(lines(crowd.until(until), name)).encode())
            cut = min(due + chance.randrange(80), len(texts[name]))
            with paths[name].open("ab") as file:
                file.write(texts[name][written[name] : max(cut, written[name])])
            written[name] = max(cut, written[name])
        batches = [follower.poll() for follower in followers]
        watcher.feed(heapq.merge(*(batch.events for batch in batches), key=attrgetter("at")))
        found += watcher.advance(until)
    return tuple(found)


def past(paths: tuple[Path, ...], *settings: WatchSettings) -> tuple[Replay, ...]:
    return backtest(tuple(map(component_of, paths)), merged(paths, system("school").parser()), settings or (SETTINGS,))


@pytest.mark.parametrize("fault", ["A", "B", None])
def test_it_equals_the_live_watch_whatever_the_batches(fault: str | None, tmp_path: Path) -> None:
    crowd = Crowd(11, 90, fault=fault, fault_at_s=45)
    (tmp_path / "live").mkdir()
    then = live(crowd, tmp_path / "live", 7)
    (replay,) = past(write(crowd.events, tmp_path))
    assert replay.detections == tuple(sorted(then, key=lambda detection: detection.detected_at))
    assert bool(replay.detections) == (fault is not None)
    assert replay.events == len(crowd.events)


def test_several_budgets_in_one_pass_are_as_one_by_one(tmp_path: Path) -> None:
    paths = write(Crowd(3, 120, fault="A", fault_at_s=60).events, tmp_path)
    settings = [WatchSettings(false_alarms_per_month=budget) for budget in (0.1, 1.0, 30.0)]
    assert past(paths, *settings) == tuple(past(paths, one)[0] for one in settings)


def test_a_compressed_log_tells_the_same(tmp_path: Path) -> None:
    paths = write(Crowd(3, 90, fault="A", fault_at_s=60).events, tmp_path)
    packed = tuple(path.with_name(f"{path.name}.2.gz") for path in paths)
    for path, other in zip(paths, packed, strict=True):
        other.write_bytes(gzip.compress(path.read_bytes()))
    assert past(packed) == past(paths)


def test_an_empty_log_has_no_span(tmp_path: Path) -> None:
    (tmp_path / "auth.jsonl").touch()
    assert past((tmp_path / "auth.jsonl",)) == (Replay(SETTINGS, (), 0, None),)
