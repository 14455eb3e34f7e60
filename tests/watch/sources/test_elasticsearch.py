"""Documents of a real OpenSearch are stored once, whatever their times are alike; and what no server should answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.watch.sources.answers import Answers
from doorward.watch.sources.asked import NS_PER_S, Asked
from doorward.watch.sources.elasticsearch import Elasticsearch
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource
from tests.services.opensearch import Search, search
from tests.watch.sources.wire import Answer, serving


@pytest.fixture(scope="module")
def node() -> Iterator[Search]:
    with search() as made:
        yield made


def asked(address: str, spool: Spool, index: str, query: str = "", line_field: str = "log") -> Asked:
    return Asked(spool, Elasticsearch(Answers(address, {}), index, query, "@timestamp", line_field), late_s=600)


def stored(spool: Spool) -> list[bytes | None]:
    return list(SpoolSource("door", spool).take(1 << 24).lines)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def all_of(one: Asked, spool: Spool, number: int) -> list[bytes]:
    """Step until so many are stored, and once more."""
    until = time.monotonic() + 60
    while len(stored(spool)) < number and time.monotonic() < until:
        one.step()
    one.step()
    return sorted(line for line in stored(spool) if line is not None)


def test_documents_are_stored_once_over_pages_late_ones_and_a_restart(node: Search, tmp_path: Path) -> None:
    node.make_index("door-1")
    node.make_index("door-2")
    began = now_ms() - 20_000
    # More at one millisecond than a page holds, over two indices of two shards.
    for index in ("door-1", "door-2"):
        node.add(index, ({"@timestamp": began + n // 10, "log": f"{index}/{n}"} for n in range(600)))
        node.add(index, ({"@timestamp": began + 500, "log": f"{index} at once {n}"} for n in range(550)))
    expected = [f"{index}/{n}".encode() for index in ("door-1", "door-2") for n in range(600)]
    expected += [f"{index} at once {n}".encode() for index in ("door-1", "door-2") for n in range(550)]
    spool = Spool(tmp_path)
    assert all_of(asked(node.address, spool, "door-*"), spool, len(expected)) == sorted(expected)
    node.add("door-1", [{"@timestamp": began + 7, "log": "late"}])
    spool.close()
    after = Spool(tmp_path)
    assert all_of(asked(node.address, after, "door-*"), after, len(expected) + 1) == sorted([*expected, b"late"])


def test_a_query_string_the_whole_document_and_nanoseconds_are_taken(node: Search, tmp_path: Path) -> None:
    node.make_index("nano", time_type="date_nanos")
    ns = time.time_ns() - NS_PER_S
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // NS_PER_S)) + f".{ns % NS_PER_S:09d}Z"
    node.add("nano", [{"@timestamp": at, "log": "door", "n": 1}, {"@timestamp": at, "log": "window", "n": 2}])
    spool = Spool(tmp_path)
    (line,) = all_of(asked(node.address, spool, "nano", "log:door", ""), spool, 1)
    assert json.loads(line) == {"@timestamp": at, "log": "door", "n": 1}


def test_an_index_that_is_not_there_yet_is_waited_for(node: Search, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    one = asked(node.address, spool, "later-*")
    assert one.step() == ""
    node.make_index("later-1")
    node.add("later-1", [{"@timestamp": now_ms() - 10, "log": "one"}])
    assert all_of(one, spool, 1) == [b"one"]


def test_a_query_that_is_refused_is_told(node: Search, tmp_path: Path) -> None:
    node.make_index("asked", shards=1)
    # Without it no shard looks at the query.
    node.add("asked", [{"@timestamp": now_ms() - 10, "log": "one"}])
    with pytest.raises(Away, match="refuses: answers 400"):
        asked(node.address, Spool(tmp_path), "asked", "log:(((").step()


HIT = {"_index": "a", "_id": "1", "sort": [1], "_source": {"log": "x"}}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"timed_out": True, "hits": {"hits": [HIT]}}, "in part only"),
        ({"_shards": {"failed": 1}, "hits": {"hits": [HIT]}}, "in part only"),
        ({"hits": {"hits": [{**HIT, "sort": ["soon"]}]}}, "in a form that is not known"),
        ({"error": {}}, "in a form that is not known"),
    ],
    ids=["too slow", "a shard failed", "no time", "an error"],
)
def test_half_an_answer_is_none(tmp_path: Path, body: object, what: str) -> None:
    spool = Spool(tmp_path)
    with serving(lambda asking: Answer(body)) as wire, pytest.raises(Away, match=what):
        asked(wire.address, spool, "a").step()
    assert stored(spool) == []


@pytest.mark.parametrize(
    ("source", "field", "line"),
    [
        ({"event": {"original": "x"}}, "event.original", b"x"),
        ({"event.original": "x"}, "event.original", b"x"),
        ({"log": {"a": 1}}, "log", b'{"log":{"a":1}}'),
        ({}, "log", b"{}"),
    ],
    ids=["nested", "flat", "no text", "not there"],
)
def test_a_line_is_found_by_its_field_and_a_document_without_it_is_told_as_it_is(
    tmp_path: Path, source: object, field: str, line: bytes
) -> None:
    spool = Spool(tmp_path)
    hits = [{**HIT, "sort": [now_ms()], "_source": source}]
    with serving(lambda asking: Answer({"hits": {"hits": hits}})) as wire:
        asked(wire.address, spool, "a", line_field=field).step()
    assert stored(spool) == [line]
