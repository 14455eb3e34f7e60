"""`session`: a session of an earlier run is still accepted; the first run makes it, and so does one after its own end.

A sign-in by form leaves its cookies behind, in memory or in a file that nobody else can read; later runs open the page
with them and do not sign in. So it shows when a deploy, a restart or an emptied store signs people out whose new
sign-ins go well. The cookies are never shown, and a file that others could read is not used.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from doorward.cookies import Cookie, Jar
from doorward.errors import InputInvalid, Problem
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.exchange import Answer, Ask, Done, Drive, Ending, http_reason
from doorward.probe.forms import joined, read_page
from doorward.probe.journeys.form import form_journey
from doorward.probe.journeys.sights import Attention, Sight, redirects, sight
from doorward.probe.plan import ProbePlan

_MOST_EXCHANGES = 10
_REFUSED = "the session of an earlier run is still accepted"
_IN_MEMORY: dict[tuple[str, str], Jar] = {}


def session_probe(plan: ProbePlan, now: datetime, drive: Drive) -> ProbeResult:
    """Open the page with the kept session; sign in where none is kept. Raises InputInvalid for an unsafe file."""
    kept = _kept(plan)
    if kept is None:
        return _sign_in(plan, now, drive, "no session was kept yet: signed in, and kept this one")
    jar = Jar({key: one for key, one in kept.cookies.items() if one.ends_at is None or one.ends_at > now})
    has_ended = len(jar.cookies) < len(kept.cookies)
    result = drive(Visit(plan), plan, now, jar)
    if result.outcome is ProbeOutcome.PASSED:
        _keep(plan, jar)
    elif result.reason == Ending.OLD_SESSION_REFUSED:
        _forget(plan)
        if has_ended:
            return _sign_in(plan, now, drive, "the kept session came to its own end: signed in, and kept this one")
    return result


def _sign_in(plan: ProbePlan, now: datetime, drive: Drive, why: str) -> ProbeResult:
    jar = Jar()
    result = drive(form_journey(plan), plan, now, jar)
    if result.outcome is ProbeOutcome.PASSED:
        _keep(plan, jar)
        return replace(result, notes=(*result.notes, why))
    return result


@dataclass(slots=True)
class Visit:
    """Open the page with the old cookies; a sign-in form in its place is a refusal."""

    plan: ProbePlan
    exchanges: int = 0

    def start(self) -> Ask:
        """The page, as a person opens it who signed in yesterday."""
        return Ask("old-session", "GET", self.plan.start_url)

    def receive(self, answer: Answer) -> Ask | Done:
        """Follow to a page that shows itself to people who are signed in."""
        self.exchanges += 1
        if self.exchanges > _MOST_EXCHANGES:
            return Done(Ending.TOO_MANY_REDIRECTS, f"the page within {_MOST_EXCHANGES} exchanges")
        if redirects(answer):
            target = joined(answer.url, answer.header("location"))
            refused = Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
            return Ask("old-session", "GET", target) if target else refused
        seen = sight(answer, read_page(answer.text, answer.url), Attention(name=True))
        if seen in (Sight.SIGN_IN_FORM, Sight.NAME_FORM, Sight.CODE_FORM) or answer.status == 401:
            return Done(Ending.OLD_SESSION_REFUSED, _REFUSED)
        if seen in (Sight.HTTP_ERROR, Sight.CSRF_PAGE):
            return Done(http_reason(answer.status), _REFUSED)
        if seen is Sight.GARBLED_PAGE:
            return Done(Ending.UNREADABLE, "a page whose bytes are of the charset that it names")
        wanted = self.plan.expect_text
        if seen is Sight.ERROR_PAGE or (wanted and wanted not in answer.text):
            return Done(Ending.ERROR_PAGE, "the signed-in page shows the expected text")
        return Done(Ending.OK, _REFUSED)


def _kept(plan: ProbePlan) -> Jar | None:
    if not plan.session_file:
        kept = _IN_MEMORY.get((plan.name, plan.start_url))
        return kept.copy() if kept else None
    path = Path(plan.session_file)
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                problem = Problem(
                    "probe.session", "can be read by others", str(path), f"chmod 600 {path}, or remove it"
                )
                raise InputInvalid((problem,))
            cookies = msgspec.json.decode(file.read(), type=tuple[Cookie, ...])
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputInvalid((Problem("probe.session", "cannot be read", str(path), "remove it"),)) from error
    return Jar({one.key: one for one in cookies})


def _keep(plan: ProbePlan, jar: Jar) -> None:
    if not plan.session_file:
        _IN_MEMORY[plan.name, plan.start_url] = jar.copy()
        return
    path = Path(plan.session_file)
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(msgspec.json.encode(tuple(jar.cookies.values())))
        new.replace(path)
    except OSError as error:
        problem = Problem("probe.session", f"cannot be kept: {error.strerror}", str(path), "check path and rights")
        raise InputInvalid((problem,)) from error


def _forget(plan: ProbePlan) -> None:
    _IN_MEMORY.pop((plan.name, plan.start_url), None)
    if plan.session_file:
        Path(plan.session_file).unlink(missing_ok=True)
