"""Observations as tables: a healthy school of 60 sign-ins a minute, and what each fault changes in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from doorward.diagnose.examined import (
    CodeExamined,
    ConnectionExamined,
    DatabaseExamined,
    Examination,
    ExaminationResult,
    HostExamined,
    IssuerExamined,
    KeyFile,
    KeysExamined,
    LivenessExamined,
    NotExamined,
    ProcessExamined,
    Reach,
    SchemaExamined,
)
from doorward.diagnose.observations import ConfigTally, Observations, Part, Suspect
from doorward.model.config_version import Change
from doorward.model.detection import Detection, Direction, Signal
from doorward.model.fact import Where
from doorward.model.finding import Difference, Effect, Finding, Severity, What
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import Kind, Outcome, Reason
from doorward.model.statistics import Count, Latency, Statistics

ONSET = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
OLD, NEW = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
Failures = dict[tuple[Kind, Reason], int]


@dataclass(frozen=True)
class World:
    """Builders of observations; every method gives frozen data and nothing happens in any of them."""

    onset: datetime = ONSET
    now: datetime = ONSET + timedelta(seconds=20)

    def statistics(
        self,
        seconds: float = 60,
        sign_ins: int = 60,
        typed: int = 5,
        failures: Failures | None = None,
        requests: int = 600,
        people: int = 70,
        sources: int = 45,
        p95_ms: float = 60,
        top: float = 0.45,
        exceptions: tuple[tuple[str, int], ...] = (),
        unknown: int = 0,
    ) -> Statistics:
        """A stretch of events; by default a usual minute. `sign_ins` counts the failed ones too."""
        rows = {(Kind.SIGN_IN, Reason.WRONG_PASSWORD): typed - unknown, (Kind.SIGN_IN, Reason.UNKNOWN_PERSON): unknown}
        rows |= {(Kind.SESSION, Reason.SESSION_EXPIRED): round(2 * seconds / 60)} | (failures or {})
        failed = sum(n for (kind, _), n in rows.items() if kind is Kind.SIGN_IN)
        broken = sum(n for (kind, _), n in rows.items() if kind is Kind.REQUEST)
        counts = [Count(kind, Outcome.FAILURE, reason, n, n, n) for (kind, reason), n in rows.items() if n]
        counts.append(Count(Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK, sign_ins - failed, people, sources))
        counts.append(Count(Kind.REQUEST, Outcome.SUCCESS, Reason.OK, requests - broken, people, sources))
        since = self.onset if seconds < 60 else self.onset - timedelta(seconds=seconds)
        return Statistics(
            since=since,
            until=since + timedelta(seconds=seconds),
            component=None,
            events=sum(count.events for count in counts),
            people=people,
            sources=sources,
            counts=tuple(counts),
            top_source_share=top,
            wrong_password_share=typed / sign_ins if sign_ins else 0.0,
            latency=Latency(requests, p95_ms / 3, p95_ms, p95_ms * 2),
            exceptions=exceptions,
        )

    def now_as_usual(self, **changes: object) -> Statistics:
        """Twenty seconds since the onset in which nothing is unusual, save the changes."""
        usual: dict[str, object] = {
            "seconds": 20, "sign_ins": 20, "typed": 2, "requests": 200, "people": 28, "sources": 20,
        }  # fmt: skip
        return self.statistics(**(usual | changes))  # type: ignore[arg-type]

    def detection(self, signal: Signal, reason: str = "", onset: datetime | None = None) -> Detection:
        """One detection, 12 s after its onset."""
        began = onset or self.onset
        segment = (("component", "auth"), *((("reason", reason),) if reason else ()))
        return Detection(began + timedelta(seconds=12), began, signal, segment, 0.4, 0.02, Direction.UP, 16.0, 15.0, 9)

    def probe(self, outcome: ProbeOutcome = ProbeOutcome.PASSED, reason: str = "ok") -> ProbeResult:
        """One probe at the onset."""
        return ProbeResult("oidc", self.onset + timedelta(seconds=5), outcome, reason, "the signed-in page", ())

    def suspect(
        self,
        before_onset_s: float = 4,
        findings: tuple[Finding, ...] | None = (),
        pointer: str = "session.life_minutes",
        values: tuple[str, str] = ("480", "600"),
        component: str = "auth",
    ) -> Suspect:
        """A change of one setting, so many seconds before the onset."""
        at = self.onset - timedelta(seconds=before_onset_s)
        return Suspect(Change(component, OLD, NEW, at, None, (Difference(pointer, *values),)), findings)

    def finding(self, symptom: str, *what: What, severity: Severity = Severity.OUTAGE) -> Finding:
        """What a rule says of that change."""
        effect = Effect("people whose network has several addresses", what, "from the next sign-in on", symptom)
        where = Where("auth.toml", 12, "session")
        return Finding("RULE-01", severity, effect, "it breaks", "put it back", where, None, "fingerprint")

    def well(self, component: str) -> tuple[ExaminationResult, ...]:
        """A component in good health."""
        return (
            ProcessExamined(component, 100, True, "", 3600.0, 0.2, 0.03, 20, 1024, 2),
            HostExamined(component, 0.6, 90_000.0, 0.5, 0.7, 2),
            ConnectionExamined(component, "127.0.0.1:8001", (Reach.CONNECTED,) * 3, 1.0, 0.1, Reach.CONNECTED),
            LivenessExamined(component, 200, 4.0, "", 0.3),
            DatabaseExamined(component, "sqlite", True, "", 0.3, True, False, 0.5),
            SchemaExamined(component, ("django_session.expire_date", "django_session.session_key", "people.name")),
            NotExamined(Examination.STORE, component, "no session store is configured", applies=False),
            IssuerExamined(component, "http://127.0.0.1:8001/o", 200, 12.0, "", "http://127.0.0.1:8001/o", ("k1",)),
            KeysExamined(component, (KeyFile("signing.pem", self.onset - timedelta(days=90), "d1"),), self.now),
            CodeExamined(component, self.onset - timedelta(days=5), "views.py", 120, "0123456789ab"),
        )

    def part(self, dimension: str, value: str, failed: int, seen: int, elsewhere: tuple[int, int]) -> Part:
        """How one part fares beside the others, which is as it was before without a failure."""
        return Part(dimension, value, failed, seen, *elsewhere, 0, seen)

    def healthy(self) -> Observations:
        """Both components in good health, and nothing unusual."""
        return Observations(
            suspects=(),
            usual=self.statistics(),
            during=self.now_as_usual(),
            probes=(self.probe(),),
            examinations=(*self.well("auth"), *self.well("portal")),
            before=(*self.well("auth"), *self.well("portal")),
            parts=(self.part("browser", "firefox", 2, 40, (3, 60)), self.part("browser", "chrome", 3, 60, (2, 40))),
        )

    def instead(self, observations: Observations, *results: ExaminationResult) -> Observations:
        """The same with these results in place of those of the same type and component."""
        replaced = {(type(result), result.component) for result in results}
        kept = [r for r in observations.examinations if (type(r), r.component) not in replaced]
        return replace(observations, examinations=(*kept, *results))

    def network_binding(self) -> Observations:
        """Drill A: session.bind_ipv4_prefix 24 → 32; people behind several addresses are sent back, and try again."""
        told = self.finding("gets the sign-in form again, with the right password", What.NEW_SIGN_IN)
        return replace(
            self.healthy(),
            parts=(self.part("browser", "firefox", 6, 20, (8, 26)), self.part("browser", "chrome", 8, 26, (6, 20))),
            detections=(self.detection(Signal.SESSION_REJECTIONS, "network-changed"),),
            probes=(self.probe(ProbeOutcome.FAILED, "sent-back-to-sign-in"),),
            suspects=(self.suspect(4, (told,), "session.bind_ipv4_prefix", ("24", "32")),),
            during=self.now_as_usual(
                failures={(Kind.SESSION, Reason.NETWORK_CHANGED): 14}, sign_ins=34, requests=330, top=0.68
            ),
            tallies=(ConfigTally("auth", OLD, 900, 12), ConfigTally("auth", NEW, 60, 14, self.onset)),
        )

    def gone_serializer(self) -> Observations:
        """Drill B: session.serializer no longer exists; every request but the health path is an error page."""
        told = self.finding("gets an error page (500), whatever the page", What.NEW_SIGN_IN, What.EXISTING_SESSION)
        return replace(
            self.healthy(),
            detections=(self.detection(Signal.SERVER_ERRORS, "server-error"),),
            probes=(self.probe(ProbeOutcome.FAILED, "http-500"),),
            suspects=(self.suspect(2, (told,), "session.serializer", ("…JSONSerializer", "…PickleSerializer")),),
            during=self.now_as_usual(
                failures={(Kind.REQUEST, Reason.SERVER_ERROR): 55},
                sign_ins=0,
                typed=0,
                requests=60,
                people=3,
                exceptions=(("ImportError", 30), ("HTTPError", 25)),
            ),
            tallies=(ConfigTally("auth", OLD, 900, 2), ConfigTally("auth", NEW, 0, 30, self.onset)),
        )


@pytest.fixture
def world() -> World:
    """The builders."""
    return World()
