"""OTLP logs → lines: the export request of OpenTelemetry, as protobuf or JSON.

In: a request's body. Out: a line a record, and the identity by which the record is known when it is sent again.
A record's line is its attribute `log.record.original`, else its body if that is text, else its body as JSON.
Source: OpenTelemetry protocol 1.x, OTLP/HTTP; semantic conventions, `log.record.original`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from google.protobuf import json_format  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

_ORIGINAL = "log.record.original"
# Deeper than any log's body; what is below is left out.
_DEEPEST = 20


def lines(body: bytes, is_json: bool) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The records' lines and identities. Raises ValueError if the body is no such request."""
    request = ExportLogsServiceRequest()
    try:
        if is_json:
            json_format.Parse(body, request, ignore_unknown_fields=True, max_recursion_depth=2 * _DEEPEST)
        else:
            request.ParseFromString(body)
    except (json_format.ParseError, DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no ExportLogsServiceRequest") from error
    found: list[bytes] = []
    names: list[str] = []
    # Two records of one request that are alike in everything are two; the same two sent again are not four.
    alike: Counter[bytes] = Counter()
    for resource in request.resource_logs:
        place = resource.resource.SerializeToString(deterministic=True)
        for scope in resource.scope_logs:
            for record in scope.log_records:
                whole = hashlib.sha256(place + b"\0" + record.SerializeToString(deterministic=True)).digest()
                names.append(hashlib.sha256(whole + str(alike[whole]).encode()).hexdigest()[:16])
                alike[whole] += 1
                found.append(_line(record))
    return tuple(found), tuple(names)


def _line(record: LogRecord) -> bytes:
    for attribute in record.attributes:
        if attribute.key == _ORIGINAL:
            original: str = attribute.value.string_value
            return original.encode()
    if record.body.WhichOneof("value") == "string_value":
        text: str = record.body.string_value
        return text.encode()
    return msgspec.json.encode(_value(record.body, _DEEPEST))


def _value(value: AnyValue, deep: int) -> object:
    which = value.WhichOneof("value")
    if deep == 0 or which is None:
        return None
    if which == "kvlist_value":
        return {pair.key: _value(pair.value, deep - 1) for pair in value.kvlist_value.values}
    if which == "array_value":
        return [_value(item, deep - 1) for item in value.array_value.values]
    told: object = getattr(value, which)
    return told
