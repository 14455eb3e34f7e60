"""Page models: what each page shows, in words that are ready to print. Templates loop over them and decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.web.chart import Chart

# `tone` in every class below is one of: good, bad, unknown, plain (the timeline also has head, done, cause and person).


@dataclass(frozen=True, slots=True)
class Headline:
    """The state of the service in one line, and why Doorward says so; `what` may be empty."""

    tone: str
    lead: str
    what: str
    because: str

    @property
    def words(self) -> str:
        """The line in full: `People cannot sign in: …`."""
        return f"{self.lead}: {self.what}" if self.what else self.lead


@dataclass(frozen=True, slots=True)
class Light:
    """A part and how it is: of the service, of the probes, or of Doorward itself."""

    name: str
    kind: str
    tone: str
    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the log on the timeline; `after` is the time since the declaration."""

    seq: int
    at: datetime
    clock: str
    after: str
    by: str
    kind: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One test: what it saw, and what was to be expected were the cause at work."""

    test: str
    seen: str
    expected: str
    weight: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """A cause of the differential with its verdict and evidence."""

    title: str
    verdict: str
    tone: str
    is_conclusion: bool
    reason: str
    score: str
    speaks_for: tuple[EvidenceLine, ...]
    speaks_against: tuple[EvidenceLine, ...]
    speaks_neither: tuple[EvidenceLine, ...]
    next_check: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """The configuration change that the diagnosis speaks of."""

    words: str
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ActionLine:
    """A step of the plan and how it stands."""

    step: int
    title: str
    effect: str
    count: str
    state: str
    tone: str
    detail: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The recovery plan; `standing` says whether it waits, runs or is done."""

    digest: str
    reason: str
    standing: str
    tone: str
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page and whether it reached its person."""

    clock: str
    to: str
    channel: str
    level: int
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """An incident as the status page and its own page show it."""

    id: str
    title: str
    service: str
    state: str
    tone: str
    is_over: bool
    declared: str
    declared_at: datetime
    lasted: str
    owner: str
    level: str
    impact: str
    impact_by_reason: tuple[tuple[str, int], ...]
    cause: str
    causes: tuple[CauseLine, ...]
    ruled_out: tuple[str, ...]
    not_tested: tuple[tuple[str, str], ...]
    change: ChangeLine | None
    plan: PlanCard | None
    question: str
    verified: str
    detections: tuple[Light, ...]
    pages: tuple[PageLine, ...]
    timeline: tuple[Line, ...]
    notice: str
    can_acknowledge: bool
    can_approve: bool
    can_resolve: bool

    @property
    def latest(self) -> tuple[Line, ...]:
        """The declaration and the newest lines: what the status page has room for."""
        return self.timeline if len(self.timeline) <= 25 else (self.timeline[0], *self.timeline[-24:])


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list; the times are since its declaration, a dash where it did not happen."""

    id: str
    title: str
    state: str
    tone: str
    declared: str
    people: str
    diagnosed: str
    acknowledged: str
    recovered: str
    cause: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """`/`"""

    seq: int
    service: str
    headline: Headline
    incident: IncidentCard | None
    others: tuple[IncidentRow, ...]
    lately: tuple[IncidentRow, ...]
    components: tuple[Light, ...]
    probes: tuple[Light, ...]
    own: tuple[Light, ...]
    owed_pages: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """`/incidents/<id>/`; `chain` says whether the log's hash chain holds."""

    seq: int
    incident: IncidentCard
    chain: Light


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A configuration version as it was seen."""

    digest: str
    changed: str
    seen: str
    author: str
    standing: str
    tone: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class ComponentVersions:
    """A component's versions, newest first."""

    name: str
    kind: str
    role: str
    files: tuple[str, ...]
    versions: tuple[VersionLine, ...]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One exchange of a probe; `phases` are where its time went, (name, ms)."""

    name: str
    request: str
    status: str
    ms: str
    phases: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class ProbeCard:
    """A probe: its last result with steps and what was seen beside them, and the ones before, newest last."""

    name: str
    about: str
    light: Light
    expected: str
    took: str
    steps: tuple[StepLine, ...]
    notes: tuple[str, ...]
    history: tuple[Light, ...]
    passed: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """Counts of one window of one component."""

    clock: str
    succeeded: int
    failed: int
    rejected: int
    errors: int
    inquiries: int


@dataclass(frozen=True, slots=True)
class ComponentWatch:
    """A component's recent windows."""

    name: str
    chart: Chart
    windows: tuple[WindowRow, ...]


@dataclass(frozen=True, slots=True)
class WatchPage:
    """`/watch/`"""

    seq: int
    budget: str
    usual: tuple[tuple[str, str], ...]
    detections: tuple[Light, ...]
    components: tuple[ComponentWatch, ...]
