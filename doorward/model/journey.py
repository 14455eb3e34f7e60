"""Journey, Step, ProbeResult: a sign-in as people do it, one exchange of it, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProbeOutcome(StrEnum):
    """How a journey ended. `blind`: the prober itself has no network; `waiting`: the service asked it to wait, by a
    lockout or a limit of its own. Neither says anything of the service."""

    PASSED = "passed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    BLIND = "blind"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Timing:
    """Where an exchange's time went, in ms; None = no such phase: an address without a name, a connection kept, no TLS,
    no answer. `first_byte_ms` runs from the connection to the answer's head, `body_ms` from there to its end."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    body_ms: float | None = None

    @property
    def phases(self) -> tuple[tuple[str, float], ...]:
        """Those that there were, in order, by the words that people read; ms."""
        found = (
            ("dns", self.dns_ms),
            ("connect", self.connect_ms),
            ("tls", self.tls_ms),
            ("first byte", self.first_byte_ms),
            ("body", self.body_ms),
        )
        return tuple((name, ms) for name, ms in found if ms is not None)


UNTIMED = Timing()


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange of a journey: name, status (None = no answer), time taken in ms, and where it led (redacted)."""

    name: str
    method: str
    url: str
    status: int | None
    ms: float
    note: str = ""
    timing: Timing = UNTIMED


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How a journey went. `reason` is a stable word (`sent-back-to-sign-in`, `http-500`, …), `expected` the ideal.

    `notes` are what was seen beside it that does not decide, such as a session cookie without HttpOnly.
    `vantage` is from where it looked, empty for the only one; `wait_s` how long the service asked it to stay away.
    """

    journey: str
    at: datetime
    outcome: ProbeOutcome
    reason: str
    expected: str
    steps: tuple[Step, ...]
    config: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    vantage: str = ""
    wait_s: float | None = None

    @property
    def label(self) -> str:
        """What people call it: the probe, and from where it looked."""
        return f"{self.journey} from {self.vantage}" if self.vantage else self.journey

    @property
    def took_ms(self) -> float:
        """The whole journey's time."""
        return sum(step.ms for step in self.steps)
