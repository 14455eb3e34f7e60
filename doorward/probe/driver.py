"""Drives a journey over the network: a plan and the time in, a ProbeResult out, with nothing secret in it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.probe.exchange import Answer, Ask, Done, Ending, Journey
from doorward.probe.journeys import journey
from doorward.probe.plan import ProbePlan
from doorward.probe.redaction import Redactor
from doorward.probe.transport import Browser, Fault, control_answers

# Endings that say that no answer came; whether the prober is blind is asked before the service is blamed.
_UNREACHED = frozenset({Ending.TIMEOUT, Ending.REFUSED, Ending.DNS, Ending.NO_ANSWER})
_EXPECTED_ANSWER: dict[Ending, str] = {
    Ending.TIMEOUT: "an answer in time",
    Ending.REFUSED: "a connection",
    Ending.DNS: "a host name that resolves",
    Ending.TLS: "a certificate that holds for this host",
    Ending.NO_ANSWER: "a whole HTTP answer",
    Ending.BAD_REDIRECT: "a redirect to an address that can be asked",
}


def run(plan: ProbePlan, now: datetime) -> ProbeResult:
    """Make the plan's journey once. InputInvalid for a journey that does not exist; a broken service raises nothing."""
    return drive(journey(plan), plan, now)


def drive(made: Journey, plan: ProbePlan, now: datetime) -> ProbeResult:
    """Ask what the journey asks until it is done."""
    transcript = _Transcript(plan)
    with Browser(plan) as browser:
        said: Ask | Done = made.start()
        while isinstance(said, Ask):
            said = _exchange(made, said, plan, browser, transcript)
    return transcript.result(plan, now, said, _outcome(said, plan))


def _exchange(made: Journey, ask: Ask, plan: ProbePlan, browser: Browser, transcript: _Transcript) -> Ask | Done:
    refusal = _refusal(ask, plan)
    if refusal is not None:
        transcript.add(ask, None, 0.0, "not asked")
        return refusal
    begun = time.perf_counter()
    try:
        answer = browser.ask(ask)
    except Fault as fault:
        transcript.add(ask, None, _ms_since(begun), fault.ending)
        return Done(fault.ending, _EXPECTED_ANSWER[fault.ending])
    transcript.add(ask, answer, _ms_since(begun))
    return made.receive(answer)


def _refusal(ask: Ask, plan: ProbePlan) -> Done | None:
    """Why this must not be asked: a host that the plan does not name, a password in clear after a start on https."""
    if not plan.names_host(ask.url):
        return Done(Ending.HOST_NOT_NAMED, "the journey stays at the hosts that the plan names")
    if ask.carries_password and plan.start_url.startswith("https:") and not ask.url.startswith("https:"):
        return Done(Ending.PASSWORD_IN_CLEAR, "a form on https sends the password over https")
    return None


def _outcome(done: Done, plan: ProbePlan) -> ProbeOutcome:
    if done.is_good:
        return ProbeOutcome.PASSED
    if done.reason not in _UNREACHED:
        return ProbeOutcome.FAILED
    if plan.control is not None and not control_answers(plan.control):
        return ProbeOutcome.BLIND
    return ProbeOutcome.UNREACHABLE


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)


@dataclass(slots=True)
class _Transcript:
    """The exchanges as they happened, kept raw until every secret is known, and shown redacted."""

    plan: ProbePlan
    _redactor: Redactor = field(default_factory=Redactor)
    _lines: list[tuple[Ask, int | None, float, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        username, password = self.plan.account
        self._redactor.learn_name(username)
        self._redactor.learn((password, *(value for _, value in self.plan.headers)))

    def add(self, ask: Ask, answer: Answer | None, ms: float, note: str = "") -> None:
        """Note an exchange, and take to heart what of it is secret."""
        location = answer.header("location") if answer is not None else ""
        self._redactor.learn_pairs(ask.form or ())
        for cookie in answer.set_cookies if answer is not None else ():
            self._redactor.learn((cookie.partition(";")[0].partition("=")[2].strip().strip('"'),))
        for address in (ask.url, location):
            self._redactor.learn_address(address)
        self._lines.append((ask, answer.status if answer else None, ms, note, location))

    def result(self, plan: ProbePlan, now: datetime, done: Done, outcome: ProbeOutcome) -> ProbeResult:
        reason = Ending.NO_NETWORK.value if outcome is ProbeOutcome.BLIND else str(done.reason)
        return ProbeResult(plan.name, now, outcome, reason, done.expected, tuple(self._steps()))

    def _steps(self) -> list[Step]:
        shown = []
        for ask, status, ms, note, location in self._lines:
            led = f"to {self._redactor.address(location)}" if location else note
            shown.append(Step(ask.step, ask.method, self._redactor.address(ask.url), status, ms, led))
        return shown
