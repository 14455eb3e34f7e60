"""Elasticsearch and what answers as it does (OpenSearch): documents asked for by their time.

In: Answers, an index, a query string, the fields of time and line. Out: pages for `Asked`. Only what every version and
role allows is used: `_search` with a range and a sort over the time. Ties are told apart by index and id after they are
read, so that no point in time is kept open and nothing is sorted by `_id`, which newer servers refuse and which costs
the others memory for every document. Source: Elasticsearch's search API; OpenSearch 2.19 (tests).
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import msgspec

from doorward.watch.sources.answers import Answers
from doorward.watch.sources.asked import Found
from doorward.watch.sources.patience import Away

_NS_PER_MS = 1_000_000
# Above this a sort value is in nanoseconds (`date_nanos`): as milliseconds it were in the year 5138.
_MOST_MS = 10**14


class _Hit(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")
    sort: list[int]
    source: dict[str, object] = msgspec.field(name="_source", default_factory=dict)


class _Hits(msgspec.Struct):
    hits: list[_Hit] = []


class _Shards(msgspec.Struct):
    failed: int = 0


class _Answer(msgspec.Struct):
    hits: _Hits
    timed_out: bool = False
    shards: _Shards = msgspec.field(name="_shards", default_factory=_Shards)


class Elasticsearch:
    """One index, data stream or pattern; `query` is a query string, empty for all; `line_field` the field with the
    line, empty when the document itself is the line."""

    usual = 1000
    # `index.max_result_window` unless it is configured.
    most = 10_000
    tick_ns = _NS_PER_MS

    def __init__(self, answers: Answers, index: str, query: str, time_field: str, line_field: str) -> None:
        self._answers = answers
        self._path = f"/{quote(index, safe=',*-_.')}/_search"
        self._query = query
        self._time_field = time_field
        self._line_field = line_field

    def page(self, since_ns: int, until_ns: int, limit: int) -> list[Found]:
        """As Pages."""
        # A pattern whose indices are not there yet has no lines yet.
        parameters = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        told = self._answers.post(self._path, parameters, self._body(since_ns, until_ns, limit))
        try:
            answer = msgspec.convert(told, _Answer)
        except msgspec.ValidationError as error:
            raise Away(f"answers in a form that is not known: {error}") from error
        if answer.timed_out or answer.shards.failed:
            raise Away("answers in part only: a shard failed or took too long")
        return [self._found(hit) for hit in answer.hits.hits]

    def _body(self, since_ns: int, until_ns: int, limit: int) -> dict[str, object]:
        span = {"gte": since_ns // _NS_PER_MS, "lte": until_ns // _NS_PER_MS, "format": "epoch_millis"}
        wanted: list[object] = [{"range": {self._time_field: span}}]
        if self._query:
            wanted.append({"query_string": {"query": self._query}})
        return {
            "size": limit,
            "sort": [{self._time_field: {"order": "asc", "unmapped_type": "date"}}],
            "query": {"bool": {"filter": wanted}},
            "_source": [self._line_field] if self._line_field else True,
            "track_total_hits": False,
            "timeout": "10s",
        }

    def _found(self, hit: _Hit) -> Found:
        name = hashlib.sha256(f"{hit.index}\0{hit.id}".encode()).hexdigest()[:16]
        at = hit.sort[0] if hit.sort else 0
        return Found(at if at > _MOST_MS else at * _NS_PER_MS, name, self._line(hit.source))

    def _line(self, document: dict[str, object]) -> bytes:
        """The field as text, by its whole name or key by key; the document if there is none: it will not parse, and
        its shape is told."""
        value = _at(document, self._line_field) if self._line_field else None
        return value.encode() if isinstance(value, str) else msgspec.json.encode(document)


def _at(document: object, field: str) -> object:
    if not isinstance(document, dict):
        return None
    if field in document:
        return document[field]
    head, _, rest = field.partition(".")
    return _at(document.get(head), rest) if rest else None
