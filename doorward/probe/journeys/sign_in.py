"""The sign-in that every journey shares: open, fill in the forms, be signed in, come back; answers in, requests out.

What OpenID Connect adds is a Witness, which looks at every redirect and at the page that the journey ends on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.form_fields import Form
from doorward.probe.forms import Page, joined, read_page
from doorward.probe.journeys.sights import Attention, sight
from doorward.probe.journeys.sign_in_table import EXPECTED, MOVES, NEXT_PHASE, Move, Phase
from doorward.probe.plan import ProbePlan
from doorward.probe.totp import code_at

# Longest chain of a sign-in across three hosts that was seen is 9, with consent and a second step 13; browsers give up
# at 20 redirects.
MOST_EXCHANGES = 20
_KEEPS_METHOD = frozenset({307, 308})


class Witness(Protocol):
    """Looks over the journey's shoulder; a Done of its ends the journey."""

    def redirected(self, source: str, target: str) -> Done | None:
        """A redirect from one address to another, before it is followed."""
        ...

    def arrived(self, url: str) -> Done | None:
        """The page at which the sign-in ended."""
        ...


class NoWitness:
    """A sign-in with nothing further to look at."""

    def redirected(self, source: str, target: str) -> Done | None:
        """Nothing to say."""
        return None

    def arrived(self, url: str) -> Done | None:
        """Nothing to say."""
        return None


@dataclass(slots=True)
class SignIn:
    """The machine. `alternates` = every request comes from the next address, not only the return; `consents` = a page
    of the host that takes the password may ask for a yes, and gets it."""

    plan: ProbePlan
    witness: Witness
    alternates: bool = False
    consents: bool = False
    phase: Phase = Phase.OPENING
    exchanges: int = 0
    asked: Ask | None = None
    notes: list[str] = field(default_factory=list)
    _gave_name: bool = False
    _gave_code: bool = False
    _host_of_password: str = ""

    def start(self) -> Ask:
        """Open the page that a person opens first."""
        return self.open(self.plan.start_url)

    def open(self, url: str, initiator: str = "") -> Ask:
        """Begin at another address than the plan's, from a link on that page."""
        return self._get(url, initiator)

    def receive(self, answer: Answer) -> Ask | Done:
        """Look at the answer, and do what the table says; bounded, as a browser is."""
        said = self._judge(answer)
        if isinstance(said, Ask) and self.exchanges > MOST_EXCHANGES:
            said = Done(Ending.TOO_MANY_REDIRECTS, f"signed in within {MOST_EXCHANGES} exchanges")
        return replace(said, notes=(*said.notes, *self.notes)) if isinstance(said, Done) else said

    def _judge(self, answer: Answer) -> Ask | Done:
        page = read_page(answer.text, answer.url)
        seen = sight(answer, page, self._attention(answer))
        move = MOVES[self.phase][seen]
        if isinstance(move, Ending):
            return Done(move, self._expected(move))
        before, self.phase = self.phase, NEXT_PHASE.get((self.phase, move), self.phase)
        if move is Move.REPORT_STATUS:
            return Done(http_reason(answer.status), EXPECTED[before])
        if move is Move.FINISH:
            return Done(Ending.OK, EXPECTED[before])
        return self._go_on(move, answer, page)

    def _attention(self, answer: Answer) -> Attention:
        return Attention(
            name=self.phase in (Phase.OPENING, Phase.NAMED),
            password=self._gave_name,
            code=bool(self.plan.totp_secret) and (self.phase is Phase.CODED or not self._gave_code),
            consent=self.consents and self.phase is not Phase.RETURNING and _host(answer.url) == self._host_of_password,
        )

    def _go_on(self, move: Move, answer: Answer, page: Page) -> Ask | Done:
        if move is Move.FOLLOW:
            return self._follow(answer)
        if move is Move.ARRIVE:
            return self._arrive(answer)
        if move is Move.GIVE_CODE:
            return self._give_code(page.code_form, answer)
        if move is Move.CONSENT:
            self.notes.append("consent was asked for and given")
            form = page.consent_form
            pressed = form.filled({}, form.consent_button) if form else None
            return self._send(form, pressed, answer.url)
        if move is Move.PASS_ON:
            return self._send(page.passed_on_form, None, answer.url)
        self._gave_name = self._gave_name or move is Move.GIVE_NAME
        return self._fill_in(page.password_form if move is Move.FILL_IN else page.name_form, answer)

    def _follow(self, answer: Answer) -> Ask | Done:
        target = joined(answer.url, answer.header("location"))
        if target is None:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        verdict = self.witness.redirected(answer.url, target)
        if verdict is not None:
            return verdict
        if self.asked is None or self.asked.form is None or answer.status not in _KEEPS_METHOD:
            return self._get(target, self.asked.initiator if self.asked else "")
        return self._ask(replace(self.asked, url=target))

    def _fill_in(self, form: Form | None, answer: Answer) -> Ask | Done:
        """Give the user name, the password, or both, as the form asks; a code too where it stands beside them."""
        name, password = (form.name_field, form.password_field) if form else (None, None)
        if form is None or (name is None and password is None):
            return Done(Ending.NO_FORM, EXPECTED[Phase.OPENING])
        username, secret = self.plan.account
        values = {name.name: username} if name else {}
        if password is not None:
            values[password.name] = secret
            self._host_of_password = _host(answer.url)
            if form.code_field is not None and self.plan.totp_secret:
                values[form.code_field.name] = self._code(answer.at)
        asked = self._send(form, form.filled(values), answer.url)
        return replace(asked, carries_password=password is not None) if isinstance(asked, Ask) else asked

    def _give_code(self, form: Form | None, answer: Answer) -> Ask | Done:
        if self._gave_code:
            return Done(Ending.WRONG_CODE, EXPECTED[Phase.CODED])
        if not self.plan.totp_secret:
            return Done(Ending.NO_SECOND_STEP, "no second step, or the key to it in the settings")
        field = form.code_field if form else None
        if form is None or field is None:
            return Done(Ending.NO_FORM, EXPECTED[Phase.CODED])
        self._gave_code = True
        asked = self._send(form, form.filled({field.name: self._code(answer.at)}), answer.url)
        return replace(asked, carries_password=True) if isinstance(asked, Ask) else asked

    def _code(self, moment: datetime | None) -> str:
        return code_at(self.plan.totp_secret, moment or self.plan.occasion.now)

    def _send(self, form: Form | None, filled: tuple[tuple[str, str], ...] | None, page_url: str) -> Ask | Done:
        if form is None:
            return Done(Ending.NO_FORM, EXPECTED[self.phase])
        origin = "/".join(page_url.split("/")[:3])
        headers = (("Origin", origin), ("Referer", f"{origin}/"))
        sent = form.filled({}) if filled is None else filled
        return self._ask(Ask("", "POST", form.action, sent, headers, initiator=page_url))

    def _arrive(self, answer: Answer) -> Ask | Done:
        if self.plan.expect_text and self.plan.expect_text not in answer.text:
            return Done(Ending.ERROR_PAGE, "the signed-in page shows the expected text")
        verdict = self.witness.arrived(answer.url)
        if verdict is not None:
            return verdict
        if self.plan.return_url is None:
            return Done(Ending.OK, EXPECTED[Phase.SIGNING_IN])
        return self._get(self.plan.return_url)

    def _get(self, url: str, initiator: str = "") -> Ask:
        return self._ask(Ask("", "GET", url, initiator=initiator))

    def _ask(self, ask: Ask) -> Ask:
        self.asked = replace(ask, step=self.phase.value, client=self._client())
        self.exchanges += 1
        return self.asked

    def _client(self) -> int:
        if self.alternates:
            return self.exchanges
        return 1 if self.phase is Phase.RETURNING else 0

    def _expected(self, ending: Ending) -> str:
        if ending is Ending.SENT_BACK and self.phase is not Phase.RETURNING:
            return "signed in after the right password, not asked for it again"
        if ending is Ending.UNREADABLE:
            return "a page whose bytes are of the charset that it names"
        return EXPECTED[self.phase]


def _host(url: str) -> str:
    return "/".join(url.split("/")[:3]).lower()
