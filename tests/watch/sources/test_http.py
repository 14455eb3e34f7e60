"""A delivery over HTTP is stored before it is answered, known when it is sent again, and refused with a reason."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from doorward.watch.sources import http as inboxes
from doorward.watch.sources import spool as spools
from doorward.watch.sources.http import Inbox
from doorward.watch.sources.spool import Spool
from doorward.watch.sources.spooled import SpoolSource
from doorward.wiring.inlets import serving

TOKEN = {"Authorization": "Bearer open sesame"}


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "auth")


@pytest.fixture
def client(spool: Spool) -> Iterator[httpx.Client]:
    """A sender who knows the token."""
    bound = socket.create_server(("127.0.0.1", 0))
    serving(Inbox(spool, "open sesame", 10_000), bound).start()
    with httpx.Client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}", headers=TOKEN, timeout=10) as made:
        _wait(made)
        yield made


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.get("/")
        except httpx.TransportError:
            continue
        return


def stored(spool: Spool) -> list[bytes | None]:
    return list(SpoolSource("auth", spool).take(1 << 20).lines)


def test_lines_are_stored_also_when_packed(client: httpx.Client, spool: Spool) -> None:
    assert client.post("/v1/lines", content=b'{"a": 1}\n{"a": 2}\n\n').json() == {"stored": 2, "repeated": 0}
    packed = client.post("/v1/lines", content=gzip.compress(b"three", mtime=0), headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 200
    assert stored(spool) == [b'{"a": 1}', b'{"a": 2}', b"three"]


def test_a_delivery_sent_again_is_known_by_its_sequence_or_its_key(client: httpx.Client, spool: Spool) -> None:
    for headers in ({"Doorward-Sender": "relay", "Doorward-Sequence": "1"}, {"Idempotency-Key": "k1"}):
        for repeated in (0, 2, 2):
            answer = client.post("/v1/lines", content=b"same\nsame\n", headers=headers).json()
            assert answer == {"stored": 2 - repeated, "repeated": repeated}
    assert stored(spool) == [b"same"] * 4


def _request() -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for text in ("one", "two", "two"):
        records.add(time_unix_nano=5).body.string_value = text
    pair = records.add().body.kvlist_value.values.add(key="user")
    pair.value.int_value = 7
    original = records.add()
    original.body.string_value = "short"
    original.attributes.add(key="log.record.original").value.string_value = "whole\nline"
    return request


def test_otlp_is_stored_by_protobuf_and_known_when_sent_again(client: httpx.Client, spool: Spool) -> None:
    headers = {"Content-Type": "application/x-protobuf"}
    for _ in range(2):
        answer = client.post("/v1/logs", content=_request().SerializeToString(), headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
    assert stored(spool) == [b"one", b"two", b"two", b'{"user":7}', b"whole line"]


def test_otlp_is_stored_by_json(client: httpx.Client, spool: Spool) -> None:
    record = {"timeUnixNano": "5", "traceId": "5b8efff798038103d269b633813fc60c", "body": {"stringValue": "one"}}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record], "later": 1}]}]}
    assert client.post("/v1/logs", json=body).json() == {}
    assert stored(spool) == [b"one"]


@pytest.mark.parametrize(
    ("status", "code", "method", "path", "content", "headers"),
    [
        (404, "path", "POST", "/v2/lines", b"x", {}),
        (405, "method", "GET", "/v1/lines", b"", {}),
        (401, "token", "POST", "/v1/lines", b"x", {"Authorization": "Bearer wrong"}),
        (401, "token", "POST", "/v1/lines", b"x", {"Authorization": "Basic open sesame"}),
        (413, "size", "POST", "/v1/lines", b"x" * 10_001, {}),
        (413, "size", "POST", "/v1/lines", gzip.compress(b"x" * 1_000_000, mtime=0), {"Content-Encoding": "gzip"}),
        (415, "encoding", "POST", "/v1/lines", b"x", {"Content-Encoding": "br"}),
        (400, "gzip", "POST", "/v1/lines", b"not packed", {"Content-Encoding": "gzip"}),
        (400, "gzip", "POST", "/v1/lines", gzip.compress(b"cut short", mtime=0)[:-3], {"Content-Encoding": "gzip"}),
        (400, "sequence", "POST", "/v1/lines", b"x", {"Doorward-Sequence": "1"}),
        (415, "type", "POST", "/v1/logs", b"x", {"Content-Type": "text/plain"}),
        (400, "otlp", "POST", "/v1/logs", b"\xff\xff", {"Content-Type": "application/x-protobuf"}),
        (400, "otlp", "POST", "/v1/logs", b"[1]", {"Content-Type": "application/json"}),
    ],
)
def test_what_is_refused_is_told_why_and_not_stored(
    client: httpx.Client,
    spool: Spool,
    status: int,
    code: str,
    method: str,
    path: str,
    content: bytes,
    headers: dict[str, str],
) -> None:
    answer = client.request(method, path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert stored(spool) == []


def test_a_full_spool_and_too_many_at_once_ask_the_sender_to_come_later(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(spools, "MOST_WAITING_BYTES", 10)
        answer = client.post("/v1/lines", content=b"x")
        assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (503, "full", "5")
    monkeypatch.setattr(inboxes, "MOST_AT_ONCE", 0)
    assert client.post("/v1/lines", content=b"x").status_code == 429
