"""Journey, Step, ProbeResult: a sign-in as people do it, one exchange of it, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProbeOutcome(StrEnum):
    """How a journey ended. `blind`: the prober itself has no network, so nothing is said of the service."""

    PASSED = "passed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange of a journey: name, status (None = no answer), time taken in ms, and where it led (redacted)."""

    name: str
    method: str
    url: str
    status: int | None
    ms: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How a journey went. `reason` is a stable word (`sent-back-to-sign-in`, `http-500`, …), `expected` the ideal."""

    journey: str
    at: datetime
    outcome: ProbeOutcome
    reason: str
    expected: str
    steps: tuple[Step, ...]
    config: tuple[tuple[str, str], ...] = ()

    @property
    def took_ms(self) -> float:
        """The whole journey's time."""
        return sum(step.ms for step in self.steps)
