"""Lines of a Loki are stored once, page by page, with their nanoseconds: of a server that speaks its documented format,
and of a real one where `DOORWARD_LOKI` names its binary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.watch.sources.answers import Answers
from doorward.watch.sources.asked import NS_PER_S, Asked
from doorward.watch.sources.loki import Loki
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource
from tests.services import loki as services
from tests.watch.sources.wire import Answer

QUERY = '{app="door"}'
LABELS = {"app": "door", "host": "a"}


@pytest.fixture(scope="module", params=["wire", "loki"] if services.BINARY else ["wire"])
def server(request: pytest.FixtureRequest) -> Iterator[services.Logs]:
    with services.real() if request.param == "loki" else services.wire() as made:
        yield made


@pytest.fixture
def wire() -> Iterator[services.Wire]:
    with services.wire() as made:
        yield made


def asked(address: str, spool: Spool, query: str = QUERY) -> Asked:
    return Asked(spool, Loki(Answers(address, {}), query), late_s=600)


def stored(spool: Spool) -> list[bytes | None]:
    return list(SpoolSource("door", spool).take(1 << 24).lines)


def test_lines_of_all_streams_are_stored_once_page_by_page_and_after_a_restart(
    server: services.Logs, tmp_path: Path
) -> None:
    now = time.time_ns() - 20 * NS_PER_S
    # A page's worth at one nanosecond, and two streams that are alike.
    for host in ("a", "b"):
        server.push({**LABELS, "host": host}, [(now + number, f"{host}{number}") for number in range(1200)])
        server.push({**LABELS, "host": host}, [(now + 5000, f"{host} at once {number}") for number in range(600)])
        server.push({**LABELS, "host": host}, [(now + 5001, "alike")])
    expected = [f"{host}{number}".encode() for host in "ab" for number in range(1200)]
    expected += [f"{host} at once {number}".encode() for host in "ab" for number in range(600)] + [b"alike"] * 2
    spool = Spool(tmp_path)
    one = asked(server.address, spool)
    until = time.monotonic() + 30
    while len(stored(spool)) < len(expected) and time.monotonic() < until:
        one.step()
    server.push(LABELS, [(now + 9, "late")])
    spool.close()
    after = Spool(tmp_path)
    again = asked(server.address, after)
    while len(stored(after)) <= len(expected) and time.monotonic() < until:
        again.step()
    again.step()
    assert sorted(map(bytes, filter(None, stored(after)))) == sorted([*expected, b"late"])


def test_a_question_that_loki_refuses_and_one_that_is_no_selector_are_told(
    server: services.Logs, wire: services.Wire, tmp_path: Path
) -> None:
    wire.refusal = Answer(b"parse error", 400)
    with pytest.raises(Away, match="refuses: answers 400"):
        asked(wire.address, Spool(tmp_path)).step()
    wire.refusal = Answer({"status": "success", "data": {"resultType": "matrix", "result": []}})
    with pytest.raises(Away, match="does not answer with log lines"):
        asked(wire.address, Spool(tmp_path)).step()
    if isinstance(server, services.Real):
        with pytest.raises(Away, match="refuses: answers 400"):
            asked(server.address, Spool(tmp_path), "{app=").step()
        with pytest.raises(Away, match="does not answer with log lines"):
            asked(server.address, Spool(tmp_path), 'rate({app="door"}[1m])').step()


@pytest.mark.parametrize(
    "result",
    [[{"stream": {}, "values": [["soon", "x"]]}], [{"stream": {}, "values": [["1"]]}], [{"stream": 1}], {}],
    ids=["no time", "no line", "no stream", "no list"],
)
def test_an_answer_in_another_form_is_told_and_nothing_is_stored(
    wire: services.Wire, tmp_path: Path, result: object
) -> None:
    wire.refusal = Answer({"status": "success", "data": {"resultType": "streams", "result": result}})
    spool = Spool(tmp_path)
    with pytest.raises(Away, match="in a form that is not known"):
        asked(wire.address, spool).step()
    assert stored(spool) == []


def test_a_loki_that_is_away_in_between_loses_nothing(wire: services.Wire, tmp_path: Path) -> None:
    now = time.time_ns() - NS_PER_S
    wire.push(LABELS, [(now, "one")])
    spool = Spool(tmp_path)
    one = asked(wire.address, spool)
    one.step()
    wire.refusal = Answer(status=429, headers={"Retry-After": "3"})
    wire.push(LABELS, [(now + 1, "two")])
    with pytest.raises(Away, match="answers 429"):
        one.step()
    wire.refusal = None
    one.step()
    assert stored(spool) == [b"one", b"two"]
