"""Gather for a diagnosis what the other stages know, and measure who is hurt.

In: an incident. Out: a differential with the change that it speaks of, the situation for planning, and the impact.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from doorward.diagnose import Examinee, Observations, Restart, Suspect, differential, observe, parts, rank, tally
from doorward.diagnose.examined import KeysExamined, ProcessExamined
from doorward.diagnose.nodes import nodes
from doorward.diagnose.round import examine
from doorward.diagnose.timing import FAR
from doorward.diagnose.visitors import visitors
from doorward.model.config_version import Change
from doorward.model.diagnosis import Differential, Verdict
from doorward.model.entry import ImpactMeasured
from doorward.model.incident import Incident
from doorward.model.service import Role
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent
from doorward.recover.planning import Situation
from doorward.settings import Settings
from doorward.store import versions as kept
from doorward.store import watching
from doorward.watch import statistics
from doorward.wiring import guarded
from doorward.wiring.baseline import KEPT, Baseline
from doorward.wiring.memory import Memory
from doorward.wiring.probing import counted
from doorward.wiring.repair import Repair
from doorward.wiring.rounds import Rounds
from doorward.wiring.versions import Versions

# How far back events are looked at; "usual" is as long as the trouble so far, at least this: people do not add up.
USUAL_SPAN = timedelta(minutes=20)
USUAL_LEAST = timedelta(seconds=60)
# An onset is an estimate.
ONSET_SLACK = timedelta(seconds=3)
# The workers of one server load their configuration within so long.
SAME_START = timedelta(seconds=15)
# So many earlier looks at its processes are remembered of an incident.
MOST_LOOKS = 24
# Refusals that happen on any day and hurt nobody: an old cookie comes back.
EVERYDAY = frozenset({Reason.SESSION_EXPIRED, Reason.SESSION_UNKNOWN, *TYPED})


class Diagnosing:
    """Remembers when each incident was last diagnosed; everything else is read anew."""

    def __init__(self, settings: Settings, memory: Memory, versions: Versions, repair: Repair) -> None:
        self._settings = settings
        self._memory = memory
        self._versions = versions
        self._repair = repair
        self._rounds = Rounds(settings.state)
        self.baseline = Baseline(lambda: examine(self._examinees(), KEPT))
        self.last_made: dict[str, datetime] = {}
        self._looks: Counter[str] = Counter()
        self._processes: dict[str, deque[ProcessExamined]] = defaultdict(lambda: deque(maxlen=MOST_LOOKS))
        self._keys: dict[str, deque[KeysExamined]] = defaultdict(lambda: deque(maxlen=MOST_LOOKS))

    def differential(self, incident: Incident, now: datetime) -> tuple[Differential, Change | None]:
        """Examine and judge; the change is the one that the concluded cause names, if any."""
        self.last_made[incident.id] = now
        observations = observe(self._examinees(), self._known(incident, now))
        self._processes[incident.id].extend(observations.of(ProcessExamined))
        self._keys[incident.id].extend(observations.of(KeysExamined))
        self._looks[incident.id] += 1
        self._rounds.keep(incident.id, now, observations)
        made = differential(observations, now)
        return made, made.concluded.change if made.concluded else None

    def _examinees(self) -> tuple[Examinee, ...]:
        """What may be looked at: what doorward.toml names, and what the configurations in force name themselves."""
        return tuple(self._with_what_it_names(one) for one in guarded.examinees(self._settings))

    def _with_what_it_names(self, one: Examinee) -> Examinee:
        named = dict.fromkeys((*one.keys, *self._versions.key_files(one.component)))
        asks = one.role in (Role.CLIENT, Role.PROXY) and not one.issuer
        issuer = self._versions.issuer(one.component) if asks else one.issuer
        return replace(one, issuer=issuer, keys=tuple(named))

    def refined(self, incident: Incident, now: datetime) -> Differential | None:
        """The incident's differential with the causes that it left unsettled judged again; None if nothing changed.

        What was settled stays: after a repair the tests would show the repair, not the fault.
        """
        before = incident.differential
        unsettled = (Verdict.OPEN, Verdict.NOT_TESTABLE)
        if before is None or not any(h.verdict in unsettled for h in before.hypotheses):
            return None
        made, _ = self.differential(incident, now)
        merged = tuple((made.hypothesis(h.cause) or h) if h.verdict in unsettled else h for h in before.hypotheses)
        if [h.verdict for h in merged] == [h.verdict for h in before.hypotheses]:
            return None
        return replace(before, made_at=now, hypotheses=rank(merged, before.conclusion))

    def _known(self, incident: Incident, now: datetime) -> Observations:
        onset = min(detection.onset for detection in incident.detections)
        events = self._memory.since(onset - USUAL_SPAN)
        began = onset - ONSET_SLACK
        since = began - max(USUAL_LEAST, now - began)
        before = [event for event in events if since <= event.at < began]
        during = [event for event in events if event.at >= began]
        # A clock that is ahead dates events after now.
        until = max([now, *(event.at + timedelta(milliseconds=1) for event in during)])
        return Observations(
            detections=incident.detections,
            suspects=self._suspects(onset, events),
            usual=statistics(before, max(since, before[0].at), began) if before else None,
            during=statistics(during, began, until),
            probes=counted(
                self._settings,
                (r for r in watching.probes(onset - timedelta(seconds=30)) if r.at >= onset - ONSET_SLACK),
            ),
            tallies=tally(events),
            before=self.baseline.before(onset),
            parts=parts(before, during),
            restarts=_restarts(events),
            logs_ahead_s=_logs_ahead_s(events, now),
            looks=self._looks[incident.id],
            processes=tuple(self._processes[incident.id]),
            usual_processes=self.baseline.processes(onset),
            keys=tuple(self._keys[incident.id]),
            nodes=nodes(events),
            visitors=visitors([e for e in events if e.at < began], began, during, until) if events else None,
        )

    def _suspects(self, onset: datetime, events: tuple[SignInEvent, ...]) -> tuple[Suspect, ...] | None:
        if not any(component.config for component in self._settings.component):
            return None
        return tuple(
            Suspect(
                reviewed.change,
                None if reviewed.unread else reviewed.findings,
                _loaded_at(reviewed.change, events),
                reviewed.unread if reviewed.is_broken else "",
            )
            for reviewed in self._versions.changes
            if onset - reviewed.change.at <= FAR
        )

    def situation(self, incident: Incident, tried: tuple[str, ...]) -> Situation:
        """What a plan for the incident is made from."""
        change = incident.change
        component = next((c for c in self._settings.component if change and c.name == change.component), None)
        # Counted by the log alone: while the fault lasts, the store may not be able to read a single healthy session.
        condemned = self._repair.refused_so_far(component.name, incident) if component else None
        return Situation(
            differential=incident.differential,
            change=change,
            good=kept.last_good(change.component, change.at) if change else None,
            can_restart=bool(component and (component.reload.signal or component.reload.command)),
            condemned=condemned,
            probes=tuple(probe.name for probe in self._settings.probe),
            tried=tried,
        )

    def impact(self, incident: Incident) -> ImpactMeasured | None:
        """Who was hurt since the onset, by the logs: whose session was refused, whose sign-in failed for a reason that
        they did not type, or who were answered with an error. None where no log is followed: nobody was counted."""
        if not any(component.log for component in self._settings.component):
            return None
        onset = min(detection.onset for detection in incident.detections)
        events = [e for e in self._memory.since(onset - ONSET_SLACK) if not e.probe]
        hurt = [event for event in events if hurts(event)]
        by_reason: dict[str, int] = {}
        for event in hurt:
            word = f"{event.reason.value} ({event.component})"
            by_reason[word] = by_reason.get(word, 0) + 1
        return ImpactMeasured(
            people_hurt=len({event.person for event in hurt if event.person}),
            people_seen=len({event.person for event in events if event.person}),
            first_hurt_at=min((event.at for event in hurt), default=None),
            last_hurt_at=max((event.at for event in hurt), default=None),
            by_reason=tuple(sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))),
            source="logs of " + ", ".join(c.name for c in self._settings.component if c.log),
            unnamed_networks=len({event.source for event in hurt if event.source and not event.person}),
        )

    def last_hurt(self, incident: Incident) -> datetime | None:
        """When somebody was last hurt, None if nobody was."""
        measured = self.impact(incident)
        return measured.last_hurt_at if measured else None


def _loaded_at(change: Change, events: Iterable[SignInEvent]) -> datetime | None:
    """When the component first said that it runs with the changed version; None if its log does not tell."""
    loads = (e.at for e in events if e.kind is Kind.CONFIGURATION and e.component == change.component)
    running = (e.at for e in events if e.component == change.component and e.config == change.after)
    return min((at for at in (*loads, *running) if at >= change.at), default=None)


def _restarts(events: Iterable[SignInEvent]) -> tuple[Restart, ...]:
    """When components began to work, by their logs. The workers of one start say so each: one line of them counts."""
    found: list[Restart] = []
    before: dict[str, SignInEvent] = {}
    for event in events:
        if event.kind is not Kind.CONFIGURATION or event.outcome is not Outcome.SUCCESS:
            continue
        last = before.get(event.component)
        before[event.component] = event
        if last is None or event.at - last.at > SAME_START or event.config != last.config:
            changed = last is not None and event.config != last.config
            found.append(Restart(event.component, event.at, changed))
    return tuple(found)


def _logs_ahead_s(events: Iterable[SignInEvent], now: datetime) -> tuple[tuple[str, float], ...]:
    """By how much each component's log is ahead of our clock; those that are not are left out."""
    newest: dict[str, datetime] = {}
    for event in events:
        newest[event.component] = max(event.at, newest.get(event.component, event.at))
    ahead = ((name, round((at - now).total_seconds(), 1)) for name, at in sorted(newest.items()))
    return tuple((name, seconds) for name, seconds in ahead if seconds > 0)


def hurts(event: SignInEvent) -> bool:
    """Whether the event hurt a person: a failure that is neither mistyped nor an everyday refusal of an old cookie."""
    if event.outcome is not Outcome.FAILURE or event.probe or event.reason in EVERYDAY:
        return False
    return event.kind in (Kind.SIGN_IN, Kind.SESSION, Kind.TOKEN, Kind.REQUEST)
