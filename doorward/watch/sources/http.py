"""Lines over HTTP: an ASGI application that stores a delivery before it answers.

`POST /v1/lines`: a line a log line (JSON or not: the component's parser decides). `POST /v1/logs`: OTLP logs, protobuf
or JSON. Both may be gzip'ed. 200 means stored for good; every refusal says why and stores nothing.

A delivery is known again by `Doorward-Sender` and `Doorward-Sequence` (a number that rises with each delivery of one
sender, who sends one at a time), or by `Idempotency-Key`; an OTLP record by its content (see `otlp`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from doorward.watch.sources import otlp
from doorward.watch.sources.spool import Delivery, Receipt, Spool, SpoolFull

# Each holds at most `most_bytes`, packed and unpacked; more at once are asked to come later.
MOST_AT_ONCE = 16
_LONGEST_NAME = 100
_PROTOBUF = "application/x-protobuf"
_RETRY_S = 5

# ASGI's own shapes.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Refused(Exception):
    """Why a delivery is not taken: `status` as HTTP says it."""

    def __init__(self, status: int, code: str, what: str) -> None:
        super().__init__(what)
        self.status, self.code, self.what = status, code, what


class Inbox:
    """The application. `token` empty: whoever reaches the port may send."""

    def __init__(self, spool: Spool, token: str, most_bytes: int) -> None:
        self._spool = spool
        self._token = token
        self._most_bytes = most_bytes
        self._busy = 0
        self.last_refusal = ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            receipt = await self._received(scope["method"], scope["path"], headers, receive)
        except Refused as refused:
            self.last_refusal = refused.code
            await _answer(send, refused.status, {"error": refused.code, "what": refused.what})
            return
        self.last_refusal = ""
        if scope["path"] == "/v1/logs":
            await _accepted_otlp(send, headers)
        else:
            await _answer(send, 200, {"stored": receipt.stored, "repeated": receipt.repeated})

    async def _received(self, method: str, path: str, headers: dict[str, str], receive: Receive) -> Receipt:
        if path not in ("/v1/lines", "/v1/logs"):
            raise Refused(404, "path", "post to /v1/lines or /v1/logs")
        if method != "POST":
            raise Refused(405, "method", "only POST")
        self._admit(headers)
        if self._busy >= MOST_AT_ONCE:
            raise Refused(429, "busy", f"{MOST_AT_ONCE} deliveries at once are taken")
        self._busy += 1
        try:
            body = await self._body(headers, receive)
            # Unpacking, parsing and the disk's answer must not hold the others up.
            return await asyncio.to_thread(self._store, path, headers, body)
        finally:
            self._busy -= 1

    def _admit(self, headers: dict[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token.encode())
        if self._token and not known:
            raise Refused(401, "token", "Authorization: Bearer with the receiver's token is needed")

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes:
        told = headers.get("content-length", "0")
        if told.isdigit() and int(told) > self._most_bytes:
            raise self._too_large()
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "incomplete", "the sender went away")
            body += message.get("body", b"")
            if len(body) > self._most_bytes:
                raise self._too_large()
            if not message.get("more_body"):
                return bytes(body)

    def _too_large(self) -> Refused:
        return Refused(413, "size", f"at most {self._most_bytes} bytes a delivery, also unpacked")

    def _store(self, path: str, headers: dict[str, str], body: bytes) -> Receipt:
        body = self._unpacked(headers.get("content-encoding", "identity").lower(), body)
        delivery = _otlp(headers, body) if path == "/v1/logs" else _lines(headers, body)
        try:
            return self._spool.append(delivery)
        except SpoolFull as error:
            raise Refused(503, "full", str(error)) from error
        except OSError as error:
            raise Refused(503, "disk", f"cannot be stored: {error.strerror}") from error
        except ValueError as error:
            raise Refused(413, "size", str(error)) from error

    def _unpacked(self, encoding: str, body: bytes) -> bytes:
        if encoding in ("", "identity"):
            return body
        if encoding != "gzip":
            raise Refused(415, "encoding", "gzip or nothing")
        unpacking = zlib.decompressobj(wbits=31)
        try:
            told = unpacking.decompress(body, self._most_bytes + 1)
        except zlib.error as error:
            raise Refused(400, "gzip", "is not gzip") from error
        if len(told) > self._most_bytes:
            raise self._too_large()
        if not unpacking.eof or unpacking.unused_data:
            raise Refused(400, "gzip", "is not one whole gzip member")
        return told


def _lines(headers: dict[str, str], body: bytes) -> Delivery:
    lines = tuple(line for line in body.split(b"\n") if line.strip())
    key = headers.get("idempotency-key", "")
    sender, sequence = headers.get("doorward-sender", ""), headers.get("doorward-sequence", "")
    if len(sender) > _LONGEST_NAME or (sequence and not (sequence.isascii() and sequence.isdigit() and sender)):
        raise Refused(400, "sequence", f"Doorward-Sender (at most {_LONGEST_NAME} characters) and a whole number")
    if sequence:
        if len(sequence) > 18:
            raise Refused(400, "sequence", "the number has more than 18 digits")
        return Delivery(lines, sender=sender, sequence=int(sequence))
    names = tuple(
        hashlib.sha256(f"{sender}\0{key}\0{number}".encode()).hexdigest()[:16] for number in range(len(lines))
    )
    return Delivery(lines, ids=names if key else ())


def _otlp(headers: dict[str, str], body: bytes) -> Delivery:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_PROTOBUF, "application/json"):
        raise Refused(415, "type", f"{_PROTOBUF} or application/json")
    try:
        lines, names = otlp.lines(body, is_json=kind == "application/json")
    except ValueError as error:
        raise Refused(400, "otlp", str(error)) from error
    return Delivery(lines, ids=names)


async def _accepted_otlp(send: Send, headers: dict[str, str]) -> None:
    """An empty ExportLogsServiceResponse, in the request's own encoding."""
    if headers.get("content-type", "").startswith(_PROTOBUF):
        await _send(send, 200, b"", _PROTOBUF)
    else:
        await _answer(send, 200, {})


async def _answer(send: Send, status: int, told: dict[str, Any]) -> None:
    await _send(send, status, msgspec.json.encode(told), "application/json")


async def _send(send: Send, status: int, body: bytes, kind: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status in (429, 503):
        headers.append((b"retry-after", str(_RETRY_S).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
