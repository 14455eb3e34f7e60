"""The story on one screen: check → probe → watch → diagnose → respond → recover → review.

`Pipeline` wires the stages to the store, the guarded system and the clock. Each public method is one step that the
daemon repeats; what an incident needs next is read from the incident itself, so a kill at any moment only delays it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from doorward.diagnose import news
from doorward.errors import ActionRefused, DoorwardError, LogBroken
from doorward.model.detection import Detection
from doorward.model.entry import Declared, Diagnosed, EntryBody, Joined
from doorward.model.incident import Incident, IncidentState
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import SignInEvent
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
from doorward.wiring.diagnosing import Diagnosing
from doorward.wiring.logs import PAST, Logs
from doorward.wiring.memory import Memory
from doorward.wiring.moves import Move, next_move
from doorward.wiring.passed_over import PassedOver
from doorward.wiring.probing import Prober
from doorward.wiring.recovering import DOORWARD, Recovering
from doorward.wiring.repair import Repair
from doorward.wiring.usual_file import UsualFile
from doorward.wiring.versions import ReviewedChange, Versions
from doorward.wiring.watch_figures import EventCounts, WatchFigures

STAGES = ("check", "probe", "watch", "diagnose", "respond", "recover", "review")

# A probe speaks for three of its rounds, and never for less than this.
PROVING_SPAN = timedelta(seconds=60)
# A person may have mended it: that is seen when all has been calm for so many times the settle time.
CALM_FACTOR = 3


def now() -> datetime:
    """The clock, in one place."""
    return datetime.now(UTC)


class Pipeline:
    """One guarded service. Methods may be called from different threads; the ledger puts what they write in order."""

    def __init__(self, settings: Settings, dashboard_url: str = "") -> None:
        self.settings = settings
        self.dashboard_url = dashboard_url
        self.memory = Memory()
        self._counts = EventCounts()
        self.prober = Prober(settings)
        self.ledger = Ledger(settings.state)
        self.logs = Logs(settings)
        self.versions = Versions(settings)
        self.watcher = Watcher(of_table(settings.watch), self.logs.names)
        self.usual = UsualFile(settings.state)
        self.repair = Repair(settings, self.versions, self._loaded, self._history, self.probe_all)
        self.diagnosing = Diagnosing(settings, self.memory, self.versions, self.repair)
        self.recovering = Recovering(settings, self.ledger, self.diagnosing, self.repair, now)
        self.channels = channel_tables(settings)
        self.passed_over = PassedOver(settings.state)
        self.spool = Spool(settings.state / "pages-spool.jsonl")
        self.courier = Courier(self.channels, settings.respond, self.ledger, now, outbox, self.spool)
        self._undecided: deque[Detection] = deque()
        self._unsaid: deque[ReviewedChange] = deque()
        self._began = now()
        self._watch_lock = threading.Lock()
        self._page_lock = threading.Lock()
        self.spool.owe(self.ledger.load())

    @property
    def chain(self) -> tuple[LevelTable, ...]:
        """The escalation chain; the console alone where doorward.toml names none."""
        return self.settings.respond.level or (LevelTable(name="On call", channels=("console",)),)

    def warm(self) -> None:
        """Read the recent past again, so that a restart is as suspicious as the process before it, and no more."""
        self.usual.take_up(self.watcher)
        self.versions.recall(now())
        self._look_at_files()
        past = self.logs.past(now())
        self.memory.add(past)
        if not past:
            return
        with self._watch_lock:
            self.watcher.feed(past)
            detections = self.watcher.advance(past[-1].at)
        self._undecided.extend(detection for detection in detections if not self._is_told(detection))

    def _is_told(self, detection: Detection) -> bool:
        """Whether it speaks of trouble that is over; an open incident is for `declare.decide` to recognise."""
        incidents = self.ledger.incidents()
        closed = any(one.resolved_at is not None and detection.onset <= one.resolved_at for one in incidents)
        recovered = any(one.recovered_at is not None and detection.detected_at <= one.recovered_at for one in incidents)
        return closed or recovered or self._is_over(detection)

    def _is_over(self, detection: Detection) -> bool:
        """Whether what was detected has calmed down since."""
        with self._watch_lock:
            return self.watcher.is_recovered(detection.signal, detection.segment)

    def _loaded(self, component: str) -> str | None:
        """The digest that a component says it runs with, None if it never said; a log tells one file's digest only."""
        files = next((len(table.config) for table in self.settings.component if table.name == component), 0)
        return self.memory.loaded(component) if files == 1 else None

    # 1 check ---------------------------------------------------------------------------------------------------------

    def take_versions(self) -> tuple[ReviewedChange, ...]:
        """Take configuration versions as files change; returns the changes since the last call, each with what the
        check says of it. Raises InputInvalid for files that cannot be read, and StoreUnavailable."""
        self._unsaid.extend(self.versions.take(now()))
        return tuple(self._unsaid.popleft() for _ in range(len(self._unsaid)))

    def _look_at_files(self) -> None:
        """The same before a diagnosis: a change of this very second is a suspect too. Trouble with it is told by
        `take_versions`."""
        with contextlib.suppress(DoorwardError):
            self._unsaid.extend(self.versions.take(now()))

    # 2 probe ---------------------------------------------------------------------------------------------------------

    def probe(self, probe: ProbeTable) -> ProbeResult | None:
        """Sign in once, tell the watch, and prove the versions in force while all is well; None while it must wait."""
        result = self.prober.knock(probe, now())
        if result is None:
            return None
        self._hear(result)
        watching.add_probe(result)
        if result.outcome is ProbeOutcome.PASSED:
            self._prove()
        return result

    def hear_others(self) -> None:
        """Tell the watch what other vantage points found. Raises StoreUnavailable."""
        for result in self.prober.elsewhere():
            self._hear(result)

    def _hear(self, result: ProbeResult) -> None:
        with self._watch_lock:
            for counted in self.prober.counted(result):
                self.watcher.probe(counted)

    def probe_all(self) -> tuple[ProbeResult, ...]:
        """Every probe once; results are kept but do not count as detections."""
        return tuple(self.prober.once(probe, now()) for probe in self.settings.probe)

    def _prove(self) -> None:
        """Versions are proved good when every probe passed lately, nothing is suspicious and nothing is open."""
        since = self._passing_since()
        if since is not None and not self._suspicious() and not self.ledger.open_incidents():
            self.versions.prove(now(), self._loaded, since)
            self.diagnosing.baseline.take(now())

    def _passing_since(self) -> datetime | None:
        """When the oldest of the probes' last results was made, None unless all of them are fresh and passed."""
        moment = now()
        spans = {probe.name: max(PROVING_SPAN, 3 * timedelta(seconds=probe.every_s)) for probe in self.settings.probe}
        kept = watching.probes(moment - max(spans.values(), default=PROVING_SPAN))
        latest = {result.journey: result for result in kept if result.vantage == self.settings.vantage.name}
        found = [latest[name] for name in spans if name in latest and latest[name].at >= moment - spans[name]]
        passed = len(found) == len(spans) and all(result.outcome is ProbeOutcome.PASSED for result in found)
        return min((result.at for result in found), default=moment) if passed else None

    def _suspicious(self) -> bool:
        with self._watch_lock:
            return bool(self.watcher.suspicious())

    # 3 watch ---------------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Read what the logs say since last time; a detection becomes an incident, part of one, or nothing."""
        events = self.logs.poll()
        self.memory.add(events)
        self._counts.add(events)
        with self._watch_lock:
            self.watcher.feed(events)
            self._undecided.extend(self.watcher.advance(now()))
        self._decide()
        self.logs.commit()
        with self._watch_lock:
            self.usual.write_when_due(self.watcher, now())

    def figures(self) -> WatchFigures:
        """How the watch stands at this moment, for other dashboards."""
        with self._watch_lock:
            return self._counts.figures(self.watcher, self.logs, now())

    def _decide(self) -> None:
        """Respond to each detection once. Old ones wait until the log is read to its end, and then count if they still
        stand: a first start on a log of months must not wake anybody for what is long over."""
        while self._undecided:
            detection = self._undecided[0]
            is_old = now() - detection.detected_at > PAST
            if is_old and self.logs.is_behind:
                return
            if not (is_old and self._is_over(detection)):
                self._respond_to(detection)
            self._undecided.popleft()

    # 4 diagnose ------------------------------------------------------------------------------------------------------

    def _diagnose(self, incident: Incident) -> None:
        """Make the differential and measure who is hurt; written down only if it says something new."""
        self._look_at_files()
        made, change = self.diagnosing.differential(incident, now())
        bodies: list[EntryBody] = []
        said = news(incident.differential, made)
        if said is not None:
            bodies.append(Diagnosed(said, change))
        impact = self.diagnosing.impact(incident)
        if impact is not None and impact != incident.impact:
            bodies.append(impact)
        if bodies:
            self._record(incident.id, bodies)

    # 5 respond -------------------------------------------------------------------------------------------------------

    def _respond_to(self, detection: Detection) -> None:
        try:
            self._take_up(detection)
        except ActionRefused:
            # A person resolved the incident at this very moment: decide by how it stands now.
            self._take_up(detection)

    def _take_up(self, detection: Detection) -> None:
        decision = declare.decide(detection, self.ledger.open_incidents(), now())
        if decision.course is declare.Course.DECLARE:
            incident = self.ledger.next_id(now())
            body = Declared(self.settings.service.name, decision.title, decision.reason.value, detection)
            self._record(incident, [body])
            self.escalate()
        elif decision.course is declare.Course.JOIN and decision.incident:
            self._join(decision.incident, Joined(detection, decision.reason.value, decision.title))
        else:
            self.passed_over.record(detection, decision, now())

    def _join(self, incident_id: str, body: Joined) -> None:
        # Under the lock: `escalate` in another thread would say the same relapse a second time.
        with self._page_lock:
            before = self.ledger.incident(incident_id)
            self._record(incident_id, [body])
            joined = self.ledger.incident(incident_id)
            if before and joined and before.state is IncidentState.RECOVERED:
                self._page(joined, escalate.relapse(joined, self.chain))

    def escalate(self) -> None:
        """Page whoever is due: at declaration, without an answer in time, for a question, when it is over."""
        with self._page_lock:
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
        """Take each open incident one move further: diagnose, plan, approve, apply, settle, see.

        Raises what went wrong with one of them after all had their turn.
        """
        trouble: DoorwardError | None = None
        for incident in self.ledger.open_incidents():
            try:
                self._move(incident)
            except DoorwardError as error:
                trouble = error
        if trouble is not None:
            raise trouble
        for what in self.ledger.broken():
            raise LogBroken(what, fix="`doorward incident verify` says whether the log was changed")

    def _move(self, incident: Incident) -> None:
        moves = {
            Move.DIAGNOSE: self._diagnose,
            Move.PLAN: self.recovering.plan,
            Move.APPROVE: self.recovering.approve,
            Move.APPLY: self.recovering.apply,
            Move.SETTLE: self.recovering.settle,
            Move.SEE: self.recovering.see,
        }
        last_made = self.diagnosing.last_made.get(incident.id)
        move = next_move(incident, last_made, now(), self._is_calm(incident))
        if move in moves:
            moves[move](incident)

    def _is_calm(self, incident: Incident) -> bool:
        """Whether probes pass, nothing is suspicious, and nobody was hurt for long enough, while we looked."""
        quiet_for = CALM_FACTOR * timedelta(seconds=self.settings.recover.settle_s)
        told_at = max(self._began, incident.declared_at, *(detection.detected_at for detection in incident.detections))
        if incident.state is IncidentState.RECOVERED or now() - told_at < quiet_for or self._suspicious():
            return False
        if self._passing_since() is None:
            return False
        last_hurt = self.diagnosing.last_hurt(incident)
        return last_hurt is None or now() - last_hurt >= quiet_for

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


# 7 review ------------------------------------------------------------------------------------------------------------


def postmortem(incident_id: str, form: Format) -> str:
    """The incident's postmortem, folded from the log alone."""
    return render(review.postmortem(log.entries(incident_id)), form)
