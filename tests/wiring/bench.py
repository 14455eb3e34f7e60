"""The wiring of one site as the pipeline makes it, with probes that the test decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import SignInEvent
from doorward.settings import Settings
from doorward.store.ledger import Ledger
from doorward.wiring.diagnosing import Diagnosing
from doorward.wiring.memory import Memory
from doorward.wiring.recovering import Recovering
from doorward.wiring.repair import Repair
from doorward.wiring.versions import Versions
from tests.entries import T0


def probe(outcome: ProbeOutcome = ProbeOutcome.PASSED, reason: str = "ok") -> ProbeResult:
    """How one probe went."""
    return ProbeResult("sign-in", T0, outcome, reason, "the signed-in page", ())


@dataclass
class Bench:
    """The parts; `answers` are what the rounds of probes find, the last one for ever; `rounds` counts them."""

    settings: Settings
    now: datetime = T0
    loaded: Callable[[str], str | None] | None = None
    answers: list[tuple[ProbeResult, ...]] = field(default_factory=lambda: [(probe(),)])
    rounds: int = 0

    def __post_init__(self) -> None:
        self.memory, self.versions = Memory(), Versions(self.settings)
        self.repair = Repair(
            self.settings,
            self.versions,
            self.loaded or self.memory.loaded,
            lambda table, since: tuple(e for e in self.memory.since(since) if e.component == table.name),
            self._probe_all,
        )
        self.diagnosing = Diagnosing(self.settings, self.memory, self.versions, self.repair)
        self.ledger = Ledger(self.settings.state)
        self.ledger.load()
        self.recovering = Recovering(self.settings, self.ledger, self.diagnosing, self.repair, lambda: self.now)

    def _probe_all(self) -> tuple[ProbeResult, ...]:
        self.rounds += 1
        return self.answers[min(self.rounds, len(self.answers)) - 1]

    def add(self, *events: SignInEvent) -> None:
        """Remember these events."""
        self.memory.add(events)
