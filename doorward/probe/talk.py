"""Drives a journey beyond the web: its words go over a connection or to a program, and a ProbeResult comes out.

Bounded in time (one answer, and the whole) and in bytes. No secret is shown: a step tells the verb, the host and the
time, never what was said.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import TypeVar

from doorward.model.journey import ProbeResult, Step, Timing
from doorward.probe.connection import ending_of, resolved
from doorward.probe.ends import certificate_end, soon
from doorward.probe.exchange import Done, Ending
from doorward.probe.line import Connect, Heard, LineEnding, LineJourney, Run, Say, Secure, Word
from doorward.probe.manners_blame import outcome
from doorward.probe.plan import ProbePlan
from doorward.probe.program import NoProgram, run_program
from doorward.probe.transport import trusted_context

T = TypeVar("T")
# A bind, a banner, a client's complaint take some hundred bytes.
MOST_BYTES = 64 * 1024
_EXPECTED: dict[Ending, str] = {
    Ending.TIMEOUT: "an answer in time",
    Ending.REFUSED: "a connection",
    Ending.DNS: "a host name that resolves",
    Ending.TLS: "a handshake of TLS",
    Ending.TLS_EXPIRED: "a certificate that is in force today",
    Ending.TLS_NAME: "a certificate for this host name",
    Ending.TLS_UNTRUSTED: "a certificate of an authority that is known here",
    Ending.NO_ANSWER: "an answer, not the end of the connection",
    Ending.TOO_LARGE: f"an answer of at most {MOST_BYTES // 1024} KiB",
}


def talk(journey: LineJourney, plan: ProbePlan, now: datetime) -> ProbeResult:
    """Say what the journey says until it is done."""
    told: list[Step] = []
    with _Line(plan, now) as line:
        said: Word | Done = journey.start()
        while not isinstance(said, Done):
            said = _exchange(journey, said, line, plan, told)
    ended = outcome(said, plan)
    reason = Ending.NO_NETWORK if ended.value == "blind" else said.reason
    notes = (*said.notes, *line.notes)
    return ProbeResult(plan.name, now, ended, str(reason), said.expected, tuple(told), notes=notes)


def _exchange(journey: LineJourney, word: Word, line: _Line, plan: ProbePlan, told: list[Step]) -> Word | Done:
    if not _is_named(plan, word):
        told.append(Step(word.step, _verb(word), "", None, 0.0, "not asked"))
        return Done(Ending.HOST_NOT_NAMED, "the journey stays at the hosts that the plan names")
    begun = time.perf_counter()
    try:
        heard = line.take(word)
    except _Cut as cut:
        told.append(_step(word, line, None, begun, cut.reason))
        return Done(cut.reason, cut.expected)
    told.append(_step(word, line, heard, begun))
    return journey.receive(heard)


def _step(word: Word, line: _Line, heard: Heard | None, begun: float, note: str = "") -> Step:
    status = heard.status if heard is not None else None
    spent = round((time.perf_counter() - begun) * 1000, 1)
    return Step(word.step, _verb(word), line.shown, status, spent, note, line.timing)


def _verb(word: Word) -> str:
    return word.verb if isinstance(word, Say | Run) else "CONNECT" if isinstance(word, Connect) else "TLS"


def _is_named(plan: ProbePlan, word: Word) -> bool:
    """Whether the word stays at the plan's hosts; on a connection that stands, it does."""
    if not isinstance(word, Connect | Run) or not plan.hosts:
        return True
    host, port = (word.host, word.port) if isinstance(word, Connect) else word.at
    named = {name.lower() for name in plan.hosts}
    return host in named or f"{host}:{port}" in named


class _Cut(Exception):
    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.expected = expected


@dataclass(slots=True)
class _Line:
    """One connection at a time, and one time budget."""

    plan: ProbePlan
    now: datetime
    notes: list[str] = field(default_factory=list)
    shown: str = ""
    timing: Timing = field(default_factory=Timing)
    _socket: socket.socket | None = None
    _host: str = ""
    _deadline: float = 0.0

    def __enter__(self) -> _Line:
        self._deadline = time.monotonic() + self.plan.total_s
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def take(self, word: Word) -> Heard:
        """Do what the word asks. Raises _Cut."""
        self.timing = Timing()
        until = min(time.monotonic() + self.plan.timeout_s, self._deadline)
        try:
            if isinstance(word, Connect):
                return self._connect(word, until)
            if isinstance(word, Secure):
                return self._secure(until)
            if isinstance(word, Run):
                return self._run(word)
            return self._say(word, until)
        except TimeoutError as error:
            raise _Cut(Ending.TIMEOUT, _EXPECTED[Ending.TIMEOUT]) from error
        except OSError as error:
            ending = ending_of(error)
            raise _Cut(ending, _EXPECTED[ending]) from error

    def _connect(self, word: Connect, until: float) -> Heard:
        self._close()
        self._host, self.shown = word.host, f"{word.host}:{word.port}"
        dns_ms, addresses = _timed(lambda: resolved(word.host, word.port, _left(until)))
        connect_ms, self._socket = _timed(lambda: _connected(addresses, word.port, until))
        self.timing = Timing(dns_ms=dns_ms, connect_ms=connect_ms)
        return self._secure(until) if word.tls else Heard()

    def _secure(self, until: float) -> Heard:
        plain = self._open()
        plain.settimeout(_left(until))
        context = trusted_context(self.plan.authorities)
        tls_ms, encrypted = _timed(lambda: context.wrap_socket(plain, server_hostname=self._host))
        self._socket = encrypted
        self.timing = replace(self.timing, tls_ms=tls_ms)
        self.notes.extend(soon(f"the certificate of {self.shown}", certificate_end(encrypted), self.now))
        return Heard()

    def _say(self, word: Say, until: float) -> Heard:
        connection = self._open()
        connection.settimeout(_left(until))
        connection.sendall(word.data)
        heard = b""
        while not word.is_whole(heard):
            connection.settimeout(_left(until))
            more = connection.recv(4096)
            if not more:
                raise _Cut(Ending.NO_ANSWER, _EXPECTED[Ending.NO_ANSWER])
            heard += more
            if len(heard) > MOST_BYTES:
                raise _Cut(Ending.TOO_LARGE, _EXPECTED[Ending.TOO_LARGE])
        return Heard(heard)

    def _run(self, word: Run) -> Heard:
        self.shown = f"{word.at[0]}:{word.at[1]}"
        try:
            return run_program(word, _left(self._deadline), MOST_BYTES)
        except NoProgram as error:
            raise _Cut(LineEnding.NO_CLIENT, f"the program {word.argv[0]} is installed here") from error

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise _Cut(Ending.NO_ANSWER, _EXPECTED[Ending.NO_ANSWER])
        return self._socket

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _connected(addresses: list[str], port: int, until: float) -> socket.socket:
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(until))
    return socket.create_connection((addresses[-1], port), timeout=_left(until))


def _left(until: float) -> float:
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


def _timed(ask: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    found = ask()
    return round((time.perf_counter() - begun) * 1000, 1), found
