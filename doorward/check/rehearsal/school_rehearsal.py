"""The school rehearsed: an old and a new auth.toml (or portal.toml) in, both signed in to eight ways, a Rehearsal out.

The other service runs beside it unchanged, and each side is visited twice: by people at home, and by people behind a
shared exit with several outgoing addresses.
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doorward.check.rehearsal import probes, scratch, visitors
from doorward.check.rehearsal import school_probes as own
from doorward.check.rehearsal.outcome import PROBES, Outcome, Reason, Rehearsal, compared
from doorward.check.rehearsal.plan import Plan
from doorward.check.rehearsal.probes import Keepsakes, Pages, Person, Site, Visit
from doorward.check.rehearsal.school_files import Layout, lay_out
from doorward.check.rehearsal.school_service import AUTH, PORTAL
from doorward.check.rehearsal.school_stand import Stand, opened
from doorward.errors import SystemUnreachable
from doorward.model.finding import What

_COURSE = "/courses/rehearsal/"
_SIGN_IN = "/sign-in/"
_KINDS = (visitors.HOME, visitors.SHARED_EXIT)

Outcomes = dict[What, Outcome]


@dataclass(frozen=True, slots=True)
class _Side:
    """How each kind of visitor got on, and what they hold from before."""

    outcomes: tuple[Outcomes, ...]
    kept: tuple[Keepsakes, ...]


@dataclass(frozen=True, slots=True)
class _School:
    """A school that can be visited: where people go, and who they are."""

    stand: Stand
    public_url: str
    pages: Pages
    places: own.Places
    person: Person
    clock: Callable[[], datetime]

    def sites(self) -> list[Site]:
        """The same school as each kind of visitor meets it."""
        door = self.stand.gates.door(self.public_url)
        return [Site(door, Visit(self.pages, self.person, self.clock, addresses)) for addresses in _KINDS]


def rehearse(plan: Plan, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Rehearsal:
    """Both sides. Raises InputInvalid, CapabilityMissing, and SystemUnreachable where OLD does not work."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="doorward-rehearsal-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        layout = lay_out(plan.old, plan.new, folder)
        with _school(layout, plan, folder, clock) as school:
            before = _old_side(school)
            after, failure = _new_side(school, before.kept)
        kept_from = scratch.refused_writes(folder)
    if failure:
        after = [{probe: Outcome(Reason.NOT_STARTED, failure) for probe in PROBES} for _ in _KINDS]
    sides = list(zip(before.outcomes, after, strict=True))
    old, new = visitors.joined(sides[0], sides[1])
    took_s = round(time.monotonic() - begun, 1)
    probed = compared(dict(old), dict(new))
    return Rehearsal(plan.old.name, plan.new.name, school.public_url, probed, took_s, failure, kept_from)


@contextlib.contextmanager
def _school(layout: Layout, plan: Plan, folder: Path, clock: Callable[[], datetime]) -> Iterator[_School]:
    with opened(layout, plan.new, folder) as gates:
        services = {layout.old.name: layout.old, layout.other.name: layout.other}
        urls = {name: service.public_url for name, service in services.items()}
        urls[layout.old.name] = plan.new.public_url or layout.old.public_url
        pages = Pages(
            plan.pages.protected or _COURSE,
            plan.pages.sign_in or urls[layout.old.name] + _SIGN_IN,
        )
        account = urls[AUTH] + "/" if layout.old.name == AUTH else ""
        places = own.Places(account, services[PORTAL].session_cookie, services[AUTH].session_cookie)
        person = Person("doorward-rehearsal", secrets.token_urlsafe(24))
        yield _School(Stand(layout, plan.new, folder, gates), urls[PORTAL], pages, places, person, clock)


def _old_side(school: _School) -> _Side:
    layout = school.stand.layout
    with school.stand.served(layout.old, True, school.person) as workers:
        failure = next((worker.failure for worker in workers if worker.failure), "")
        if failure:
            what = f"the old configuration does not start in a scratch copy: {failure}"
            fix = "see that `doorward check` finds nothing in it, and that the project's interpreter has the school"
            raise SystemUnreachable(what, where=layout.old.name, fix=fix)
        home, shared = school.sites()
        kept = tuple(own.keepsakes(site, school.places) for site in (home, home, shared))
        at_home = own.run(home, kept[0], school.places)
        _refuse_nothing(at_home)
        return _Side((at_home, _at_shared_exit(shared, at_home, school)), kept[1:])


def _at_shared_exit(site: Site, at_home: Outcomes, school: _School) -> Outcomes:
    """As people at home fare, unless a sign-in says otherwise: then each probe is tried, with what was made for it."""
    if probes.new_sign_in(site).works == at_home[What.NEW_SIGN_IN].works:
        return at_home
    return own.run(site, own.keepsakes(site, school.places), school.places)


def _new_side(school: _School, kept: tuple[Keepsakes, ...]) -> tuple[list[Outcomes], str]:
    layout = school.stand.layout
    # Another database holds the same people, if it is there; one that is not stays empty, as it would.
    is_moved = layout.new.database != layout.old.database
    prepares = is_moved and (layout.new.has_people or not layout.old.has_people)
    with school.stand.served(layout.new, prepares, school.person) as workers:
        failure = next((worker.failure for worker in workers if worker.failure), "")
        if failure:
            return [], failure
        sites = school.sites()
        return [own.run(site, held, school.places) for site, held in zip(sites, kept, strict=True)], ""


def _refuse_nothing(found: Outcomes) -> None:
    """Where nobody gets in before the change, nothing can be learnt of it."""
    if any(found[probe].works for probe in PROBES if probe is not What.ANONYMOUS_VISIT):
        return
    seen = found[What.NEW_SIGN_IN].reason
    fix = "see that the two configurations fit together: doorward check"
    raise SystemUnreachable(f"nobody could sign in to the scratch copy of the old configuration: {seen}", fix=fix)
