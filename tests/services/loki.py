"""Loki: a server that speaks its documented wire format, and the real one where `DOORWARD_LOKI` names its binary."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import httpx

from tests.services.servers import free_port, home, running
from tests.watch.sources.wire import Answer, Asking, serving

BINARY = os.environ.get("DOORWARD_LOKI", "")
MOST_ENTRIES = 5000
_CONFIG = """
auth_enabled: false
server:
  {{http_listen_address: 127.0.0.1, http_listen_port: {http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: {grpc},
   log_level: error}}
common:
  instance_addr: 127.0.0.1
  path_prefix: {folder}
  storage: {{filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}}}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
schema_config:
  configs:
    - {{from: 2024-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {{prefix: index_, period: 24h}}}}
analytics: {{reporting_enabled: false}}
"""


class Logs(Protocol):
    """A server that was given lines; `refusal` is its next answer, if it is the wire's."""

    address: str

    def push(self, labels: dict[str, str], values: list[tuple[int, str]]) -> None:
        """Lines of a stream: nanoseconds and text."""


class Wire:
    """Streams, and the answers of `query_range` to the one selector that tests use."""

    def __init__(self) -> None:
        self.address = ""
        self.refusal: Answer | None = None
        self.streams: dict[tuple[tuple[str, str], ...], list[tuple[int, str]]] = {}

    def push(self, labels: dict[str, str], values: list[tuple[int, str]]) -> None:
        """As Logs."""
        held = self.streams.setdefault(tuple(sorted(labels.items())), [])
        held.extend(value for value in values if value not in held)

    def answer(self, asking: Asking) -> Answer:
        """One question's answer."""
        told = asking.parameters
        if self.refusal is not None:
            return self.refusal
        if asking.path != "/loki/api/v1/query_range" or told["direction"] != "forward":
            return Answer(b"404 page not found\n", 404)
        if int(told["limit"]) > MOST_ENTRIES:
            return Answer(b"max entries limit per query exceeded", 400)
        start, end = int(told["start"]), int(told["end"])
        found = [(at, line, key) for key, held in self.streams.items() for at, line in held if start <= at < end]
        streams: dict[tuple[tuple[str, str], ...], list[list[str]]] = {}
        for at, line, key in sorted(found)[: int(told["limit"])]:
            streams.setdefault(key, []).append([str(at), line])
        result = [{"stream": dict(key), "values": values} for key, values in streams.items()]
        return Answer({"status": "success", "data": {"resultType": "streams", "result": result, "stats": {}}})


class Real:
    """The binary, running."""

    def __init__(self, address: str) -> None:
        self.address = address

    def push(self, labels: dict[str, str], values: list[tuple[int, str]]) -> None:
        """As Logs."""
        body = {"streams": [{"stream": labels, "values": [[str(at), line] for at, line in values]}]}
        answer = httpx.post(f"{self.address}/loki/api/v1/push", json=body, timeout=30)
        assert answer.status_code == 204, answer.text


@contextmanager
def wire() -> Iterator[Wire]:
    """The documented format."""
    made = Wire()
    with serving(made.answer) as server:
        made.address = server.address
        yield made


@contextmanager
def real() -> Iterator[Real]:
    """The binary that `DOORWARD_LOKI` names."""
    with home("loki") as folder:
        http = free_port()
        config = folder / "loki.yaml"
        config.write_text(_CONFIG.format(http=http, grpc=free_port(), folder=folder))
        with running([BINARY, f"-config.file={config}"], folder / "log", lambda: _takes_lines(http)):
            yield Real(f"http://127.0.0.1:{http}")


def _takes_lines(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        answer = httpx.post(f"http://127.0.0.1:{port}/loki/api/v1/push", json={"streams": []}, timeout=10)
        return answer.status_code in (204, 400, 422)
    return False
