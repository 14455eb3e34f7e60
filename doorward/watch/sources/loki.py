"""Grafana Loki: a LogQL selector's lines, asked for by their nanoseconds.

In: Answers and a selector. Out: pages for `Asked`. Source: Loki's HTTP API, `GET /loki/api/v1/query_range`: `start` is
inclusive, `end` exclusive, `limit` counts lines over all streams, `direction=forward` begins with the oldest.
"""

from __future__ import annotations

import hashlib

import msgspec

from doorward.watch.sources.answers import Answers
from doorward.watch.sources.asked import Found
from doorward.watch.sources.patience import Away


class _Stream(msgspec.Struct):
    stream: dict[str, str] = {}
    # [nanoseconds, line], and with some headers a third: structured metadata.
    values: list[list[object]] = []


class Loki:
    """One selector. Lines that are alike at one nanosecond of one stream are one, as Loki itself has it."""

    usual = 1000
    # A server's own limit is 5,000 unless it is configured.
    most = 5000
    tick_ns = 1

    def __init__(self, answers: Answers, query: str) -> None:
        self._answers = answers
        self._query = query

    def page(self, since_ns: int, until_ns: int, limit: int) -> list[Found]:
        """As Pages."""
        answer = self._answers.get(
            "/loki/api/v1/query_range",
            {
                "query": self._query,
                "start": str(since_ns),
                "end": str(until_ns + 1),
                "limit": str(limit),
                "direction": "forward",
            },
        )
        found = [line for stream in _streams(answer) for line in _lines(stream)]
        return sorted(found, key=lambda one: one.at_ns)


def _streams(answer: object) -> list[_Stream]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or data.get("resultType") != "streams":
        raise Away('does not answer with log lines: the query must be a selector such as {app="sso"}')
    try:
        return msgspec.convert(data.get("result"), list[_Stream])
    except msgspec.ValidationError as error:
        raise Away(f"answers in a form that is not known: {error}") from error


def _lines(stream: _Stream) -> list[Found]:
    labels = msgspec.json.encode(sorted(stream.stream.items()))
    return [_found(labels, value) for value in stream.values]


def _found(labels: bytes, value: list[object]) -> Found:
    if len(value) < 2 or not (isinstance(value[0], str) and value[0].isdigit() and isinstance(value[1], str)):
        raise Away("answers in a form that is not known: no time and line")
    at, line = value[0], value[1].encode()
    return Found(int(at), hashlib.sha256(b"\0".join((labels, at.encode(), line))).hexdigest()[:16], line)
