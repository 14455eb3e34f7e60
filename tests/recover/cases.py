"""A change that broke sessions, what was diagnosed, the plan against it, and an incident that is folded as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from doorward import incident_log
from doorward.model.action import Plan
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.diagnosis import Differential, Hypothesis, Verdict
from doorward.model.entry import Approved, Diagnosed, EntryBody, Planned
from doorward.model.finding import Difference
from doorward.model.incident import Incident
from doorward.recover.planning import Situation, plan
from tests.entries import T0, chain, declared

GOOD, BAD = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
CHANGE = Change(
    "auth", GOOD, BAD, T0 - timedelta(seconds=4), None, (Difference("session.bind_ipv4_prefix", "24", "32"),)
)


def hypothesis(cause: str, verdict: Verdict, change: Change | None = None, reason: str = "") -> Hypothesis:
    """A cause with its verdict."""
    return Hypothesis(cause, cause, verdict, reason or f"it is {verdict}", 0.0, (), "look", change=change)


def differential(conclusion: str = "configuration", *others: Hypothesis) -> Differential:
    """A differential that concludes so."""
    first = hypothesis("configuration", Verdict.SUPPORTED, CHANGE)
    return Differential(T0, (first, *others), conclusion, "the tests support it")


def version(digest: str = GOOD, standing: Standing = Standing.PROVED_GOOD) -> ConfigVersion:
    """A version of an hour ago."""
    at = T0 - timedelta(hours=1)
    return ConfigVersion("auth", digest, at, at, None, standing)


def situation(condemned: int | None = 3) -> Situation:
    """Everything that a plan needs is there."""
    return Situation(differential(), CHANGE, version(), True, condemned, ("sign-in", "portal"))


def whole_plan(condemned: int | None = 3) -> Plan:
    """Roll back, restart, clear (unless None), verify."""
    made = plan(situation(condemned))
    assert isinstance(made, Plan)
    return made


@dataclass
class Record:
    """Writes as the ledger does: each call is folded at once, so that an order that cannot be true raises."""

    bodies: list[EntryBody] = field(default_factory=lambda: [declared()])

    def __call__(self, bodies: Sequence[EntryBody]) -> None:
        incident_log.fold(chain([*self.bodies, *bodies]))
        self.bodies.extend(bodies)

    @property
    def incident(self) -> Incident:
        """What the entries so far tell."""
        return incident_log.fold(chain(self.bodies))


def approved(made: Plan | None = None) -> Record:
    """An incident whose plan may run."""
    record = Record()
    found = made or whole_plan()
    record([Diagnosed(differential(), CHANGE), Planned(found), Approved(found.digest, "a person said so")])
    return record
