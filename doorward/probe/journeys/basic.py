"""`basic`: a page behind HTTP Basic: it asks for a password, and takes the right one. Source: RFC 7617."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.forms import joined, read_page
from doorward.probe.journeys.sights import redirects, shows_error
from doorward.probe.plan import ProbePlan

_MOST_EXCHANGES = 6


def basic_journey(plan: ProbePlan) -> Basic:
    """Open the plan's first address, without and with the password."""
    return Basic(plan)


@dataclass(slots=True)
class Basic:
    """First without a password, as browsers do: a page that does not ask for one is open to everybody."""

    plan: ProbePlan
    was_asked: bool = False
    exchanges: int = 0

    def start(self) -> Ask:
        """As somebody who has not signed in."""
        return Ask("open", "GET", self.plan.start_url)

    def receive(self, answer: Answer) -> Ask | Done:
        """The challenge, then the page."""
        self.exchanges += 1
        if redirects(answer):
            return self._follow(answer)
        if answer.status == 401:
            return self._challenged(answer)
        if not 200 <= answer.status < 300:
            return Done(http_reason(answer.status), "the page, after the right password")
        if not self.was_asked:
            return Done(Ending.NO_CHALLENGE, "401 and WWW-Authenticate: Basic to somebody without a password")
        if answer.is_garbled:
            return Done(Ending.UNREADABLE, "a page whose bytes are of the charset that it names")
        wanted = self.plan.expect_text
        if shows_error(answer, read_page(answer.text, answer.url)) or (wanted and wanted not in answer.text):
            return Done(Ending.ERROR_PAGE, "the page that was asked for, with the expected text")
        return Done(Ending.OK, "the page, after the right password")

    def _challenged(self, answer: Answer) -> Ask | Done:
        if self.was_asked:
            return Done(Ending.WRONG_PASSWORD, "the right password is accepted")
        ways = [value.split()[0].lower() for name, value in answer.headers if name == "www-authenticate" and value]
        if "basic" not in ways:
            return Done(Ending.NO_CHALLENGE, "401 and WWW-Authenticate: Basic to somebody without a password")
        self.was_asked = True
        return self._with_password(answer.url)

    def _with_password(self, url: str) -> Ask:
        word = b64encode(":".join(self.plan.account).encode()).decode()
        headers = (("Authorization", f"Basic {word}"),)
        return Ask("sign-in", "GET", url, headers=headers, carries_password=True, secrets=(word,))

    def _follow(self, answer: Answer) -> Ask | Done:
        target = joined(answer.url, answer.header("location"))
        if target is None:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        if self.exchanges > _MOST_EXCHANGES:
            return Done(Ending.TOO_MANY_REDIRECTS, f"the page within {_MOST_EXCHANGES} exchanges")
        return self._with_password(target) if self.was_asked else Ask("open", "GET", target)
