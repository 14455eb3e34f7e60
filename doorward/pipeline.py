"""The story on one screen: check → probe → watch → diagnose → respond → recover → review.

`Pipeline` wires the stages to the store, the guarded system and the clock. Each public method is one step that the
daemon repeats; what an incident needs next is read from the incident itself, so a kill at any moment only delays it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from doorward.model.action import ActionKind
from doorward.model.detection import Detection
from doorward.model.diagnosis import Differential
from doorward.model.incident import Approved as ApprovedEntry
from doorward.model.incident import (
    Asked,
    Declared,
    Diagnosed,
    EntryBody,
    Incident,
    IncidentState,
    Joined,
    Planned,
    Recovered,
)
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import SignInEvent
from doorward.probe.driver import run as run_probe
from doorward.recover import applying, planning
from doorward.respond import declare, escalate, paging
from doorward.respond.channels import tables as channel_tables
from doorward.respond.deliver import Courier, Round
from doorward.respond.escalate import Step
from doorward.respond.spool import Spool
from doorward.review import postmortem as review
from doorward.review.render import Format, render
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable, LevelTable, ProbeTable
from doorward.store import log, outbox, watching
from doorward.store.ledger import Kept, Ledger
from doorward.watch import Watcher
from doorward.watch.settings import of_table
from doorward.wiring import guarded
from doorward.wiring.diagnosing import Diagnosing
from doorward.wiring.logs import Logs
from doorward.wiring.memory import Memory
from doorward.wiring.moves import Move, next_move
from doorward.wiring.repair import Repair
from doorward.wiring.versions import ReviewedChange, Versions

STAGES = ("check", "probe", "watch", "diagnose", "respond", "recover", "review")

DOORWARD = "doorward"
POLICY = "policy"
# Probes that passed within this time speak for the versions in force.
PROVING_SPAN = timedelta(seconds=60)


def now() -> datetime:
    """The clock, in one place."""
    return datetime.now(UTC)


class Pipeline:
    """One guarded service. Methods may be called from different threads; the ledger puts what they write in order."""

    def __init__(self, settings: Settings, dashboard_url: str = "") -> None:
        self.settings = settings
        self.dashboard_url = dashboard_url
        self.memory = Memory()
        self.ledger = Ledger(settings.state)
        self.logs = Logs(settings)
        self.versions = Versions(settings)
        self.watcher = Watcher(of_table(settings.watch), self.logs.names)
        self.repair = Repair(settings, self.versions, self.memory.loaded, self._history, self.probe_all)
        self.diagnosing = Diagnosing(settings, self.memory, self.versions, self.repair)
        self.channels = channel_tables(settings)
        self.spool = Spool(settings.state / "pages-spool.jsonl")
        self.courier = Courier(self.channels, settings.respond, self.ledger, now, outbox, self.spool)
        self._tried: dict[str, tuple[str, ...]] = {}
        self._watch_lock = threading.Lock()

    @property
    def chain(self) -> tuple[LevelTable, ...]:
        """The escalation chain; the console alone where doorward.toml names none."""
        return self.settings.respond.level or (LevelTable(name="On call", channels=("console",)),)

    def warm(self) -> None:
        """Read the recent past again, so that a restart is as suspicious as the process before it."""
        past = self.logs.past(now())
        self.memory.add(past)
        with self._watch_lock:
            self.watcher.feed(past)
            detections = self.watcher.advance(now())
        for detection in detections:
            if not self._is_told(detection):
                self._respond_to(detection)

    def _is_told(self, detection: Detection) -> bool:
        """Whether it speaks of trouble whose incident is closed; an open one is for `declare.decide` to recognise."""
        closed = (incident.resolved_at for incident in self.ledger.incidents())
        return any(at is not None and detection.onset <= at for at in closed)

    # 1 check ---------------------------------------------------------------------------------------------------------

    def take_versions(self) -> tuple[ReviewedChange, ...]:
        """Take configuration versions as files change, each change with what the check says of it."""
        return self.versions.take(now())

    # 2 probe ---------------------------------------------------------------------------------------------------------

    def probe(self, probe: ProbeTable) -> ProbeResult:
        """Sign in once, tell the watch, and prove the versions in force while all is well."""
        result = run_probe(guarded.probe_plan(self.settings, probe), now())
        with self._watch_lock:
            self.watcher.probe(result)
        watching.add_probe(result)
        if result.outcome is ProbeOutcome.PASSED:
            self._prove()
        return result

    def probe_all(self) -> tuple[ProbeResult, ...]:
        """Every probe once; results are kept but do not count as detections."""
        return tuple(run_probe(guarded.probe_plan(self.settings, probe), now()) for probe in self.settings.probe)

    def _prove(self) -> None:
        """Versions are proved good when every probe passed lately, nothing is suspicious and nothing is open."""
        latest = {result.journey: result.outcome for result in watching.probes(now() - PROVING_SPAN)}
        passing = all(latest.get(probe.name) is ProbeOutcome.PASSED for probe in self.settings.probe)
        if passing and not self.watcher.suspicious() and not self.ledger.open_incidents():
            self.versions.prove(now(), self.memory.loaded)

    # 3 watch ---------------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Read what the logs say since last time; a detection becomes an incident, part of one, or nothing."""
        events = self.logs.poll()
        self.memory.add(events)
        with self._watch_lock:
            self.watcher.feed(events)
            detections = self.watcher.advance(now())
        for detection in detections:
            self._respond_to(detection)
        self.logs.commit()

    # 4 diagnose ------------------------------------------------------------------------------------------------------

    def _diagnose(self, incident: Incident) -> None:
        """Make the differential and measure who is hurt; written down only if it says something new."""
        made, change = self.diagnosing.differential(incident, now())
        bodies: list[EntryBody] = []
        if _says_something_new(incident.differential, made):
            bodies.append(Diagnosed(made, change))
        impact = self.diagnosing.impact(incident)
        if impact != incident.impact:
            bodies.append(impact)
        if bodies:
            self._record(incident.id, bodies)

    # 5 respond -------------------------------------------------------------------------------------------------------

    def _respond_to(self, detection: Detection) -> None:
        decision = declare.decide(detection, self.ledger.open_incidents(), now())
        if decision.course is declare.Course.DECLARE:
            incident = self.ledger.next_id(now())
            body = Declared(self.settings.service.name, decision.title, decision.reason.value, detection)
            self._record(incident, [body])
            self.escalate()
        elif decision.course is declare.Course.JOIN and decision.incident:
            before = self.ledger.incident(decision.incident)
            self._record(decision.incident, [Joined(detection, decision.reason.value)])
            joined = self.ledger.incident(decision.incident)
            if before and joined and before.state is IncidentState.RECOVERED:
                self._page(joined, escalate.relapse(joined, self.chain))

    def escalate(self) -> None:
        """Page whoever is due: at declaration, without an answer in time, for a question, when it is over."""
        for incident in self.ledger.open_incidents():
            step = escalate.next_step(incident, self.chain, now())
            if step is not None:
                self._page(incident, step)

    def _page(self, incident: Incident, step: Step) -> None:
        link = f"{self.dashboard_url}/incidents/{incident.id}/" if self.dashboard_url else ""
        notice = paging.notice(incident, step, self.chain, self.channels, now(), link)
        if self.ledger.record(incident.id, DOORWARD, now(), notice.bodies, notice.pages) is Kept.SPOOLED:
            self.spool.owe(notice.pages)

    def deliver(self) -> Round:
        """Send the pages that are owed."""
        return self.courier.deliver()

    # 6 recover -------------------------------------------------------------------------------------------------------

    def act(self) -> None:
        """Take each open incident one move further: diagnose, plan, approve, apply, settle."""
        moves = {
            Move.DIAGNOSE: self._diagnose,
            Move.PLAN: self._plan,
            Move.APPROVE: self._approve,
            Move.APPLY: self._apply,
            Move.SETTLE: self._settle,
        }
        for incident in self.ledger.open_incidents():
            move = next_move(incident, self.diagnosing.last_made.get(incident.id), now())
            if move in moves:
                moves[move](incident)

    def _plan(self, incident: Incident) -> None:
        tried = self._tried.get(incident.id, ())
        plan = planning.plan(self.diagnosing.situation(incident, tried))
        if not isinstance(plan, planning.NoPlan):
            self._record(incident.id, [Planned(plan)])
        else:
            question = f"Doorward has no repair for this ({plan.value}). The differential says what to look at."
            self._record(incident.id, [Asked(question)])

    def _approve(self, incident: Incident) -> None:
        policy = self.settings.recover
        answer = planning.approval(incident, policy.approval == "policy", policy.most_sessions)
        assert incident.plan is not None
        if answer is planning.Approval.BY_POLICY:
            self._record(incident.id, [ApprovedEntry(incident.plan.digest, answer.value)], by=POLICY)
        else:
            question = f"May plan {incident.plan.digest} be applied? ({answer.value})"
            self._record(incident.id, [Asked(question)])

    def _apply(self, incident: Incident) -> None:
        assert incident.plan is not None
        self._tried[incident.id] = (*self._tried.get(incident.id, ()), incident.plan.digest)
        applying.apply(incident, self.repair, lambda bodies: self._record(incident.id, bodies))

    def _settle(self, incident: Incident) -> None:
        """After verification: clear sessions that turn out to be broken too, and see people come back."""
        self._sweep(incident)
        if incident.state is IncidentState.RECOVERED:
            return
        verified_at = max(record.ended_at for record in incident.actions if record.ended_at is not None)
        quiet_for = timedelta(seconds=self.settings.recover.settle_s)
        impact = self.diagnosing.impact(incident)
        calm = impact.last_hurt_at is None or now() - impact.last_hurt_at >= quiet_for / 2
        if now() - verified_at >= quiet_for and calm:
            reason = "probes pass and nobody has been hurt since"
            self._record(incident.id, [impact, Recovered(reason)])

    def _sweep(self, incident: Incident) -> None:
        """Sessions of the fault that are refused only now; the approved predicate covers them."""
        for record in incident.actions:
            if record.action.kind is ActionKind.CLEAR_SESSIONS and self.repair.has_more(record.action, incident):
                cleared = self.repair.clear_sessions(record.action, incident)
                if cleared.sessions:
                    self._record(incident.id, [cleared])

    def _history(self, component: ComponentTable, since: datetime) -> tuple[SignInEvent, ...]:
        """A component's events since a time: from memory if it reaches back so far, else from the log itself."""
        if self.memory.reaches(since):
            return tuple(event for event in self.memory.since(since) if event.component == component.name)
        return self.logs.history(component, since)

    def _record(self, incident: str, bodies: Sequence[EntryBody], by: str = DOORWARD) -> None:
        self.ledger.record(incident, by, now(), bodies)

    def refresh(self) -> None:
        """Take in what people did on the dashboard and the command line. Raises StoreUnavailable."""
        self.ledger.refresh()


def _says_something_new(before: Differential | None, made: Differential) -> bool:
    if before is None:
        return True
    return [(h.cause, h.verdict) for h in before.hypotheses] != [(h.cause, h.verdict) for h in made.hypotheses]


# 7 review ------------------------------------------------------------------------------------------------------------


def postmortem(incident_id: str, form: Format) -> str:
    """The incident's postmortem, folded from the log alone."""
    return render(review.postmortem(log.entries(incident_id)), form)
