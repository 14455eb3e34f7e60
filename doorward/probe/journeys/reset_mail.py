"""`reset-mail`: ask for a new password at the page's form, receive the mail, open its link, find the next form.

The new password is never set: the form is looked at and left. In: a plan with a mailbox. Out: one ProbeResult over all
of it. The link is opened as from a mail: in a browser without cookies of the page that was asked at.
"""

from __future__ import annotations

import html
import re
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.probe.exchange import Answer, Ask, Done, Drive, Ending, http_reason
from doorward.probe.form_fields import Form
from doorward.probe.forms import Page, joined, read_page
from doorward.probe.journeys.sights import redirects, shows_error
from doorward.probe.line import LineEnding
from doorward.probe.mailbox import MOST_MAILS, Folder, Unreadable, opened, texts
from doorward.probe.means import Mailbox
from doorward.probe.plan import ProbePlan

MOST_EXCHANGES = 20
POLL_S = 0.5
_LINK = re.compile(r"https?://[^\s<>\"'\\^`{|}\]]+")
# Shorter parts of a link are words such as `reset`, or a number that leads nowhere by itself.
_SHORTEST_SECRET = 4


def reset_mail(plan: ProbePlan, now: datetime, drive: Drive) -> ProbeResult:
    """Go the whole way. A mailbox that cannot be read is the prober's fault: then nothing is said of the service."""
    mailbox = plan.means.mailbox or Mailbox("files:")
    try:
        with opened(mailbox) as folder:
            return _go(plan, now, drive, mailbox, folder)
    except Unreadable:
        expected = "a mailbox that the prober can read"
        return ProbeResult(plan.name, now, ProbeOutcome.BLIND, LineEnding.MAILBOX_UNREADABLE.value, expected, ())


def _go(plan: ProbePlan, now: datetime, drive: Drive, mailbox: Mailbox, folder: Folder) -> ProbeResult:
    before = folder.keys()
    asked = drive(AskForMail(plan, mailbox.address), plan, now)
    if asked.outcome is not ProbeOutcome.PASSED:
        return asked
    begun = time.monotonic()
    links = _links(folder, before, begun + mailbox.wait_s)
    waited = Step("mail", "RECEIVE", mailbox.place.partition(":")[0], None, round((time.monotonic() - begun) * 1000, 1))
    asked = replace(asked, steps=(*asked.steps, waited))
    if not links:
        late = links is None
        reason = LineEnding.MAIL_LATE if late else LineEnding.NO_LINK
        return _failed(asked, reason, f"a mail {f'within {mailbox.wait_s:g} s' if late else 'with a link'}")
    link = next((one for one in links if plan.names_host(one)), None)
    if link is None:
        return _failed(asked, LineEnding.LINK_HOST, "a link to a host of the service, as people reach it")
    if plan.start_url.startswith("https:") and not link.startswith("https:"):
        return _failed(asked, Ending.PASSWORD_IN_CLEAR.value, "a link by https, as the page that was asked at")
    opened_link = drive(OpenLink(plan, link), plan, now)
    return replace(opened_link, steps=(*asked.steps, *opened_link.steps), notes=(*asked.notes, *opened_link.notes))


def _failed(result: ProbeResult, reason: str, expected: str) -> ProbeResult:
    return replace(result, outcome=ProbeOutcome.FAILED, reason=str(reason), expected=expected)


def _links(folder: Folder, before: frozenset[str], deadline: float) -> list[str] | None:
    """The links of the mails that came since, None if no mail came in time, empty where those that came have none."""
    seen: set[str] = set()
    while True:
        for key in sorted(folder.keys() - before - seen)[-MOST_MAILS:]:
            seen.add(key)
            found = [link for text in texts(folder.mail(key)) for link in _of(text)]
            if found:
                return found
        if time.monotonic() >= deadline:
            return [] if seen else None
        threading.Event().wait(POLL_S)


def _of(text: str) -> list[str]:
    return [html.unescape(found).rstrip(".,;:!?)") for found in _LINK.findall(text)]


@dataclass(slots=True)
class AskForMail:
    """Open the page, type the address, send the form, see that it is taken."""

    plan: ProbePlan
    address: str = field(repr=False)
    has_asked: bool = False
    exchanges: int = 0

    def start(self) -> Ask:
        """Open the page where people say that they forgot their password."""
        return self._ask(Ask("open", "GET", self.plan.start_url))

    def receive(self, answer: Answer) -> Ask | Done:
        """Follow, fill in, see."""
        page = read_page(answer.text, answer.url)
        went = _went(answer, page, "ask" if self.has_asked else "open", self.exchanges)
        if went is not None:
            return self._ask(went) if isinstance(went, Ask) else went
        form = _address_form(page)
        if self.has_asked:
            again = form is not None and answer.url == self.plan.start_url
            expected = "the page takes the address and says that a mail is on its way"
            return Done("address-not-taken" if again else Ending.OK, expected)
        if form is None or form.name_field is None:
            return Done(Ending.NO_FORM, "a form that is sent by POST, for the address and no password")
        self.has_asked = True
        filled = form.filled({form.name_field.name: self.address})
        origin = "/".join(answer.url.split("/")[:3])
        headers = (("Origin", origin), ("Referer", f"{origin}/"))
        return self._ask(
            Ask("ask", "POST", form.action, filled, headers, initiator=answer.url, secrets=(self.address,))
        )

    def _ask(self, ask: Ask) -> Ask:
        self.exchanges += 1
        return ask


@dataclass(slots=True)
class OpenLink:
    """Open the link, and find the form for a new password."""

    plan: ProbePlan
    link: str = field(repr=False)
    exchanges: int = 0

    def start(self) -> Ask:
        """As from a mail: without cookies, typed by nobody."""
        parts = urlsplit(self.link)
        secrets = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
        kept = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET and any(map(str.isdigit, secret)))
        self.exchanges = 1
        return Ask("link", "GET", self.link, secrets=kept)

    def receive(self, answer: Answer) -> Ask | Done:
        """Follow, see."""
        page = read_page(answer.text, answer.url)
        went = _went(answer, page, "link", self.exchanges)
        if went is not None:
            self.exchanges += 1
            return went
        expected = "the link leads to a form for a new password"
        return Done(Ending.OK if any(map(_is_new_password, page.forms)) else LineEnding.NO_NEW_PASSWORD_FORM, expected)


def _went(answer: Answer, page: Page, step: str, exchanges: int) -> Ask | Done | None:
    """Where a redirect leads, or what is wrong with the page; None for a page to look at."""
    if redirects(answer):
        target = joined(answer.url, answer.header("location"))
        if target is None:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        if exchanges >= MOST_EXCHANGES:
            return Done(Ending.TOO_MANY_REDIRECTS, f"a page within {MOST_EXCHANGES} exchanges")
        return Ask(step, "GET", target)
    if not 200 <= answer.status < 300:
        return Done(http_reason(answer.status), "a page")
    return Done(Ending.ERROR_PAGE, "a page that is no error") if shows_error(answer, page) else None


def _address_form(page: Page) -> Form | None:
    def is_it(form: Form) -> bool:
        return form.method == "POST" and form.name_field is not None and not _passwords(form)

    return next((form for form in page.forms if is_it(form)), None)


def _passwords(form: Form) -> list[str]:
    return [one.autocomplete for one in form.fields if one.type == "password"]


def _is_new_password(form: Form) -> bool:
    """By its own word, or because the password is asked for twice."""
    found = _passwords(form)
    return form.method == "POST" and ("new-password" in found or len(found) > 1)
