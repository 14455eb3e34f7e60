"""The session cookie: will browsers take it, keep it and send it back?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.places import attribute
from doorward.check.rule import EVERY_FORM, EVERY_NEW_FORM, Hit, Hits, effect, rule
from doorward.check.survival import store_of
from doorward.check.token_in_session import also_forms
from doorward.check.web_address import cookie_domain_covers, host_of, is_http
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie
from doorward.model.finding import Difference, Effect, Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_RFC = "https://www.rfc-editor.org/rfc/rfc6265"
_DRAFT = "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/"
_LOOP = "gets the sign-in form again for ever, with the right password"
_FORM_REFUSED = effect(
    "everyone who opens a form anew", "from the next form on", "finds it refused (403)", *EVERY_NEW_FORM
)

_ELSEWHERE = effect("people with forms on pages outside that path", "from the next form on", "find them refused (403)")
_WRITTEN_OVER = effect("everyone", "at once", "is signed out whenever a page has a form", *EVERY_FORM)


def _of(cookie: Cookie) -> Effect | None:
    """None, that is the rule's own, for the session cookie. Without the form cookie only new forms are refused: who has
    one from before goes on."""
    return _FORM_REFUSED if cookie.purpose == "csrf" else None


@rule(
    "COOKIE-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION),
    catalogue=("DJ-04", "OP-03"),
    sources=(_SETTINGS + "#session-cookie-name", "measured: django-sessions, SESSION_COOKIE_NAME"),
)
def renamed(old: Configuration, new: Configuration) -> Hits:
    """The session cookie gets another name.

    Why: browsers go on sending the cookie under its old name, which the service no longer reads. Everyone who is
    signed in is sent to the sign-in form; signing in works.

    Fix: keep the name, or change it at a quiet hour and tell people that they must sign in again.
    """
    before, after = old.cookie("session"), new.cookie("session")
    if before and after and before.name and after.name and before.name != after.name:
        change = Difference(after.where.pointer, before.name, after.name)
        message = f"the session cookie is renamed from {before.name} to {after.name}"
        yield Hit(after.where, message, change, effect=also_forms(old, new))


@rule(
    "COOKIE-02",
    severity=Severity.PARTIAL,
    effect=effect("people on pages that send forms by script", "from the next sign-in on", "find them refused (403)"),
    catalogue=("DJ-05",),
    sources=(_RFC + "#section-5.3", _SETTINGS + "#csrf-cookie-name", "measured: bench check_django"),
)
def one_name_for_two(new: Configuration) -> Hits:
    """The session cookie and the form cookie have one name.

    Why: a browser keeps one cookie per name, domain and path. Where the service sets both, the session's is set last
    and serves as the token too: a plain form still works, but a script cannot read it, and whoever sees the token sees
    the session. Where the session itself is in the cookie (`signed_cookies`), it is no token: each form writes a new
    one over it, and people are signed out.

    Fix: give the two cookies different names.
    """
    session, form = new.cookie("session"), new.cookie("csrf")
    if session and form and session.name and session.name == form.name and not form.in_session:
        store = store_of(new)
        is_written_over = bool(store and store.engine == "signed_cookies")
        message = f"the session cookie and the form cookie are both named {session.name}"
        severity, hurt = (Severity.OUTAGE, _WRITTEN_OVER) if is_written_over else (None, None)
        yield Hit(session.where, message, severity=severity, effect=hurt)


@rule(
    "COOKIE-03",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-06", "OP-07"),
    sources=(_DRAFT + "#section-4.1.3", "measured: django-sessions"),
)
def prefix_not_kept(new: Configuration) -> Hits:
    """A cookie name promises what the cookie does not keep.

    Why: browsers drop a `__Host-` cookie that has a domain, a path other than `/` or no Secure, and a `__Secure-`
    cookie without Secure. The cookie is set and thrown away: sign-in never sticks.

    Fix: take the prefix off, or set Secure and, for `__Host-`, path `/` and no domain.
    """
    for cookie in new.facts_of(Cookie):
        name = (cookie.name or "").lower()
        is_host, is_secure = name.startswith("__host-"), name.startswith("__secure-")
        wrong = [word for word, bad in (("no Secure", cookie.secure is False and (is_host or is_secure)),) if bad]
        wrong += [f"the domain {cookie.domain}"] if is_host and cookie.domain else []
        wrong += [f"the path {cookie.path}"] if is_host and cookie.path not in ("/", None) else []
        if wrong:
            message = f"browsers drop the cookie {cookie.name}, for it has {' and '.join(wrong)}"
            yield Hit(cookie.where, message, effect=_of(cookie))


@rule(
    "COOKIE-04",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-07", "DJ-26", "OP-05"),
    sources=(_RFC + "#section-5.3", "measured: django-sessions, SESSION_COOKIE_DOMAIN"),
)
def domain_dropped(new: Configuration) -> Hits:
    """The cookie's domain does not cover the address that people use.

    Why: a browser drops a cookie for a domain that the host does not lie in. Those who are signed in notice nothing
    until their session ends, which hides the fault.

    Fix: leave the domain out, or set it to the host or a parent of it, without scheme, port or path.
    """
    public = new.endpoint("public")
    for cookie in new.facts_of(Cookie):
        domain = cookie.domain
        if not domain or cookie.in_session:
            continue
        host = host_of(public.url) if public and public.url else None
        where, message = attribute(new, cookie, "domain"), ""
        if any(mark in domain for mark in "/: "):
            message = f"{domain} is not a domain: browsers drop the {cookie.purpose} cookie"
        elif "." not in domain.strip(".") and domain.strip(".") != "localhost":
            message = f"browsers take no {cookie.purpose} cookie for the whole of {domain}"
        elif host and not cookie_domain_covers(domain, host):
            message = f"browsers on {host} drop a {cookie.purpose} cookie for {domain}"
        if message:
            yield Hit(where, message, effect=_of(cookie))


@rule(
    "COOKIE-05",
    severity=Severity.PARTIAL,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-07", "DJ-08", "DJ-26"),
    sources=(_SETTINGS + "#session-cookie-domain", "measured: django-sessions, SESSION_COOKIE_DOMAIN"),
)
def domain_moved(old: Configuration, new: Configuration) -> Hits:
    """The cookie's domain becomes another one.

    Why: if the host that people use does not lie in the new domain, browsers drop the cookie and sign-in never
    sticks; if it does, browsers hold two cookies of one name until the old one ends. Without the public address
    nothing more can be said.

    Fix: say `--public-url`, and check that the host lies in the new domain.
    """
    public = new.endpoint("public")
    for purpose in ("session", "csrf"):
        before, after = old.cookie(purpose), new.cookie(purpose)
        if before is None or after is None or before.domain == after.domain or after.in_session:
            continue
        host = host_of(public.url) if public else ""
        covered = bool(host) and cookie_domain_covers(after.domain or host, host)
        where = attribute(new, after, "domain")
        change = Difference(where.pointer, before.domain or "", after.domain or "")
        if covered or not after.domain:
            note = effect("browsers with the old cookie", "until it ends", "hold two cookies of one name")
            message = f"the {purpose} cookie moves from {_named(before)} to {_named(after)}"
            yield Hit(where, message, change, Severity.NOTE, note)
        elif not host:
            severity = Severity.OUTAGE if before.domain is None or not _lies_in(before.domain, after.domain) else None
            message = f"the {purpose} cookie moves from {_named(before)} to {_named(after)}"
            yield Hit(where, message, change, severity, _of(after))


def _named(cookie: Cookie) -> str:
    return cookie.domain or "the host alone"


def _lies_in(domain: str, parent: str) -> bool:
    return cookie_domain_covers(parent, domain.strip("."))


@rule(
    "COOKIE-06",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-09", "DJ-26"),
    sources=(_RFC + "#section-5.1.4", "measured: django-sessions, SESSION_COOKIE_PATH"),
)
def path_elsewhere(new: Configuration) -> Hits:
    """The cookie's path does not cover the pages of sign-in.

    Why: a browser sends a cookie only to addresses below its path. The session cookie is set and then not sent.

    Fix: set the path to `/`, or to the path below which the whole service lies.
    """
    for cookie in new.facts_of(Cookie):
        for message in _outside(new, cookie):
            yield Hit(attribute(new, cookie, "path"), message, effect=_of(cookie))


def _outside(new: Configuration, cookie: Cookie) -> Iterator[str]:
    """Why the cookie does not reach a page of sign-in, as far as those pages are known."""
    path, public = cookie.path, new.endpoint("public")
    if not path or path == "/" or cookie.in_session:
        return
    # The form's cookie is needed where the form is, and nowhere else.
    wanted = ("sign-in", "after-sign-in") if cookie.purpose == "session" else ("sign-in",)
    known = [end.url for end in map(new.endpoint, wanted) if end and end.answers]
    outside = [page for page in known if page and page.startswith("/") and not _below(page, path)]
    if not path.startswith("/"):
        yield f"the path {path} of the {cookie.purpose} cookie does not begin with /"
    elif outside:
        yield f"the {cookie.purpose} cookie for {path} is not sent to {outside[0]}"
    elif known and cookie.purpose == "csrf":
        return
    elif public and public.url and not _path_of(public.url).startswith(path.rstrip("/")):
        yield f"the {cookie.purpose} cookie for {path} is not sent to {public.url}"


@rule(
    "COOKIE-08",
    severity=Severity.PARTIAL,
    effect=effect("people on pages outside that path", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-09",),
    sources=(_RFC + "#section-5.1.4", "measured: django-sessions, SESSION_COOKIE_PATH"),
)
def path_narrowed(old: Configuration, new: Configuration) -> Hits:
    """The cookie's path becomes narrower.

    Why: pages outside the new path no longer receive the cookie: there, people are not signed in. Those who are signed
    in keep their former cookie, which hides the fault until it ends.

    Fix: keep the path, unless every page of the service lies below the new one.
    """
    for purpose in ("session", "csrf"):
        before, after = old.cookie(purpose), new.cookie(purpose)
        if before is None or after is None or not before.path or not after.path or after.in_session:
            continue
        if not _below(before.path, after.path) and not any(_outside(new, after)):
            where = attribute(new, after, "path")
            change = Difference(where.pointer, before.path, after.path)
            message = f"the {purpose} cookie is sent below {after.path} only, and was below {before.path}"
            page = new.endpoint("sign-in")
            is_covered = purpose == "csrf" and page and page.answers and _below(page.url or "", after.path)
            yield Hit(where, message, change, effect=_ELSEWHERE if is_covered else _of(after))


def _below(page: str, path: str) -> bool:
    return page == path or page.startswith(path.rstrip("/") + "/")


def _path_of(url: str) -> str:
    return "/" + url.partition("//")[2].partition("/")[2]


@rule(
    "COOKIE-07",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-14", "DJ-15", "OP-04"),
    sources=(_DRAFT + "#section-5.7", "measured: django-sessions, SESSION_COOKIE_SECURE"),
)
def secure_on_http(new: Configuration) -> Hits:
    """A Secure cookie on a service that people use over plain HTTP.

    Why: browsers neither take nor send a Secure cookie over plain HTTP (some make an exception for this machine's own
    name). The session cookie is lost, or every form is refused for want of its cookie.

    Fix: serve the service over HTTPS, or switch Secure off until it is.
    """
    public = new.endpoint("public")
    if public is None or not is_http(public.url):
        return
    for cookie in new.facts_of(Cookie):
        if cookie.secure and not cookie.in_session:
            message = f"the {cookie.purpose} cookie is Secure, but people use {public.url}"
            yield Hit(attribute(new, cookie, "secure"), message, effect=_of(cookie))


RULES = (
    renamed,
    one_name_for_two,
    prefix_not_kept,
    domain_dropped,
    domain_moved,
    path_elsewhere,
    path_narrowed,
    secure_on_http,
)
