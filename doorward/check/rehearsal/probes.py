"""The eight probes: a site that is served, and the pages people use there, in; an Outcome each out.

What must be made before the change (sessions, open forms) is made by `keepsakes` while the old configuration is served.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from doorward.check.rehearsal.browser import Browser, Door, Page
from doorward.check.rehearsal.double import Double, callback
from doorward.check.rehearsal.outcome import Outcome, Reason, http_reason
from doorward.check.rehearsal.proxy import VISITOR
from doorward.model.finding import What

_CSRF = re.compile("csrf|cross.site request", re.IGNORECASE)
OK = Outcome(Reason.OK)


@dataclass(frozen=True, slots=True)
class Person:
    """The scratch account."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pages:
    """A page that needs a sign-in; the sign-in page and the way to the provider, empty where they are not named."""

    protected: str
    sign_in: str = ""
    sso: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who comes, where to, by what clock, and from which addresses in turn: the same on both sides."""

    pages: Pages
    person: Person
    clock: Callable[[], datetime]
    addresses: tuple[str, ...] = (VISITOR,)
    double: Double | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is being served, as a person meets it."""

    door: Door
    visit: Visit

    @property
    def pages(self) -> Pages:
        """Where people go."""
        return self.visit.pages

    def browser(self, worker: int | None = 0) -> Browser:
        """A browser that has never been here."""
        return Browser(self.door, self.visit.clock, worker, addresses=self.visit.addresses)


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """What people hold from before the change: two signed-in browsers and one with an open form; None = not got."""

    signed_in: Browser | None
    stale: Browser | None
    open_form: tuple[Browser, Page] | None
    sign_in_page: str


def keepsakes(site: Site, session_cookie: str) -> Keepsakes:
    """Made under the configuration that is served now; the stale browser's session is one that has ended."""
    first, opened = site.browser(), site.browser()
    is_in = fill_in(first, site, first.visit(site.pages.protected)).works
    page = opened.visit(site.pages.sign_in or site.pages.protected)
    stale = returned(first, site, copied=True)
    stale.jar.outlive(session_cookie, secrets.token_hex(16))
    return Keepsakes(
        first if is_in else None,
        stale if is_in else None,
        (opened, page) if page.form else None,
        site.pages.sign_in or (page.url.partition("?")[0] if page.form else ""),
    )


def run(site: Site, kept: Keepsakes) -> dict[What, Outcome]:
    """Every probe, those first that use what was made before."""
    return {
        What.EXISTING_SESSION: existing_session(site, kept),
        What.OPEN_FORM: open_form(site, kept),
        What.ANONYMOUS_VISIT: anonymous_visit(site),
        What.STALE_COOKIE_SIGN_IN: stale_cookie_sign_in(site, kept),
        What.NEW_SIGN_IN: new_sign_in(site),
        What.SIGN_IN_NO_RETURN: sign_in_no_return(site, kept),
        What.SSO_RETURN: sso_return(site),
        What.OTHER_WORKER: other_worker(site),
    }


def existing_session(site: Site, kept: Keepsakes) -> Outcome:
    """Somebody who signed in before goes on; the note tells of a second tab that asked at the same moment."""
    if kept.signed_in is None:
        return Outcome(Reason.NOTHING_OPEN)
    browser = returned(kept.signed_in, site)
    tab = returned(kept.signed_in, site, copied=True)
    outcome = arrived(browser.visit(site.pages.protected))
    if outcome.works and not arrived(tab.visit(site.pages.protected)).works:
        return Outcome(Reason.OK, "a second tab that asks at the same moment is signed out")
    return outcome


def open_form(site: Site, kept: Keepsakes) -> Outcome:
    """Somebody opened the sign-in form before, and sends it now."""
    if kept.open_form is None:
        return Outcome(Reason.NOTHING_OPEN)
    browser, page = kept.open_form
    return fill_in(returned(browser, site), site, page)


def anonymous_visit(site: Site) -> Outcome:
    """Somebody without cookies asks for a page that needs a sign-in, and is shown the form."""
    page = site.browser().visit(site.pages.protected)
    outcome = _formed(page)
    if outcome.works and site.pages.sign_in:
        return _formed(site.browser().visit(site.pages.sign_in))
    return outcome


def stale_cookie_sign_in(site: Site, kept: Keepsakes) -> Outcome:
    """Somebody whose session has ended signs in anew, with the cookies of before still in the browser."""
    if kept.stale is None:
        return Outcome(Reason.NOTHING_OPEN)
    browser = returned(kept.stale, site)
    page = browser.visit(_sign_in_page(site, kept))
    if page.form is None:
        return confirmed(browser, site, page)
    return fill_in(browser, site, page)


def new_sign_in(site: Site) -> Outcome:
    """Somebody new asks for a page, signs in, and is led back to it."""
    browser = site.browser()
    return fill_in(browser, site, browser.visit(site.pages.protected))


def sign_in_no_return(site: Site, kept: Keepsakes) -> Outcome:
    """Somebody opens the sign-in page itself, signs in, and is led to the page after sign-in."""
    browser = site.browser()
    return fill_in(browser, site, browser.visit(_sign_in_page(site, kept)))


def sso_return(site: Site) -> Outcome:
    """Somebody goes to the provider, which is another site, and is sent back with a code and the site's own state."""
    double = site.visit.double
    if not site.pages.sso or double is None:
        return Outcome(Reason.NOT_TRIED, "no --sso-url")
    browser = site.browser()
    left = browser.visit(site.pages.sso)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.left_for).query).items()}
    if not left.left_for:
        found = _formed(left)
        return Outcome(Reason.NO_AUTHORIZE) if found.works or found.reason == Reason.NOT_GUARDED else found
    address = callback(asked)
    if not address:
        return Outcome(Reason.NO_AUTHORIZE)
    back = double.sent_back(left.left_for.partition("?")[0], asked)
    if back is None:
        return Outcome(Reason.PROVIDER_REFUSED)
    given = tuple(back.items())
    if asked.get("response_mode") == "form_post":
        page = browser.post(address, given, initiator=left.left_for)
    else:
        page = browser.visit(f"{address}{'&' if '?' in address else '?'}{urlencode(given)}", initiator=left.left_for)
    return confirmed(browser, site, page)


def other_worker(site: Site) -> Outcome:
    """Somebody signs in at one worker, and their next request is answered by another."""
    browser = site.browser()
    outcome = fill_in(browser, site, browser.visit(site.pages.protected))
    if not outcome.works:
        return outcome
    browser.worker = 1
    return arrived(browser.visit(site.pages.protected))


def fill_in(browser: Browser, site: Site, page: Page) -> Outcome:
    """Fill in the page's form; whoever is then let in must also be let in with the next request."""
    form = page.form
    if form is None:
        return _formed(page)
    after = browser.submit(form, site.visit.person.name, site.visit.person.password, page)
    if after.form is not None and after.hops == 0 and after.status < 400:
        return Outcome(Reason.WRONG_PASSWORD)
    return confirmed(browser, site, after)


def confirmed(browser: Browser, site: Site, page: Page) -> Outcome:
    outcome = arrived(page)
    return arrived(browser.visit(site.pages.protected)) if outcome.works else outcome


def arrived(page: Page) -> Outcome:
    """Whether this is a page for somebody who is signed in."""
    wrong = _wrong(page)
    if wrong is not None:
        return wrong
    return Outcome(Reason.SENT_BACK) if page.form is not None else OK


def _formed(page: Page) -> Outcome:
    """Whether this is the sign-in form."""
    wrong = _wrong(page)
    if wrong is not None:
        return wrong
    if page.form is not None:
        return OK
    return Outcome(Reason.NO_FORM if page.hops else Reason.NOT_GUARDED)


def _wrong(page: Page) -> Outcome | None:
    if page.left_for:
        return Outcome(Reason.ELSEWHERE)
    if page.is_loop:
        return Outcome(Reason.LOOP)
    if page.status == 0:
        return Outcome(Reason.NO_ANSWER)
    if page.status == 403 and _CSRF.search(page.text):
        return Outcome(Reason.CSRF_REFUSED)
    return Outcome(http_reason(page.status)) if page.status >= 400 else None


def returned(browser: Browser, site: Site, *, copied: bool = False) -> Browser:
    """The same person's browser at the site as it is served now."""
    jar = browser.jar.copy() if copied else browser.jar
    return Browser(site.door, site.visit.clock, 0, jar, site.visit.addresses)


def _sign_in_page(site: Site, kept: Keepsakes) -> str:
    """The one that is named, else where the protected page leads, else where it led before the change."""
    if site.pages.sign_in:
        return site.pages.sign_in
    page = site.browser().visit(site.pages.protected)
    return page.url.partition("?")[0] if page.form else kept.sign_in_page
