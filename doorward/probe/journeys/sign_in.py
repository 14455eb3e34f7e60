"""The sign-in that every journey shares: open, fill in the form, be signed in, come back; answers in, requests out.

What OpenID Connect adds is a Witness, which looks at every redirect and at the page that the journey ends on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.forms import Form, Page, joined, read_page
from doorward.probe.plan import ProbePlan


class Phase(StrEnum):
    """Where the person stands; also the names of the steps."""

    OPENING = "open"
    POSTED = "sign-in"
    SIGNING_IN = "after-sign-in"
    RETURNING = "return"


class Sight(StrEnum):
    """What an answer shows."""

    REDIRECT = "redirect"
    SIGN_IN_FORM = "sign-in-form"
    PAGE = "page"
    ERROR_PAGE = "error-page"
    CSRF_PAGE = "csrf-page"
    HTTP_ERROR = "http-error"


class Move(StrEnum):
    """What the journey does next, where it does not end."""

    FOLLOW = "follow"
    FILL_IN = "fill-in"
    ARRIVE = "arrive"
    FINISH = "finish"
    REPORT_STATUS = "report-status"


# Rules for editing: every phase has every sight; a Move goes on, an Ending ends. The next phase is in `NEXT_PHASE`.
MOVES: dict[Phase, dict[Sight, Move | Ending]] = {
    Phase.OPENING: {
        Sight.REDIRECT: Move.FOLLOW,
        Sight.SIGN_IN_FORM: Move.FILL_IN,
        Sight.PAGE: Ending.NO_FORM,
        Sight.ERROR_PAGE: Ending.ERROR_PAGE,
        Sight.CSRF_PAGE: Move.REPORT_STATUS,
        Sight.HTTP_ERROR: Move.REPORT_STATUS,
    },
    Phase.POSTED: {
        Sight.REDIRECT: Move.FOLLOW,
        # The form in direct answer to the password is a no to the password; the form after a yes is another story.
        Sight.SIGN_IN_FORM: Ending.WRONG_PASSWORD,
        Sight.PAGE: Move.ARRIVE,
        Sight.ERROR_PAGE: Ending.ERROR_PAGE,
        Sight.CSRF_PAGE: Ending.CSRF_REFUSED,
        Sight.HTTP_ERROR: Move.REPORT_STATUS,
    },
    Phase.SIGNING_IN: {
        Sight.REDIRECT: Move.FOLLOW,
        Sight.SIGN_IN_FORM: Ending.SENT_BACK,
        Sight.PAGE: Move.ARRIVE,
        Sight.ERROR_PAGE: Ending.ERROR_PAGE,
        Sight.CSRF_PAGE: Move.REPORT_STATUS,
        Sight.HTTP_ERROR: Move.REPORT_STATUS,
    },
    Phase.RETURNING: {
        Sight.REDIRECT: Move.FOLLOW,
        Sight.SIGN_IN_FORM: Ending.SENT_BACK,
        Sight.PAGE: Move.FINISH,
        Sight.ERROR_PAGE: Ending.ERROR_PAGE,
        Sight.CSRF_PAGE: Move.REPORT_STATUS,
        Sight.HTTP_ERROR: Move.REPORT_STATUS,
    },
}
NEXT_PHASE: dict[tuple[Phase, Move], Phase] = {
    (Phase.OPENING, Move.FILL_IN): Phase.POSTED,
    (Phase.POSTED, Move.FOLLOW): Phase.SIGNING_IN,
    (Phase.POSTED, Move.ARRIVE): Phase.RETURNING,
    (Phase.SIGNING_IN, Move.ARRIVE): Phase.RETURNING,
}
EXPECTED: dict[Phase, str] = {
    Phase.OPENING: "a sign-in form that is sent by POST, with one user name and one password",
    Phase.POSTED: "the right password is accepted",
    Phase.SIGNING_IN: "signed in, at the page asked for",
    Phase.RETURNING: "still signed in when coming back with the same cookies from another address",
}

# Longest chain of a sign-in across three hosts that was seen is 9; browsers give up at 20.
MOST_EXCHANGES = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})
_CSRF_STATUS = frozenset({400, 403, 419})
_CSRF_WORDS = re.compile(r"csrf|cross.site request|out of date|(?:page|form)(?: has)? expired", re.IGNORECASE)
_ERROR_TITLE = re.compile(
    r"(?:\d{3}\W+)?(?:error|(?:internal )?server error|application error|bad gateway|bad request|forbidden"
    r"|unauthori[sz]ed|service unavailable|temporarily unavailable|gateway time-?out|something went wrong)"
    r"(?:\W+\d{3})?\W*",
    re.IGNORECASE,
)


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
    """The machine. `alternates` = every request comes from the next address, not only the return."""

    plan: ProbePlan
    witness: Witness
    alternates: bool = False
    phase: Phase = Phase.OPENING
    exchanges: int = 0
    asked: Ask | None = None

    def start(self) -> Ask:
        """Open the page that a person opens first."""
        return self._get(self.plan.start_url)

    def receive(self, answer: Answer) -> Ask | Done:
        """Look at the answer, and do what the table says; bounded, as a browser is."""
        said = self._judge(answer)
        if isinstance(said, Ask) and self.exchanges > MOST_EXCHANGES:
            return Done(Ending.TOO_MANY_REDIRECTS, f"signed in within {MOST_EXCHANGES} exchanges")
        return said

    def _judge(self, answer: Answer) -> Ask | Done:
        page = read_page(answer.text, answer.url)
        move = MOVES[self.phase][self._sight(answer, page)]
        if isinstance(move, Ending):
            return Done(move, self._expected(move))
        before, self.phase = self.phase, NEXT_PHASE.get((self.phase, move), self.phase)
        if move is Move.FOLLOW:
            return self._follow(answer)
        if move is Move.FILL_IN:
            return self._fill_in(page.sign_in_form, answer.url)
        if move is Move.ARRIVE:
            return self._arrive(answer)
        if move is Move.REPORT_STATUS:
            return Done(http_reason(answer.status), EXPECTED[before])
        return Done(Ending.OK, EXPECTED[before])

    def _sight(self, answer: Answer, page: Page) -> Sight:
        if answer.status in _REDIRECTS and answer.header("location"):
            return Sight.REDIRECT
        if answer.status < 500 and page.sign_in_form is not None:
            return Sight.SIGN_IN_FORM
        if answer.status in _CSRF_STATUS and (answer.status == 419 or _CSRF_WORDS.search(answer.text)):
            return Sight.CSRF_PAGE
        if not 200 <= answer.status < 300:
            return Sight.HTTP_ERROR
        return Sight.ERROR_PAGE if _ERROR_TITLE.fullmatch(page.title) else Sight.PAGE

    def _follow(self, answer: Answer) -> Ask | Done:
        target = joined(answer.url, answer.header("location"))
        if target is None:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        verdict = self.witness.redirected(answer.url, target)
        if verdict is not None:
            return verdict
        if self.asked is None or self.asked.form is None or answer.status not in _KEEPS_METHOD:
            return self._get(target)
        return self._ask(replace(self.asked, url=target))

    def _fill_in(self, form: Form | None, page_url: str) -> Ask | Done:
        name = form.name_field if form else None
        password = form.password_field if form else None
        if form is None or name is None or password is None:
            return Done(Ending.NO_FORM, EXPECTED[Phase.OPENING])
        username, secret = self.plan.account
        filled = form.filled({name.name: username, password.name: secret})
        origin = "/".join(page_url.split("/")[:3])
        headers = (("Origin", origin), ("Referer", f"{origin}/"))
        return self._ask(Ask("", "POST", form.action, filled, headers, carries_password=True))

    def _arrive(self, answer: Answer) -> Ask | Done:
        if self.plan.expect_text and self.plan.expect_text not in answer.text:
            return Done(Ending.ERROR_PAGE, "the signed-in page shows the expected text")
        verdict = self.witness.arrived(answer.url)
        if verdict is not None:
            return verdict
        if self.plan.return_url is None:
            return Done(Ending.OK, EXPECTED[Phase.SIGNING_IN])
        return self._get(self.plan.return_url)

    def _get(self, url: str) -> Ask:
        return self._ask(Ask("", "GET", url))

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
        return EXPECTED[self.phase]
