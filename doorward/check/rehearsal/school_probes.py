"""The eight probes at the school: portal and provider served together in, an Outcome each out.

They are those of every site, but the way through the provider is the real one: portal, provider, code, portal.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from doorward.check.rehearsal import probes
from doorward.check.rehearsal.outcome import Outcome, Reason
from doorward.check.rehearsal.probes import Keepsakes, Site
from doorward.model.finding import What

AT_PROVIDER = "signed out at the provider alone: the portal's own session goes on"


@dataclass(frozen=True, slots=True)
class Places:
    """`account` is the provider's own page for people, empty where the provider does not change; and both cookies."""

    account: str
    portal_cookie: str
    provider_cookie: str


def keepsakes(site: Site, places: Places) -> Keepsakes:
    """Made under OLD; the stale browser's sessions have ended at both services."""
    kept = probes.keepsakes(site, places.portal_cookie)
    if kept.stale is not None:
        kept.stale.jar.outlive(places.provider_cookie, secrets.token_hex(16))
    return kept


def run(site: Site, kept: Keepsakes, places: Places) -> dict[What, Outcome]:
    """Every probe; the two that the school answers in its own way take the place of the common ones."""
    found = probes.run(site, kept)
    found[What.EXISTING_SESSION] = _existing_session(site, kept, places, found[What.EXISTING_SESSION])
    found[What.SSO_RETURN] = sso_return(site, places)
    return found


def _existing_session(site: Site, kept: Keepsakes, places: Places, at_portal: Outcome) -> Outcome:
    """Somebody signed in before goes on at the portal, and then at the provider's own page."""
    if kept.signed_in is None or not at_portal.works or not places.account:
        return at_portal
    outcome = probes.arrived(probes.returned(kept.signed_in, site).visit(places.account))
    return outcome if outcome.works else Outcome(outcome.reason, AT_PROVIDER)


def sso_return(site: Site, places: Places) -> Outcome:
    """Somebody who is signed in at the provider, and no longer at the portal, is led back in without a form."""
    browser = site.browser()
    page = browser.visit(site.pages.protected)
    outcome = probes.fill_in(browser, site, page)
    if not outcome.works:
        return outcome
    browser.jar.outlive(places.portal_cookie, secrets.token_hex(16))
    back = browser.visit(site.pages.protected)
    return probes.arrived(back) if back.hops else Outcome(Reason.NO_AUTHORIZE)
