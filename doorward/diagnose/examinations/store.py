"""Store: does the session store (Redis, Valkey) answer PING? One line over a raw socket, no client library."""

from __future__ import annotations

import socket
import time
from urllib.parse import SplitResult, unquote, urlsplit

from doorward.diagnose.examined import Examination, NotExamined, StoreExamined
from doorward.diagnose.examinee import Examinee

ANSWER_S = 1.0
_REDIS_PORT = 6379
_MOST_BYTES = 512


def examine_store(examinee: Examinee) -> StoreExamined | NotExamined:
    """AUTH if the address holds a password, then PING; any other answer than PONG is the store's problem."""
    if not examinee.store:
        return NotExamined(Examination.STORE, examinee.component, "no session store is configured", applies=False)
    url = urlsplit(examinee.store)
    if url.scheme != "redis" or not url.hostname:
        return NotExamined(Examination.STORE, examinee.component, "only redis:// stores are asked")
    began = time.monotonic()
    try:
        answer = _ask(url, url.hostname)
    except OSError as error:
        return StoreExamined(examinee.component, False, _ms(began), error.strerror or type(error).__name__)
    answered = answer == "+PONG"
    return StoreExamined(examinee.component, answered, _ms(began), "" if answered else answer or "it hung up")


def _ask(url: SplitResult, host: str) -> str:
    with socket.create_connection((host, url.port or _REDIS_PORT), timeout=ANSWER_S) as connection:
        if url.password:
            account = (url.username,) if url.username else ()
            refusal = _exchange(connection, "AUTH", *(unquote(part) for part in (*account, url.password)))
            if not refusal.startswith("+"):
                return refusal
        return _exchange(connection, "PING")


def _exchange(connection: socket.socket, *words: str) -> str:
    """Send a command, return the first line of the answer (RESP: https://redis.io/docs/latest/develop/reference/)."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        parts.append(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()))
    connection.sendall(b"".join(parts))
    answer = b""
    while b"\r\n" not in answer and len(answer) < _MOST_BYTES:
        received = connection.recv(_MOST_BYTES)
        if not received:
            break
        answer += received
    return answer.partition(b"\r\n")[0].decode("ascii", "replace")


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
