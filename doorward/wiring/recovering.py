"""What an open incident gets done for it once it is diagnosed: plan, approve, apply, settle, or see that it is over.

In: an incident and its next move. Out: entries in the ledger. It decides nothing that `recover` decides: it joins the
stage to the ledger, the clock and the guarded system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from doorward.errors import ActionRefused
from doorward.model.action import Action, ActionKind, ActionState
from doorward.model.entry import ActionStarted, Asked, Diagnosed, EntryBody, Noted, Planned, Recovered
from doorward.model.entry import Approved as ApprovedEntry
from doorward.model.incident import Incident, IncidentState
from doorward.recover import applying, planning
from doorward.settings import Settings
from doorward.store.ledger import Ledger
from doorward.wiring.diagnosing import Diagnosing
from doorward.wiring.moves import DIAGNOSE_AGAIN
from doorward.wiring.repair import Repair

DOORWARD = "doorward"
POLICY = "policy"
MENDED_BY_OTHERS = "signals are back in their usual course without a repair by Doorward"
# So long after the declaration a cause that was left open is judged again, with what has been seen since.
REFINED_FOR = timedelta(seconds=90)


class Recovering:
    """Safe to repeat: every move is read from the incident."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        diagnosing: Diagnosing,
        repair: Repair,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._diagnosing = diagnosing
        self._repair = repair
        self._now = now
        self._handed_over: set[str] = set()

    def _record(self, incident: str, bodies: Sequence[EntryBody], by: str = DOORWARD) -> None:
        self._ledger.record(incident, by, self._now(), bodies)

    def see(self, incident: Incident) -> None:
        """It is over and Doorward did nothing for it: a person mended it, or it passed."""
        impact = self._diagnosing.impact(incident)
        self._record(incident.id, [*([impact] if impact else []), Recovered(MENDED_BY_OTHERS)])

    def plan(self, incident: Incident) -> None:
        entries = self._ledger.entries(incident.id)
        tried = tuple(dict.fromkeys(e.body.plan_digest for e in entries if isinstance(e.body, ActionStarted)))
        plan = planning.plan(self._diagnosing.situation(incident, tried))
        if not isinstance(plan, planning.NoPlan):
            self._record(incident.id, [Planned(plan)])
        else:
            why = plan.value.replace("-", " ")
            question = f"Doorward has no repair of its own: {why}. The differential says what to look at. What now?"
            made = incident.differential
            if made is not None and made.concluded and any(isinstance(entry.body, Asked) for entry in entries):
                # Whoever was asked for another cause must hear that it fell.
                question = f"The cause is now held to be: {made.concluded.title}. {question}"
            self._record(incident.id, [Asked(question)])

    def approve(self, incident: Incident) -> None:
        policy = self._settings.recover
        answer = planning.approval(incident, policy.approval == "policy", policy.most_sessions)
        assert incident.plan is not None
        if answer is planning.Approval.BY_POLICY:
            self._record(incident.id, [ApprovedEntry(incident.plan.digest, answer.value)], by=POLICY)
        else:
            question = f"May plan {incident.plan.digest} be applied?"
            if answer is planning.Approval.TOO_MANY_SESSIONS:
                question = f"Plan {incident.plan.digest} would end more sessions than recover.most_sessions. What now?"
            self._record(incident.id, [Asked(question)])

    def apply(self, incident: Incident) -> None:
        assert incident.plan is not None
        applying.apply(incident, self._repair, lambda bodies: self._record(incident.id, bodies))

    def settle(self, incident: Incident) -> None:
        """After verification: clear sessions that turn out to be broken too, and see people come back."""
        self._refine(incident)
        self._sweep(incident)
        if incident.state is IncidentState.RECOVERED:
            return
        verified_at = max(record.ended_at for record in incident.actions if record.ended_at is not None)
        quiet_for = timedelta(seconds=self._settings.recover.settle_s)
        impact = self._diagnosing.impact(incident)
        calm = impact is None or impact.last_hurt_at is None or self._now() - impact.last_hurt_at >= quiet_for / 2
        if self._now() - verified_at >= quiet_for and calm:
            reason = "probes pass and nobody has been hurt since"
            self._record(incident.id, [*([impact] if impact else []), Recovered(reason)])

    def _refine(self, incident: Incident) -> None:
        """Judge again what the first differential had to leave open for want of evidence."""
        last_made = self._diagnosing.last_made.get(incident.id)
        is_due = last_made is None or self._now() - last_made >= DIAGNOSE_AGAIN
        if is_due and self._now() - incident.declared_at <= REFINED_FOR:
            refined = self._diagnosing.refined(incident, self._now())
            if refined is not None:
                self._record(incident.id, [Diagnosed(refined, incident.change)])

    def _sweep(self, incident: Incident) -> None:
        """Sessions of the fault that are refused only now; the approved predicate covers them."""
        if incident.plan is None or incident.approved_plan != incident.plan.digest or incident.id in self._handed_over:
            return
        for record in incident.actions:
            if record.action.kind is not ActionKind.CLEAR_SESSIONS or record.state is not ActionState.SUCCEEDED:
                continue
            if self._repair.has_more(record.action, incident):
                self._clear_more(incident, record.action)

    def _clear_more(self, incident: Incident, action: Action) -> None:
        try:
            cleared = self._repair.clear_sessions(action, incident)
        except ActionRefused as error:
            self._handed_over.add(incident.id)
            self._hand_over(incident, error.problem.what)
            return
        if cleared.sessions:
            self._record(incident.id, [cleared])

    def _hand_over(self, incident: Incident, what: str) -> None:
        """Ask a person, once; an incident that has recovered is not opened again for it."""
        if incident.state is IncidentState.RECOVERED:
            if what not in {text for _, _, text in incident.notes}:
                self._record(incident.id, [Noted(what)])
        elif incident.question is None:
            self._record(incident.id, [Asked(f"{what}. What now?")])
