"""`browser`: sign in with a real Chromium, for pages that only a script makes; the same steps and reasons as `form`.

It needs Playwright for Python and a Chromium. The browser can resolve the plan's hosts and no others, so that a page
may name whom it likes. Its profile is new each time and gone afterwards, and so is the home in which it is told to
believe the plan's `authorities`; it judges their certificates itself, as a person's browser does.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeResult, Timing
from doorward.probe.browser_trust import believe
from doorward.probe.exchange import Answer, Ask, Done, Drive, Ending, http_reason
from doorward.probe.forms import Page as Read
from doorward.probe.journeys.sights import shows_error
from doorward.probe.journeys.sign_in_table import EXPECTED, Phase
from doorward.probe.manners_blame import outcome
from doorward.probe.plan import ProbePlan
from doorward.probe.totp import code_at
from doorward.probe.transcript import Transcript

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Request, Response

_PASSWORD = "input[type=password]:visible"
# The surest first: on many pages a box for searching stands before the form.
_NAMES = tuple(
    f"input{kind}:visible" for kind in ("[autocomplete~=username]", "[type=email]", "[type=text]", ":not([type])")
)
_CODE = "input[autocomplete=one-time-code]:visible, input[name*=otp i]:visible"
_POLL_MS = 50
# A page that shows a name only may show the password a moment later.
_MOMENT_S = 1.0
# Chromium's words for what went wrong before an answer came.
_NET_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": Ending.DNS,
    "ERR_CONNECTION_REFUSED": Ending.REFUSED,
    "ERR_CERT_DATE_INVALID": Ending.TLS_EXPIRED,
    "ERR_CERT_COMMON_NAME_INVALID": Ending.TLS_NAME,
    "ERR_CERT_AUTHORITY_INVALID": Ending.TLS_UNTRUSTED,
    "ERR_CERT": Ending.TLS,
    "ERR_SSL": Ending.TLS,
    "ERR_TOO_MANY_REDIRECTS": Ending.TOO_MANY_REDIRECTS,
    "Timeout": Ending.TIMEOUT,
}


def browser_probe(plan: ProbePlan, now: datetime, drive: Drive) -> ProbeResult:
    """Sign in once. Raises InputInvalid where Playwright or a Chromium is missing."""
    try:
        api = importlib.import_module("playwright.sync_api")
    except ModuleNotFoundError as error:
        problem = Problem("probe.browser", "needs Playwright for Python", plan.name, "install `playwright`")
        raise InputInvalid((problem,)) from error
    transcript = Transcript(plan)
    with tempfile.TemporaryDirectory(prefix="doorward-") as home, api.sync_playwright() as playwright:
        if plan.authorities:
            believe(Path(home), plan.authorities)
        # Without authorities, a browser as it is: its user's own may be believed, too.
        env = {**os.environ, "HOME": home} if plan.authorities else None
        chromium = shutil.which("chromium")
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=_flags(plan), env=env)
        except api.Error as error:
            problem = Problem("probe.browser", "needs Chromium", plan.name, "install the package `chromium`")
            raise InputInvalid((problem,)) from error
        page = browser.new_page(extra_http_headers=dict(plan.headers))
        page.set_default_timeout(plan.timeout_s * 1000)
        visit = _Visit(plan, page, transcript, now, api.Error)
        done = visit.make()
        browser.close()
    return transcript.result(plan, now, done, outcome(done, plan))


def _flags(plan: ProbePlan) -> list[str]:
    """Only the named hosts resolve; a sandbox cannot be had as root (in a container, mostly)."""
    named = plan.hosts or tuple(urlsplit(url).netloc for url in (plan.start_url, plan.return_url) if url)
    hosts = {name.rpartition("@")[2].partition(":")[0] for name in named}
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in sorted(hosts))])
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [f"--host-resolver-rules={rules}", "--disable-background-networking", "--disable-gpu", *sandbox]


@dataclass(slots=True)
class _Visit:
    """One person at the browser; what is exchanged goes to the transcript as it is answered."""

    plan: ProbePlan
    page: Page
    transcript: Transcript
    now: datetime
    error: type[Exception]
    phase: Phase = Phase.OPENING
    status: int = 200
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.plan.total_s
        # A function of its own: Playwright keeps notes on the object that a method belongs to.
        self.page.on("response", lambda response: self._note(response))

    def make(self) -> Done:
        """Open, fill in, be signed in, come back."""
        try:
            return self._open() or self._fill_in() or self._arrive() or self._return()
        except self.error as error:
            reason = next((ending for word, ending in _NET_ERRORS.items() if word in str(error)), Ending.NO_ANSWER)
            return Done(reason, EXPECTED[self.phase])

    def _open(self) -> Done | None:
        answer = self.page.goto(self.plan.start_url, wait_until="domcontentloaded")
        if answer is not None and answer.status >= 400:
            return Done(http_reason(answer.status), EXPECTED[self.phase])
        if self._wait(_PASSWORD, *_NAMES) is None:
            return Done(Ending.NO_FORM, "a page that shows a field for the password, once its scripts have run")
        return None

    def _fill_in(self) -> Done | None:
        username, password = self.plan.account
        has_password = self._until(lambda: self.page.locator(_PASSWORD).count() > 0, _MOMENT_S)
        if (name := self._name()) is not None:
            name.fill(username)
        if not has_password:
            self.phase = Phase.NAMED
            self.page.keyboard.press("Enter")
            if self._wait(_PASSWORD) is None:
                return Done(Ending.WRONG_NAME, EXPECTED[self.phase])
        self.phase = Phase.POSTED
        self.page.locator(_PASSWORD).first.fill(password)
        self.page.keyboard.press("Enter")
        if self._gone(_PASSWORD) is None:
            return Done(Ending.WRONG_PASSWORD, EXPECTED[self.phase])
        return self._give_code() if self.page.locator(_CODE).count() else None

    def _name(self) -> Locator | None:
        """The field for the name: of the form that has the password, else of the page; None if there is none."""
        form = self.page.locator("form", has=self.page.locator(_PASSWORD)).first
        place = form if form.count() else self.page
        found = (place.locator(kind).first for kind in _NAMES)
        return next((field for field in found if field.count()), None)

    def _give_code(self) -> Done | None:
        if not self.plan.totp_secret:
            return Done(Ending.NO_SECOND_STEP, "no second step, or the key to it in the settings")
        self.phase = Phase.CODED
        moment = datetime.now(self.now.tzinfo)
        self.page.locator(_CODE).first.fill(code_at(self.plan.totp_secret, moment))
        self.page.keyboard.press("Enter")
        return Done(Ending.WRONG_CODE, EXPECTED[self.phase]) if self._gone(_CODE) is None else None

    def _arrive(self) -> Done | None:
        self.phase = Phase.SIGNING_IN
        if self.status >= 400:
            return Done(http_reason(self.status), EXPECTED[self.phase])
        wanted = self.plan.expect_text
        if wanted and not self._until(lambda: wanted in self.page.inner_text("body")):
            return Done(Ending.ERROR_PAGE, "the signed-in page shows the expected text")
        seen = Read((), self.page.title(), tuple(self.page.locator("h1").all_inner_texts()[:1]))
        if shows_error(Answer(200, self.page.url, (), self.page.inner_text("body")), seen):
            return Done(Ending.ERROR_PAGE, EXPECTED[self.phase])
        return None

    def _return(self) -> Done:
        if self.plan.return_url is None:
            return Done(Ending.OK, EXPECTED[Phase.SIGNING_IN])
        self.phase = Phase.RETURNING
        answer = self.page.goto(self.plan.return_url, wait_until="load")
        if answer is not None and answer.status >= 400:
            return Done(http_reason(answer.status), EXPECTED[self.phase])
        back = self.page.locator(_PASSWORD).count() > 0
        return Done(Ending.SENT_BACK if back else Ending.OK, EXPECTED[self.phase])

    def _wait(self, *selectors: str) -> bool | None:
        """True as soon as one of them is seen; None if the time is over first."""
        return self._until(lambda: any(self.page.locator(one).count() for one in selectors)) or None

    def _gone(self, selector: str) -> bool | None:
        """True once the page has settled without it; None if it is still there when the time is over."""
        self.page.wait_for_load_state("load")
        return self._until(lambda: not self.page.locator(selector).count()) or None

    def _until(self, holds: Callable[[], bool], most_s: float | None = None) -> bool:
        ends = min(self.deadline, time.monotonic() + (most_s or self.plan.timeout_s))
        while time.monotonic() < ends:
            try:
                if holds():
                    return True
            except self.error:
                # The page is just being replaced by the next one.
                pass
            self.page.wait_for_timeout(_POLL_MS)
        return False

    def _note(self, response: Response) -> None:
        """Pages, and what a script sends: nothing of pictures and styles."""
        request = response.request
        is_page = request.is_navigation_request() and request.frame == self.page.main_frame
        if not is_page and not (request.resource_type in ("fetch", "xhr") and request.method == "POST"):
            return
        self.status = response.status if is_page else self.status
        ask = Ask(self.phase.value, request.method, request.url, carries_password=self.phase is Phase.POSTED)
        headers = tuple((one["name"].lower(), one["value"]) for one in response.headers_array())
        lines = tuple(value for name, value in headers if name == "set-cookie")
        timing = _timing(request)
        answer = Answer(response.status, request.url, headers, "", lines)
        took = sum(ms for ms in (timing.dns_ms, timing.connect_ms, timing.tls_ms, timing.first_byte_ms) if ms)
        self.transcript.add(ask, answer, round(took, 1), timing=timing)


def _timing(request: Request) -> Timing:
    """Chromium's own figures; -1 = there was no such phase. The body is not waited for."""
    said = request.timing
    dns = said["domainLookupEnd"] - said["domainLookupStart"]
    connect = said["connectEnd"] - said["connectStart"]
    has_tls = request.url.startswith("https:") and said["secureConnectionStart"] >= 0
    tls = said["connectEnd"] - said["secureConnectionStart"] if has_tls else 0.0
    first = said["responseStart"] - said["requestStart"]
    return Timing(*(round(ms, 1) if ms > 0 else None for ms in (dns, connect - tls, tls, first)))
