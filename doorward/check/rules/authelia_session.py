"""Authelia's sessions: do cookies and addresses belong together, and do sessions live long enough?"""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.values import is_missing, items, shown, where
from doorward.check.web_address import cookie_domain_covers, host_of, is_http, is_https
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What
from doorward.systems.oidc.durations import worded_seconds

_SESSION = "https://www.authelia.com/configuration/session/introduction/"
_VALIDATOR = "authelia/authelia internal/configuration/validator/session.go"
_REFUSED = effect("everyone", "at the next start", "gets no answer: Authelia does not start", What.START, *EVERYTHING)

_SHORTEST_S = 60
"""Reading a page takes longer: whoever reads is signed out before the next click."""


@rule(
    "AUTHELIA-01",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-02",),
    sources=(_SESSION, _VALIDATOR),
)
def addresses_apart(new: Configuration) -> Hits:
    """A session's cookie domain and the addresses beside it do not fit together.

    Why: a cookie for a domain reaches only hosts below it, so Authelia refuses at its start an address of the portal or
    of the landing page that lies elsewhere, is relative or is plain HTTP, a wildcard, and two domains of which one
    holds the other.

    Fix: give each domain once, without a star, and put `authelia_url` and `default_redirection_url` on two addresses
    below it, with https.
    """
    if new.kind != "authelia":
        return
    seen: list[str] = []
    for table in items(new, "session.cookies"):
        domain = shown(new, f"{table}.domain") or ""
        yield from _domain(new, table, domain, seen)
        yield from _addresses(new, table, domain)
        seen += [domain] if domain else []
    if seen and shown(new, "session.domain"):
        yield _hit(new, "session.domain", "stands beside session.cookies, which replaced it: Authelia refuses both")
    if seen and shown(new, "default_redirection_url"):
        yield _hit(new, "default_redirection_url", "stands outside of session.cookies: Authelia refuses it there")


def _domain(new: Configuration, table: str, domain: str, seen: list[str]) -> Hits:
    pointer = f"{table}.domain"
    if domain.startswith("*."):
        yield _hit(new, pointer, f"{domain} is a wildcard: cookies take the bare domain {domain[2:]}")
    elif is_missing(new, pointer):
        yield _hit(new, pointer, "a session without a domain")
    elif near := [one for one in seen if domain and (_within(domain, one) or _within(one, domain))]:
        yield _hit(new, pointer, f"{domain} and {near[0]} share cookies, so that one signs the other out")


def _within(domain: str, parent: str) -> bool:
    return cookie_domain_covers(parent, domain.lstrip("."))


def _addresses(new: Configuration, table: str, domain: str) -> Hits:
    portal, landing = f"{table}.authelia_url", f"{table}.default_redirection_url"
    if is_missing(new, portal):
        yield _hit(new, portal, "the address of the portal is missing, to which people are sent to sign in")
    for pointer in (portal, landing):
        url = shown(new, pointer)
        if not url:
            continue
        if is_http(url):
            yield _hit(new, pointer, f"{url} is plain HTTP, on which browsers drop Authelia's cookie")
        elif not is_https(url):
            yield _hit(new, pointer, f"{url} is no address that begins with https://")
        elif domain and not domain.startswith("*.") and not _within(host_of(url), domain):
            yield _hit(new, pointer, f"{host_of(url)} does not lie in {domain}: browsers drop the cookie there")
    if (url := shown(new, portal)) and (shown(new, landing) or "").rstrip("/") == url.rstrip("/"):
        yield _hit(new, landing, "is the portal itself: people would be sent back to it after signing in")


@rule(
    "AUTHELIA-02",
    severity=Severity.PARTIAL,
    effect=effect("people who read for a minute", "from the next sign-in on", "are signed out", What.EXISTING_SESSION),
    catalogue=("AD-03",),
    sources=(_SESSION, "https://www.authelia.com/configuration/prologue/common/#duration"),
)
def signed_out_early(new: Configuration) -> Hits:
    """Sessions end sooner than is meant.

    Why: a bare number counts seconds, so that `inactivity: 5` signs people out after five seconds without a click. A
    text that is no length of time stops the start. A life for people who ask to be remembered that is shorter than the
    ordinary one signs them out before all others.

    Fix: write the unit: `5 minutes`, `1 hour`, `1 month`.
    """
    if new.kind != "authelia":
        return
    for table in ("session", *items(new, "session.cookies")):
        life = _seconds(new, f"{table}.expiration")
        idle, remembered = _seconds(new, f"{table}.inactivity"), _seconds(new, f"{table}.remember_me")
        for key in ("expiration", "inactivity", "remember_me"):
            yield from _unreadable(new, f"{table}.{key}")
        if idle is not None and 0 < idle < _SHORTEST_S:
            yield _hit(new, f"{table}.inactivity", f"people are signed out after {idle:g} s without a click")
        if remembered is not None and life and 0 < remembered < life:
            message = f"who asks to be remembered is signed out after {remembered:g} s, all others after {life:g} s"
            yield Hit(_hit(new, f"{table}.remember_me", message).where, message, effect=_REMEMBERED)
        if idle and life and idle > life:
            message = f"never takes effect: the session ends before, after {life:g} s"
            yield Hit(_hit(new, f"{table}.inactivity", message).where, message, severity=Severity.NOTE)


_REMEMBERED = effect("people who ask to be remembered", "from the next sign-in on", "are signed out early")


def _seconds(new: Configuration, pointer: str) -> float | None:
    text = shown(new, pointer)
    return worded_seconds(text) if text else None


def _unreadable(new: Configuration, pointer: str) -> Hits:
    text = shown(new, pointer)
    if text and worded_seconds(text) is None:
        hit = _hit(new, pointer, f"{text} is no length of time")
        yield Hit(hit.where, hit.message, severity=Severity.OUTAGE, effect=_REFUSED)


def _hit(new: Configuration, pointer: str, message: str) -> Hit:
    return Hit(where(new, pointer), message)


RULES = (addresses_apart, signed_out_early)
