"""What a journey exchanged, as people may see it: asks and answers in, steps and notes without secrets out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from doorward.cookies import Jar
from doorward.model.journey import UNTIMED, ProbeOutcome, ProbeResult, Step, Timing
from doorward.probe import cookie_flags
from doorward.probe.ends import soon
from doorward.probe.exchange import Answer, Ask, Done, Ending
from doorward.probe.plan import ProbePlan
from doorward.probe.redaction import Redactor


@dataclass(frozen=True, slots=True)
class _Line:
    ask: Ask = field(repr=False)
    status: int | None
    ms: float
    note: str
    timing: Timing
    location: str = field(repr=False)


@dataclass(slots=True)
class Transcript:
    """The exchanges as they happened, kept raw until every secret is known, and shown redacted."""

    plan: ProbePlan
    _redactor: Redactor = field(default_factory=Redactor)
    _lines: list[_Line] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _knows_password: bool = False

    def __post_init__(self) -> None:
        username, password = self.plan.account
        self._redactor.learn_name(username)
        own = (password, self.plan.client.secret, self.plan.totp_secret)
        self._redactor.learn((*own, *(value for _, value in self.plan.headers)))

    def learn(self, jar: Jar | None) -> None:
        """Cookies that the browser has already are as secret as those to come."""
        self._redactor.learn(one.value for one in (jar.cookies.values() if jar else ()))

    def add(self, ask: Ask, answer: Answer | None, ms: float, note: str = "", timing: Timing = UNTIMED) -> None:
        """Note an exchange, and take to heart what of it is secret."""
        location = answer.header("location") if answer is not None else ""
        self._redactor.learn_pairs(ask.form or ())
        self._redactor.learn(ask.secrets)
        for cookie in answer.set_cookies if answer is not None else ():
            self._redactor.learn((cookie.partition(";")[0].partition("=")[2].strip().strip('"'),))
        for address in (ask.url, location):
            self._redactor.learn_address(address)
        self._lines.append(_Line(ask, answer.status if answer else None, ms, note, timing, location))
        self._knows_password = self._knows_password or ask.carries_password
        if answer is not None:
            host = ask.url.split("/")[2]
            ends = soon(f"the certificate of {host}", answer.certificate_ends, self.plan.occasion.now)
            self._notes.extend(ends)
        if answer is not None and not ask.is_direct:
            is_https = ask.url.startswith("https:")
            self._notes.extend(cookie_flags.refusals(answer.refused_cookies, is_https))
            self._notes.extend(cookie_flags.notes(answer.set_cookies, is_https, self._knows_password))

    def result(self, plan: ProbePlan, now: datetime, done: Done, outcome: ProbeOutcome) -> ProbeResult:
        """How it went, once everything secret is known."""
        reason = Ending.NO_NETWORK.value if outcome is ProbeOutcome.BLIND else str(done.reason)
        notes = tuple(dict.fromkeys(self._redactor.text(note) for note in (*done.notes, *self._notes)))
        return ProbeResult(plan.name, now, outcome, reason, done.expected, tuple(self._steps()), notes=notes)

    def _steps(self) -> list[Step]:
        shown = []
        for line in self._lines:
            ask, address = line.ask, self._redactor.address
            led = f"to {address(line.location)}" if line.location else line.note
            shown.append(Step(ask.step, ask.method, address(ask.url), line.status, line.ms, led, line.timing))
        return shown
