"""A component's source becomes a step with back-off; what its settings lack is said, and no secret ever is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from doorward.errors import DoorwardError, InputInvalid
from doorward.settings import Settings
from doorward.watch.sources import spool as spools
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource
from doorward.wiring.asking import asking
from tests.watch.sources.wire import Answer, Asking, serving
from tests.wiring.cases import settings_of


def settings(home: Path, **source: object) -> Settings:
    return settings_of(home, {"source": source})


def stored(spool: Spool) -> list[bytes | None]:
    return list(SpoolSource("auth", spool).take(1 << 20).lines)


def lines(asked: Asking) -> Answer:
    """A Loki with one line."""
    values = [[str(time.time_ns() // 10**12 * 10**12), "one"]]
    return Answer({"data": {"resultType": "streams", "result": [{"stream": {"app": "a"}, "values": values}]}})


def hits(asked: Asking) -> Answer:
    """A search server with one document."""
    hit = {"_index": "a", "_id": "1", "sort": [1], "_source": {"log": "one"}}
    return Answer({"hits": {"hits": [hit]}})


LOKI = {"kind": "loki", "query": '{app="a"}'}
SEARCH = {"kind": "elasticsearch", "index": "a", "line_field": "log"}


@pytest.mark.parametrize(
    ("source", "answer", "header"),
    [
        ({**LOKI, "tenant": "school"}, lines, "Bearer name:pass"),
        ({**SEARCH, "authorization": "Basic"}, hits, "Basic bmFtZTpwYXNz"),
        ({**SEARCH, "authorization": "ApiKey"}, hits, "ApiKey name:pass"),
    ],
    ids=["loki", "basic", "api key"],
)
def test_a_server_is_asked_with_its_token(
    tmp_path: Path, source: dict[str, object], answer: object, header: str
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/token").write_text("name:pass\n")
    spool = Spool(tmp_path / "spool")
    with serving(answer) as wire:  # type: ignore[arg-type]
        found = settings(tmp_path, address=wire.address, token_file="token", every_s=7.0, **source)
        every_s, step = asking(found, found.component[0], spool)
        assert (every_s, step()) == (7.0, "")
        headers = wire.asked[0].headers
    assert (headers["authorization"], headers.get("x-scope-orgid")) == (header, source.get("tenant"))
    assert stored(spool) == [b"one"]


def test_a_source_that_is_away_is_told_in_the_same_words_and_asked_again_later(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    with serving(lambda asked: Answer(status=503)) as wire:
        found = settings(tmp_path, address=wire.address, **LOKI)
        _, step = asking(found, found.component[0], spool)
        told = set()
        for _ in range(3):
            with pytest.raises(DoorwardError) as caught:
                step()
            told.add(str(caught.value))
        assert told == {"answers 503 [source.loki]\n    it is asked again by itself"}
        assert len(wire.asked) == 1
        wire.answer = lines
        until = time.monotonic() + 20
        while not stored(spool) and time.monotonic() < until:
            try:
                step()
            except DoorwardError:
                time.sleep(0.05)
    assert stored(spool) == [b"one"]


def test_a_full_spool_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "MOST_WAITING_BYTES", 0)
    with serving(lines) as wire:
        found = settings(tmp_path, address=wire.address, **LOKI)
        _, step = asking(found, found.component[0], Spool(tmp_path / "spool"))
        with pytest.raises(DoorwardError, match="cannot store what is read"):
            step()


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ({"kind": "loki", "query": "{}"}, "address"),
        ({"kind": "loki", "address": "http://127.0.0.1:1"}, "query"),
        ({"kind": "elasticsearch", "address": "http://127.0.0.1:1"}, "index"),
        ({**LOKI, "address": "127.0.0.1:1"}, "address"),
        ({**LOKI, "address": "http://name:s3cret@127.0.0.1:1"}, "address"),
        ({**LOKI, "address": "name:s3cret@127.0.0.1:1"}, "address"),
        ({**LOKI, "address": "https://127.0.0.1:1", "ca_file": "none.pem"}, "ca_file"),
        ({**LOKI, "address": "http://127.0.0.1:1", "token_file": "none"}, "token_file"),
        ({"kind": "kafka", "query": "a"}, "address"),
        ({"kind": "kafka", "address": "127.0.0.1:1"}, "query"),
        ({"kind": "kafka", "address": "127.0.0.1:1", "query": "a", "options": {"sasl.password": "s3cret"}}, "options"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value["kind"]),
)
def test_what_a_source_lacks_is_said_without_its_secret(tmp_path: Path, source: dict[str, object], key: str) -> None:
    found = settings(tmp_path, **source)
    with pytest.raises(InputInvalid) as caught:
        asking(found, found.component[0], Spool(tmp_path / "spool"))
    assert caught.value.problems[0].code == f"source.{key}"
    assert "s3cret" not in str(caught.value)


def test_standard_input_is_one_components_only(tmp_path: Path) -> None:
    other = {"name": "portal", "role": "client", "kind": "school", "source": {"kind": "stdin"}}
    found = settings_of(tmp_path, {"source": {"kind": "stdin"}}, (other,))
    with pytest.raises(InputInvalid, match="one component's only"):
        asking(found, found.component[0], Spool(tmp_path / "spool"))


def test_a_journal_that_is_not_there_is_told_and_asked_for_again(tmp_path: Path) -> None:
    found = settings(tmp_path, kind="journald", journal="none.journal")
    _, step = asking(found, found.component[0], Spool(tmp_path / "spool"))
    until = time.monotonic() + 20
    told = ""
    while not told and time.monotonic() < until:
        try:
            step()
        except DoorwardError as error:
            told = str(error)
    assert told.startswith(("journalctl ended: ", "journalctl is not installed"))


def test_kafka_is_stepped_and_what_its_client_does_not_know_is_said(tmp_path: Path) -> None:
    pytest.importorskip("confluent_kafka", reason="needs confluent-kafka (make setup-all)")
    kafka = {"kind": "kafka", "address": "127.0.0.1:1", "query": "a"}
    found = settings(tmp_path, **kafka, options={"client.rack": "a"})
    every_s, step = asking(found, found.component[0], Spool(tmp_path / "spool"))
    assert every_s < 1
    assert callable(step)
    found = settings(tmp_path, **kafka, options={"no.such": "1"})
    with pytest.raises(InputInvalid, match=r"no\.such"):
        asking(found, found.component[0], Spool(tmp_path / "spool"))
