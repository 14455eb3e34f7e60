"""What comes with the sign-in page: cookies as they were configured, and nothing from a cache."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doorward.check.places import attribute
from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import cookie_domain_covers, host_of, is_https
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Where
from doorward.model.finding import Severity, What
from doorward.model.observation import Observation, SeenCookie, SeenPage

_COOKIES = "https://www.rfc-editor.org/rfc/rfc6265#section-5.3"
_SAME_SITE = "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6.7"
_CACHES = "https://www.rfc-editor.org/rfc/rfc9111#section-3"
_HIT = re.compile(r"\bhit\b", re.IGNORECASE)
_KEPT_BY_ALL = re.compile(r"\bpublic\b|\bs-maxage=[1-9]", re.IGNORECASE)


def _served(new: Configuration, seen: Observation) -> Iterator[tuple[Cookie, SeenCookie, SeenPage]]:
    """Each cookie that the configuration speaks of, as it came from the component's own host."""
    public = new.endpoint("public")
    host = host_of(public.url) if public else ""
    for cookie in new.facts_of(Cookie):
        for page in seen.of("visit"):
            for one in page.cookies if host_of(page.url) == host else ():
                if cookie.name is not None and one.name == cookie.name:
                    yield cookie, one, page


@rule(
    "LIVE-08",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "now", "gets the sign-in form again for ever", *EVERY_SIGN_IN),
    catalogue=("PX-06", "KC-S03"),
    sources=(_COOKIES, _SAME_SITE),
)
def cookie_dropped(new: Configuration, seen: Observation) -> Hits:
    """Browsers drop the cookie that comes with the sign-in page.

    Why: a cookie for a domain that its host does not lie in is thrown away, and so is one with SameSite=None that is
    not Secure. The next page knows nobody.

    Fix: see what the proxy in front rewrites (proxy_cookie_domain, proxy_cookie_flags), and what the service sets.
    """
    for cookie, one, page in _served(new, seen):
        if one.domain and not cookie_domain_covers(one.domain, host_of(page.url)):
            yield Hit(cookie.where, f"the cookie {one.name} comes for {one.domain} from {host_of(page.url)}")
        elif one.same_site.lower() == "none" and not one.secure:
            yield Hit(cookie.where, f"the cookie {one.name} comes with SameSite=None and without Secure")


@rule(
    "LIVE-09",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose sign-in needs that part of the cookie",
        "now",
        "lose the session on the way, or have it where they should not",
        What.SSO_RETURN,
        What.EXISTING_SESSION,
    ),
    catalogue=("PX-06", "KC-S03"),
    sources=(_COOKIES, "https://github.com/keycloak/keycloak/issues/22599"),
)
def cookie_rewritten(new: Configuration, seen: Observation) -> Hits:
    """The cookie that comes with the sign-in page is not the one that the configuration speaks of.

    Why: something on the way takes Secure off, or changes SameSite, Domain or Path; or what runs has another
    configuration than the file.

    Fix: let the proxy leave cookies alone; restart what does not run with its configuration.
    """
    for cookie, one, page in _served(new, seen):
        for part, configured, came in _parts(cookie, one, page):
            if configured != came:
                said = f"{part} {came or 'left out'}, and {configured or 'left out'} is configured"
                yield Hit(attribute(new, cookie, part), f"the cookie {one.name} comes with {said}")


def _parts(cookie: Cookie, one: SeenCookie, page: SeenPage) -> Iterator[tuple[str, str, str]]:
    """What can be compared: part, configured, came. A domain that is left out may be a domain that is not known."""
    if cookie.secure and is_https(page.url):
        yield "secure", "on", "on" if one.secure else "off"
    if cookie.same_site:
        yield "samesite", cookie.same_site.lower(), one.same_site.lower()
    if cookie.domain:
        yield "domain", cookie.domain.lstrip(".").lower(), (one.domain or "").lstrip(".").lower()
    if cookie.path:
        yield "path", cookie.path, one.path or ""


@rule(
    "LIVE-10",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who gets the kept page",
        "while it is kept",
        "finds the form refused, or signs in to the session of another person",
        *EVERYTHING,
    ),
    catalogue=("PX-07",),
    sources=(_CACHES, "https://www.rfc-editor.org/rfc/rfc9111#section-7.3"),
)
def page_from_a_cache(new: Configuration, seen: Observation) -> Hits:
    """The sign-in page comes from a cache that all share, or may be kept by one.

    Why: the page carries a form token, and often a cookie, for one browser. From a cache everyone gets those of the
    first: the form is refused, or people share a session.

    Fix: send `Cache-Control: no-store` with it, and take its path out of the cache.
    """
    for page in seen.of("visit"):
        where = Where(new.target, 0, "public address")
        told = next(
            (name for name in ("x-cache", "x-proxy-cache", "cf-cache-status") if _HIT.search(page.header(name))), ""
        )
        if page.header("age") not in ("", "0") or told:
            yield Hit(where, f"{page.url} comes from a cache ({told or 'Age: ' + page.header('age')})")
        elif page.cookies and _KEPT_BY_ALL.search(page.header("cache-control")):
            yield Hit(where, f"{page.url} sets a cookie, and any cache may keep it")


RULES = (cookie_dropped, cookie_rewritten, page_from_a_cache)
