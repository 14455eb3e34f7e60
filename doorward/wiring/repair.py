"""The tools of the recover stage on the real system: files, signals, the session tool and the probes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from doorward.errors import ActionRefused, CapabilityMissing
from doorward.model.action import Action
from doorward.model.config_version import Standing
from doorward.model.entry import SessionsCleared, Verified
from doorward.model.incident import Incident
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import SignInEvent
from doorward.recover import restoring
from doorward.recover.condemned import Judgement, SessionHistory, judge
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import versions as kept
from doorward.wiring import guarded
from doorward.wiring.versions import Versions

PREDICATE = "issued under the faulty configuration and refused since, or not loadable"
VERIFY_TRIES = 3
VERIFY_WAIT_S = 2.0


class Repair:
    """Satisfies `doorward.recover.applying.Tools`. `loaded` tells the digest that a component's log says it runs with;
    `history` gives the events of a component's log since a time; `probe_all` runs every probe once."""

    def __init__(
        self,
        settings: Settings,
        versions: Versions,
        loaded: Callable[[str], str | None],
        history: Callable[[ComponentTable, datetime], tuple[SignInEvent, ...]],
        probe_all: Callable[[], tuple[ProbeResult, ...]],
    ) -> None:
        self._settings = settings
        self._versions = versions
        self._loaded = loaded
        self._history = history
        self._probe_all = probe_all
        self._gone: set[str] = set()

    def roll_back(self, action: Action, bad: str) -> str:
        """Put the files of version `action.target` back and pin `bad`."""
        component = self._component(action.component)
        names = tuple(str(path) for path in component.config)
        standing = next((v.standing for v in kept.all_of(component.name) if v.digest == action.target), None)
        if standing is not Standing.PROVED_GOOD:
            raise ActionRefused(f"version {action.target} of {component.name} is not proved good", fix="choose another")
        present = kept.digest(guarded.files(self._settings, component))
        if present not in (bad, action.target):
            what = f"{component.name} runs with another version by now ({present}): somebody is at work on it"
            raise ActionRefused(what, fix="agree with them; nothing was put back")
        self._versions.pin(component.name, bad, "rolled back in an incident")
        restoring.put_back(
            self._settings.directory, kept.files(self._settings.state, component.name, action.target, names)
        )
        return f"configuration {action.target} is back, {bad} is pinned"

    def restart(self, action: Action) -> str:
        """Signal or run the command, then wait until the log says that the version is loaded (or, if it says nothing of
        versions, until the settle time is over)."""
        component = self._component(action.component)
        reload = component.reload
        if reload.signal and component.pid_file:
            done = restoring.send_signal(self._settings.place(component.pid_file), reload.signal)
        elif reload.command:
            done = restoring.run_command(reload.command, self._settings.directory, reload.settle_s)
        else:
            raise CapabilityMissing(f"{component.name} has no way to restart", fix="set [component.reload]")
        return f"{done}; {self._await_load(component, action.target)}"

    def _await_load(self, component: ComponentTable, digest: str) -> str:
        began, limit = time.monotonic(), component.reload.settle_s
        while time.monotonic() - began < limit:
            if self._loaded(component.name) == digest:
                return f"it runs with {digest} after {time.monotonic() - began:.1f} s"
            time.sleep(0.1)
        if self._loaded(component.name) is None:
            return f"waited {limit:.0f} s (its log does not tell versions)"
        raise ActionRefused(f"{component.name} does not run with {digest} after {limit:.0f} s", fix="look at its log")

    def refused_so_far(self, component: str, incident: Incident) -> int | None:
        """How many sessions the log condemns now; None if the component's sessions cannot be cleared."""
        if guarded.session_tool(self._settings, self._component(component)) is None:
            return None
        return len(self._session_history(component, incident).refused())

    def _session_history(self, component: str, incident: Incident) -> SessionHistory:
        if incident.change is None:
            raise ActionRefused("no configuration change is known", fix="clear sessions by hand")
        history = SessionHistory(component, incident.change.after, incident.change.at)
        history.take(self._history(self._component(component), incident.change.at))
        return history

    def judge_sessions(self, component: str, incident: Incident) -> Judgement | None:
        """Which sessions are condemned, by the log and by the store under the configuration in force now; None if they
        cannot be listed. Only meaningful once the fault is out of force."""
        tool = guarded.session_tool(self._settings, self._component(component))
        if tool is None:
            return None
        history = self._session_history(component, incident)
        sessions, target, key_file = tool
        try:
            return judge(history, sessions.listed(target, key_file))
        except CapabilityMissing:
            return None

    def has_more(self, action: Action, incident: Incident) -> bool:
        """Whether the log condemns a session that was not cleared yet; cheaper than listing them all."""
        refused = self._session_history(action.component, incident).refused()
        return bool(set(refused) - set(incident.sessions_cleared) - self._gone)

    def clear_sessions(self, action: Action, since_incident: Incident) -> SessionsCleared:
        """End the condemned sessions, a few at a time, never more than the cap in one incident."""
        component = self._component(action.component)
        tool = guarded.session_tool(self._settings, component)
        judgement = self.judge_sessions(action.component, since_incident)
        if tool is None or judgement is None:
            raise CapabilityMissing(f"the sessions of {component.name} cannot be listed")
        policy = self._settings.recover
        most = policy.most_sessions - len(since_incident.sessions_cleared)
        if len(judgement.sessions) > most:
            raise ActionRefused(
                f"{len(judgement.sessions)} sessions would be ended, more than recover.most_sessions leaves ({most})",
                fix="raise the cap or clear them by hand",
            )
        sessions, target, key_file = tool
        wanted, ended = sorted(judgement.sessions), list[str]()
        for start in range(0, len(wanted), policy.pause_every):
            if start:
                time.sleep(policy.pause_s)
            ended.extend(sessions.clear(target, key_file, wanted[start : start + policy.pause_every]))
        self._gone |= set(judgement.refused_but_gone)
        return SessionsCleared(component.name, PREDICATE, tuple(ended), judgement.considered - len(ended))

    def verify(self) -> Verified:
        """Every probe must pass; a first failure may be an old worker's last answer, so it is tried again twice."""
        results: tuple[ProbeResult, ...] = ()
        for attempt in range(VERIFY_TRIES):
            if attempt:
                time.sleep(VERIFY_WAIT_S)
            results = self._probe_all()
            if results and all(result.outcome is ProbeOutcome.PASSED for result in results):
                return Verified(True, f"{len(results)} of {len(results)} probes pass", _rows(results))
        failing = [f"{r.journey}: {r.reason}" for r in results if r.outcome is not ProbeOutcome.PASSED]
        return Verified(False, "; ".join(failing) or "there are no probes to verify by", _rows(results))

    def _component(self, name: str) -> ComponentTable:
        return next(component for component in self._settings.component if component.name == name)


def _rows(results: tuple[ProbeResult, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((result.journey, result.outcome.value, result.reason) for result in results)
