"""The rehearsal itself: an old and a new target in, both signed in to eight ways in one scratch copy, a Rehearsal out.

The old one is served first: sessions and open forms are made under it. Then it is ended, and the new one is served over
the same scratch store. Everything that is started is ended, and the scratch is removed, also when something fails.
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from doorward.check.rehearsal import certificate, double_server, probes, school_rehearsal, scratch
from doorward.check.rehearsal.browser import Door, origin
from doorward.check.rehearsal.django_stand import Stand, authority, stands
from doorward.check.rehearsal.double import Double
from doorward.check.rehearsal.front import Front, certified, headers, opened
from doorward.check.rehearsal.outcome import PROBES, Outcome, Reason, Rehearsal, compared
from doorward.check.rehearsal.plan import Plan
from doorward.check.rehearsal.probes import Keepsakes, Pages, Person, Site, Visit
from doorward.check.rehearsal.proxy import SECURE_HEADER
from doorward.check.rehearsal.workers import Answer
from doorward.errors import CapabilityMissing, InputInvalid, Problem, SystemUnreachable
from doorward.model.finding import What
from doorward.systems import Target

_KINDS = ("django", "school")
# The name by which a proxy asks that is told nothing else, as nginx does: the worker's own address.
_INNER_NAME = "127.0.0.1"


def rehearse(plan: Plan, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Rehearsal:
    """Both sides, probe by probe. Raises InputInvalid, CapabilityMissing, and SystemUnreachable where nothing works."""
    if _kind(plan) == "school":
        return school_rehearsal.rehearse(plan, clock)
    begun = time.monotonic()
    person = Person("doorward-rehearsal", secrets.token_urlsafe(24))
    with tempfile.TemporaryDirectory(prefix="doorward-rehearsal-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        old, new = stands(plan.old, plan.new, folder, has_provider=bool(plan.pages.sso))
        with contextlib.ExitStack() as stack:
            before, kept, front, visit = _old_side(old, plan, person, clock, stack)
            after, failure = _new_side(new, person, front, kept, visit)
        kept_from = scratch.refused_writes(folder)
    if failure:
        after = {probe: _not_started(failure, before[probe]) for probe in PROBES}
    _refuse_nothing(before, after)
    took_s = round(time.monotonic() - begun, 1)
    return Rehearsal(
        plan.old.name, plan.new.name, front.public_url, compared(before, after), took_s, failure, kept_from
    )


def _old_side(
    old: Stand, plan: Plan, person: Person, clock: Callable[[], datetime], stack: contextlib.ExitStack
) -> tuple[dict[What, Outcome], Keepsakes, Front, Visit]:
    """The probes under OLD, what people will hold when NEW comes, and how the site is met on both sides."""
    with old.served(person.name, person.password) as workers:
        failure = _failure(workers)
        if failure:
            raise _does_not_start(old.target, failure)
        told = workers[0]
        front = _front(plan.new, told, old.folder)
        known = Person(told.account, person.password)
        visit = Visit(_pages(plan.pages, told), known, clock, double=_double(plan, old, told, stack))
        with opened(front, _ports(workers)) as gate:
            site = Site(Door(front.public_url, gate.ports, front.trusted), visit)
            own, kept = (probes.keepsakes(site, told.session_cookie) for _ in range(2))
            return probes.run(site, own), kept, front, visit


def _new_side(
    new: Stand, person: Person, front: Front, kept: Keepsakes, visit: Visit
) -> tuple[dict[What, Outcome], str]:
    """The probes under NEW, or why it does not start."""
    if visit.double is not None:
        visit.double.learns = False
    with new.served(person.name, person.password) as workers:
        failure = _failure(workers)
        if failure:
            return {}, failure
        with opened(front, _ports(workers)) as gate:
            return probes.run(Site(Door(front.public_url, gate.ports, front.trusted), visit), kept), ""


def _double(plan: Plan, old: Stand, told: Answer, stack: contextlib.ExitStack) -> Double | None:
    """The provider's double behind every origin that OLD names for one; None where no way to a provider is named."""
    if not plan.pages.sso:
        return None
    double = Double(told.account, old.folder, told.sign_algorithm, plan.own_double)
    hosts = tuple(urlsplit(origin).hostname or "" for origin in told.providers if origin.startswith("https:"))
    signed = certificate.signed_by(authority(old.folder), hosts, old.folder) if hosts else None
    routes = stack.enter_context(double_server.served(double, told.providers, signed))
    old.routes.write_bytes(msgspec.json.encode(routes))
    return double


def _ports(workers: Sequence[Answer]) -> list[int]:
    return [worker.port for worker in workers]


def _front(target: Target, told: Answer, folder: Path) -> Front:
    public_url = target.public_url or f"{'https' if told.https else 'http'}://{_host(told.hosts)}"
    made = certified(public_url, folder, "--public-url")
    return Front(public_url, _headers(target.forwarded, public_url, told), made)


def _host(allowed: Sequence[str]) -> str:
    """The first host that the old settings name; `localhost` where they name none."""
    named = [host.removeprefix(".") for host in allowed if "*" not in host]
    return next((host for host in named if host), "localhost")


def _headers(named: Sequence[str], public_url: str, told: Answer) -> tuple[tuple[str, str], ...]:
    """What the proxy in front sets: what was named, else the usual, and what the old settings rely on."""
    scheme = urlsplit(public_url).scheme
    relied_on = ("X-Forwarded-Host",) if told.forwarded_host else ()
    set_here = headers(named or ("X-Forwarded-For", *relied_on), scheme)
    if not named and told.proxy_header:
        header = told.proxy_header[0].removeprefix("HTTP_").replace("_", "-").title()
        set_here[header] = told.proxy_header[1] if scheme == "https" else "http"
    if scheme == "https" and not told.proxy_header and (told.redirects or origin(public_url) not in told.origins):
        # The old settings leave the scheme to the server, which then trusts its proxy; those that list their own
        # origin do without.
        set_here[SECURE_HEADER] = "on"
    if told.forwarded_host and any(name.lower() == "x-forwarded-host" for name in set_here):
        # Whoever reads the name from there does so because the proxy asks by another.
        set_here["Host"] = _INNER_NAME
    return tuple(set_here.items())


def _pages(pages: Pages, told: Answer) -> Pages:
    if pages.protected or told.admin:
        return Pages(pages.protected or told.admin, pages.sign_in, pages.sso)
    what = "no page is named that needs a sign-in, and the project has no administration"
    raise InputInvalid((Problem("protected-url.missing", what, "--protected-url", "name one, such as /account/"),))


def _does_not_start(target: Target, failure: str) -> SystemUnreachable:
    what = f"the old configuration does not start in a scratch copy: {failure}"
    fix = "see that it starts with this interpreter and environment, without its servers of databases and caches"
    return SystemUnreachable(what, where=target.name, fix=fix)


def _failure(workers: Sequence[Answer]) -> str:
    return next((worker.failure for worker in workers if worker.failure), "")


def _not_started(failure: str, before: Outcome) -> Outcome:
    """What was not tried under OLD would not have been tried under NEW either."""
    return before if before.reason == Reason.NOT_TRIED else Outcome(Reason.NOT_STARTED, failure)


def _refuse_nothing(before: dict[What, Outcome], after: dict[What, Outcome]) -> None:
    """Where nobody gets in on either side, nothing was learnt."""
    signed_in = [probe for probe in PROBES if probe is not What.ANONYMOUS_VISIT]
    if any(side[probe].works for side in (before, after) for probe in signed_in):
        return
    seen = before[What.NEW_SIGN_IN].reason
    fix = "see --protected-url, --sign-in-url, --public-url and --forwarded; no captcha or second factor can be passed"
    raise SystemUnreachable(f"nobody could sign in to the scratch copy, old or new: {seen}", fix=fix)


def _kind(plan: Plan) -> str:
    """The kind of both. Raises CapabilityMissing for one that cannot be rehearsed, InputInvalid for two kinds."""
    for target in (plan.old, plan.new):
        if target.kind not in _KINDS:
            fix = f"kinds: {', '.join(_KINDS)}"
            raise CapabilityMissing(f"kind {target.kind} cannot be rehearsed yet", where=target.name, fix=fix)
    if plan.old.kind != plan.new.kind:
        what = f"is of kind {plan.old.kind}, and the candidate of kind {plan.new.kind}"
        raise InputInvalid((Problem("kind.differs", what, plan.old.name, "name two configurations of one kind"),))
    return plan.new.kind
