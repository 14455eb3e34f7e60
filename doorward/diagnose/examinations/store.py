"""Store: does the session store (Redis, Valkey) answer PING, and what does INFO say of its memory?

A few lines over a raw socket, no client library; nothing is written.
Source: RESP, redis.io/docs/latest/develop/reference/protocol-spec; INFO, redis.io/docs/latest/commands/info.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from doorward.diagnose.examined import Examination, NotExamined, StoreExamined
from doorward.diagnose.examinee import Examinee

ANSWER_S = 1.0
# Each command has its own patience, all of them together this one.
WHOLE_S = 2.0
# Behind one address there may be several servers. One that is slow to answer is not asked again.
CONNECTIONS = 3
ENOUGH_MS = 200.0
_REDIS_PORT = 6379
# INFO of a busy server is about 6 kB.
_MOST_BYTES = 65_536
_KEYSPACE = re.compile(r"db\d+:keys=(\d+)")
# Refusals for a state of the store, or for rights that its account lacks, not a mistyped command. Since Redis 6.2.
_REFUSAL = re.compile(
    r"errorstat_(?:CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOPERM|NOREPLICAS|OOM|READONLY):count=(\d+)"
)


def examine_store(examinee: Examinee) -> StoreExamined | NotExamined:
    """AUTH if there is a password, PING, then INFO, over several connections one after another; any other answer than
    PONG is the store's problem."""
    if not examinee.store:
        return NotExamined(Examination.STORE, examinee.component, "no session store is configured", applies=False)
    url = urlsplit(examinee.store)
    if url.scheme not in ("redis", "rediss") or not url.hostname:
        return NotExamined(Examination.STORE, examinee.component, "only redis:// stores are asked")
    began = time.monotonic()
    try:
        password = _password(url, examinee.store_password_file)
    except OSError as error:
        return NotExamined(Examination.STORE, examinee.component, f"its password does not read ({error.strerror})")
    runs: set[str] = set()
    try:
        for _ in range(CONNECTIONS):
            asked = time.monotonic()
            answer, ms, told = _ask(url, password, asked, began + WHOLE_S)
            if answer != "+PONG":
                return StoreExamined(examinee.component, False, ms, answer or "it hung up")
            runs.add(told.get("run_id", ""))
            if _ms(began) > ENOUGH_MS:
                break
    except OSError as error:
        return StoreExamined(examinee.component, False, _ms(asked), error.strerror or type(error).__name__)
    return replace(_figures(examinee.component, ms, told), servers=len(runs))


def _password(url: SplitResult, file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file else unquote(url.password or "")


def _ask(url: SplitResult, password: str, began: float, until: float) -> tuple[str, float, dict[str, str]]:
    """The answer to PING (or the refusal before it), how long it took, and what INFO says."""
    host, port = url.hostname or "", url.port or _REDIS_PORT
    with socket.create_connection((host, port), timeout=ANSWER_S) as plain, _wrapped(url, plain) as connection:
        talk = _Talk(connection, until)
        if password:
            account = (unquote(url.username),) if url.username else ()
            refusal = talk.line("AUTH", *account, password)
            if not refusal.startswith("+"):
                return refusal, _ms(began), {}
        answer, ms = talk.line("PING"), _ms(began)
        return answer, ms, talk.info() if answer == "+PONG" else {}


def _wrapped(url: SplitResult, plain: socket.socket) -> socket.socket:
    if url.scheme == "redis":
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False  # whether it is believed, `tls` says
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


class _Talk:
    """Commands and answers over one connection, until a deadline."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until
        self._received = b""

    def line(self, *words: str) -> str:
        """Send a command, return the first line of the answer."""
        parts = [f"*{len(words)}\r\n".encode()]
        for word in words:
            parts.append(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()))
        self._connection.sendall(b"".join(parts))
        while b"\r\n" not in self._received and self._more():
            pass
        line, _, self._received = self._received.partition(b"\r\n")
        return line.decode("ascii", "replace")

    def info(self) -> dict[str, str]:
        """What INFO tells, empty where the account may not ask."""
        head = self.line("INFO")
        if not head.startswith("$") or not head[1:].isdigit():
            return {}
        length = min(int(head[1:]), _MOST_BYTES)
        while len(self._received) < length and self._more():
            pass
        lines = self._received[:length].decode("utf-8", "replace").splitlines()
        return {name: value for name, _, value in (line.partition(":") for line in lines) if value}

    def _more(self) -> bool:
        if len(self._received) > _MOST_BYTES or time.monotonic() > self._until:
            return False
        received = self._connection.recv(8192)
        self._received += received
        return bool(received)


def _figures(component: str, ms: float, told: dict[str, str]) -> StoreExamined:
    keys = [int(found[1]) for line in told.items() if (found := _KEYSPACE.match(":".join(line)))]
    failing = told.get("rdb_last_bgsave_status", "ok") != "ok" or told.get("role", "master") != "master"
    refused = sum(int(found[1]) for line in told.items() if (found := _REFUSAL.match(":".join(line))))
    uptime = _number(told, "uptime_in_seconds")
    return StoreExamined(
        component, True, ms,
        memory_used=_number(told, "used_memory"),
        memory_most=_number(told, "maxmemory"),
        policy=told.get("maxmemory_policy", ""),
        evicted=_number(told, "evicted_keys"),
        sessions=sum(keys) if told else None,
        uptime_s=None if uptime is None else float(uptime),
        writable=not failing if told else None,
        refused=refused if told else None,
        blocked=_number(told, "blocked_clients"),
    )  # fmt: skip


def _number(told: dict[str, str], name: str) -> int | None:
    value = told.get(name, "")
    return int(value) if value.isdigit() else None


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
