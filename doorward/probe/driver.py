"""Drives a journey over the network: a plan and the time in, a ProbeResult out, with nothing secret in it."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from datetime import datetime

from doorward.cookies import Jar
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeResult
from doorward.probe.beyond import BEYOND, KNOWN
from doorward.probe.exchange import Ask, Done, Ending, Journey
from doorward.probe.journeys import JOURNEYS
from doorward.probe.manners_blame import outcome
from doorward.probe.manners_lockout import heeded, told
from doorward.probe.plan import Occasion, ProbePlan
from doorward.probe.transcript import Transcript
from doorward.probe.transport import MOST_BYTES, Browser, Fault

_EXPECTED_ANSWER: dict[Ending, str] = {
    Ending.TIMEOUT: "an answer in time",
    Ending.SLOW_BODY: "the whole page in time, once it began",
    Ending.TOO_LARGE: f"a page of at most {MOST_BYTES // 1024} KiB",
    Ending.REFUSED: "a connection",
    Ending.DNS: "a host name that resolves",
    Ending.TLS: "a handshake of TLS",
    Ending.TLS_EXPIRED: "a certificate that is in force today",
    Ending.TLS_NAME: "a certificate for this host name",
    Ending.TLS_UNTRUSTED: "a certificate of an authority that is known here",
    Ending.NO_ANSWER: "a whole HTTP answer",
    Ending.BAD_REDIRECT: "a redirect to an address that can be asked",
}


def run(plan: ProbePlan, now: datetime) -> ProbeResult:
    """Make the plan's journey once. InputInvalid for one that does not exist; a broken service raises nothing."""
    if plan.journey not in KNOWN:
        fix = f"one of: {', '.join(KNOWN)}"
        raise InputInvalid((Problem("probe.journey", f"journey {plan.journey!r} is not known", plan.name, fix),))
    plan = replace(plan, occasion=Occasion(now, secrets.token_bytes(32)))
    if plan.journey in BEYOND:
        return BEYOND[plan.journey](plan, now, drive)
    return drive(JOURNEYS[plan.journey](plan), plan, now)


def drive(made: Journey, plan: ProbePlan, now: datetime, jar: Jar | None = None) -> ProbeResult:
    """Ask what the journey asks until it is done; `jar` are the cookies that the browser has already."""
    transcript = Transcript(plan)
    transcript.learn(jar)
    with Browser(plan, jar) as browser:
        said: Ask | Done = made.start()
        while isinstance(said, Ask):
            said = _exchange(made, said, plan, browser, transcript)
    return told(transcript.result(plan, now, said, outcome(said, plan)), said)


def _exchange(made: Journey, ask: Ask, plan: ProbePlan, browser: Browser, transcript: Transcript) -> Ask | Done:
    refusal = _refusal(ask, plan)
    if refusal is not None:
        transcript.add(ask, None, 0.0, "not asked")
        return refusal
    begun = time.perf_counter()
    try:
        answer = browser.ask(ask)
    except Fault as fault:
        transcript.add(ask, None, _ms_since(begun), fault.ending, fault.timing)
        return Done(fault.ending, _EXPECTED_ANSWER[fault.ending])
    transcript.add(ask, answer, _ms_since(begun), timing=answer.timing)
    said = made.receive(answer)
    return heeded(said, answer) if isinstance(said, Done) else said


def _refusal(ask: Ask, plan: ProbePlan) -> Done | None:
    """Why this must not be asked: a host that the plan does not name, a password in clear after a start on https."""
    if not plan.names_host(ask.url):
        return Done(Ending.HOST_NOT_NAMED, "the journey stays at the hosts that the plan names")
    if ask.carries_password and plan.start_url.startswith("https:") and not ask.url.startswith("https:"):
        return Done(Ending.PASSWORD_IN_CLEAR, "a form on https sends the password over https")
    return None


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)
